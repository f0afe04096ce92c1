"""Calls about forced selling, funding, basis, open interest, the book and context."""

from __future__ import annotations

import msgspec

from desktop.risk import acceleration, context, freshness, funding, premium, venue_sequence
from desktop.risk import breadth as fallen
from desktop.risk import depth as book
from desktop.risk import liquidations as forced
from desktop.risk import open_interest as interest
from tests.vectors.call_form import Number, PriceLevels, Results, Side, known, none_of


class VenueRate(msgspec.Struct, forbid_unknown_fields=True):
    """Funding of one venue per 8 h, with its open interest (null: unknown)."""

    oi: Number
    rate_8h: Number


def liquidation_totals(long_usd: Number, short_usd: Number) -> Results:
    sides = [long_usd, short_usd]
    return {
        "total": sum(known(sides)) if None not in sides else None,
        "imbalance": forced.imbalance(long_usd, short_usd),
        "long_share": forced.long_share(long_usd, short_usd),
    }


def liquidation_shares(total: Number, eth: Number, btc: Number, hyperliquid: Number, traders: Number) -> Results:
    return {
        "eth_share": forced.share_of(eth, total),
        "btc_share": forced.share_of(btc, total),
        "other": forced.rest_of(total, (eth, btc)),
        "hl_share": forced.share_of(hyperliquid, total),
        "usd_per_trader": forced.share_of(total, traders),
    }


def coverage(three_venue_btc_usd: Number, all_venue_btc_usd: Number) -> Results:
    return {"coverage": forced.share_of(three_venue_btc_usd, all_venue_btc_usd)}


def rolling_liquidations(now: float, prints: list[tuple[float, Side, float]], windows: list[int]) -> Results:
    events = [(at, "long" if side in ("SELL", -1) else "short", usd) for at, side, usd in prints]
    results: Results = {}
    for window in windows:
        long_usd, short_usd = forced.closed_within(events, window, now)
        results[str(window)] = {"long": long_usd, "short": short_usd}
    return results


def liquidation_intensity(long_usd_4h: Number, oi_usd: Number) -> Results:
    return {"intensity": forced.intensity(long_usd_4h, oi_usd)}


def liquidation_acceleration(l_3h: float, l_prev21h: float, floor: float = acceleration.FLOOR_USD) -> Results:
    return {"accel": acceleration.acceleration(l_3h, l_prev21h, floor)}


def venues_in_sequence(cross_times_s: dict[str, Number], window_s: float) -> Results:
    crossed_ms = {venue: round(at * 1000) for venue, at in cross_times_s.items() if at is not None}
    found = venue_sequence.in_sequence(crossed_ms, round(window_s * 1000))
    span_s = None if found.span_ms is None else found.span_ms / 1000
    return {"sequence": found.venues, "count": len(found.venues), "span_s": span_s}


def breadth(symbols: int, hit: int) -> Results:
    return {"breadth": fallen.share_fallen(symbols, hit)}


def funding_8h(rate: float, interval_h: float) -> Results:
    return {"rate_8h": funding.funding_8h(rate, interval_h), "apr": funding.funding_apr(rate, interval_h)}


def funding_annualised(rate: float, interval_h: float) -> Results:
    return {"apr": funding.funding_apr(rate, interval_h), "apy": funding.funding_apy(rate, interval_h)}


def funding_oi_weighted(venues: list[VenueRate]) -> Results:
    found = funding.funding_spread((v.oi, v.rate_8h) for v in venues if v.oi is not None and v.rate_8h is not None)
    if found is None:
        return none_of("mu", "dispersion", "range")
    return {"mu": found.mean, "dispersion": found.dispersion, "range": found.range}


def funding_persistence(rates: list[float]) -> Results:
    found = funding.funding_persistence(rates)
    return none_of("run", "share") if found is None else {"run": found.run, "share": found.share}


def premium_bps(mark: float, index: float) -> Results:
    return {"bps": premium.premium_bps(mark, index)}


def dated_basis(futures: float, spot: float, days: float) -> Results:
    return {"annualised": premium.dated_basis(futures, spot, days)}


def open_interest_change(now: float, day_ago: Number = None, peak: Number = None) -> Results:
    return {"chg_24h": interest.change_since(now, day_ago), "from_peak": interest.change_since(now, peak)}


def implied_open_interest(change_usd: float, change_pct: float) -> Results:
    return {"implied_oi_before": interest.implied_interest(change_usd, change_pct)}


def open_interest_decomposition(q0: float, p0: float, q1: float, p1: float) -> Results:
    parts = interest.interest_parts(q0, p0, q1, p1)
    return {
        "d_usd": parts.usd,
        "contracts_effect": parts.contracts_usd,
        "price_effect": parts.price_usd,
        "d_contracts_pct": parts.contracts,
    }


def open_interest_ratios(
    oi: Number, spot_vol_24h: Number = None, reserve_usd: Number = None, mcap: Number = None
) -> Results:
    return {
        "oi_spot": context.ratio(oi, spot_vol_24h),
        "elr": context.ratio(oi, reserve_usd),
        "oi_mcap": context.ratio(oi, mcap),
    }


def spread(bids: PriceLevels, asks: PriceLevels) -> Results:
    return {"mid": book.middle(bids, asks), "spread_bps": book.spread_bps(bids, asks)}


def depth(bids: PriceLevels, asks: PriceLevels, bps: float) -> Results:
    found = book.depth(bids, asks, bps)
    if found is None:
        return none_of("bid_usd", "ask_usd", "imbalance")
    return {"bid_usd": found.bid_usd, "ask_usd": found.ask_usd, "imbalance": found.imbalance}


def slippage(bids: PriceLevels, asks: PriceLevels, side: Side, qty: float) -> Results:
    found = book.slippage(bids, asks, "sell" if side in ("SELL", -1) else "buy", qty)
    if found is None:
        return none_of("filled", "unfilled", "status", "vwap", "slippage_bps", "worst")
    return {
        "filled": found.filled,
        "unfilled": found.unfilled,
        "status": found.status,
        "vwap": found.vwap,
        "slippage_bps": found.bps,
        "worst": found.worst,
    }


def depth_over_open_interest(bid_1pct: float, oi: Number) -> Results:
    return {"ratio": book.depth_of_interest(bid_1pct, oi)}


def peg_deviation(prices: dict[str, Number]) -> Results:
    found = context.peg({venue: price for venue, price in prices.items() if price is not None})
    if found is None:
        return none_of("median_bps", "worst_bps", "status")
    return {"median_bps": found.median_bps, "worst_bps": found.worst_bps, "status": found.status}


def staleness(period_s: float, ages: list[float]) -> Results:
    words = {"live": "fresh", "stale": "stale", "unknown": "dead"}
    return {"status": [words[freshness.age_state(age, period_s)] for age in ages]}
