"""Calls about how far a fall would feed on itself, and about where untested interest lies."""

from __future__ import annotations

from desktop.risk.untested import cascade, leverage_mix, map_score, untested_interest
from tests.vectors.call_form import Results


def cascade_clusters(
    shock: float,
    clusters: list[tuple[float, float]],
    depth_usd_per_1: float,
    survival: float = 1.0,
    resilience: float = 0.0,
) -> Results:
    found = cascade.cascade(shock, clusters, cascade.Impact(depth_usd_per_1, survival, resilience))
    return {
        "final": found.drop,
        "liquidated": found.sold_usd,
        "multiplier": found.multiplier,
        "waves": found.waves,
        "status": "ok" if found.status == "ends" else "critical",
    }


def cascade_uniform(shock: float, rho: float, depth: float, map_end: float = 1.0) -> Results:
    found = cascade.uniform(shock, rho, cascade.Impact(depth), map_end=map_end)
    ends = found.outcome.status == "ends"
    return {
        "k": found.k,
        "status": "ok" if ends else "critical",
        "final": found.outcome.drop if ends else None,
        "final_capped": found.outcome.drop,
        "multiplier": found.outcome.multiplier if ends else None,
        "liquidated": found.outcome.sold_usd,
    }


def square_root_impact(Y: float, sigma_daily: float, liq_usd: float, adv_usd: float) -> Results:  # noqa: N803
    return {"drop": cascade.square_root_drop(Y, sigma_daily, liq_usd, adv_usd)}


def liquidation_band_price(entry: float, leverage: float, mmr: float) -> Results:
    found = leverage_mix.band_prices(entry, leverage, mmr)
    return {"long": found.long, "short": found.short}


def untested_interest_step(
    entry: float, d_oi_usd: float, weights: dict[float, float], mmr: float, then_low: float
) -> Results:
    bands = leverage_mix.new_bands(entry, d_oi_usd, weights, mmr)
    # Interest doubles from what is added itself, so that the difference is exact; no time passes.
    added = d_oi_usd / entry
    opened = untested_interest.MapStep(entry, entry, entry, coins_before=added, coins_now=2 * added, hours=0.0)
    untested = untested_interest.UntestedMap(entry, weights, mmr)
    untested.step(opened)
    before = untested.mass_usd
    swept = untested.traverse(then_low, entry)
    _, long_usd, short_usd = untested.around(entry, 0.999)
    return {
        "long_bands": {str(band.price): band.usd for band in bands.long},
        "swept": swept.long_usd,
        "left_long": float(long_usd.sum()),
        "left_short": float(short_usd.sum()),
        "total_before": before,
    }


def map_lift(liq_in_top: float, range_top: float, liq_total: float, range_total: float) -> Results:
    return map_score.map_lift(liq_in_top, range_top, liq_total, range_total)._asdict()
