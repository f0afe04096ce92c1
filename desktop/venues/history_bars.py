"""Bars from the venues' public pasts, joined over venues as the live program joins them. Pure.

Price: the first venue that has it, in the order of the feeds, in that order's first venue's unit. Open interest: the
sum over the venues that have it, which are named. Funding: per 8 h, weighted by open interest. Forced closings have
no public past: they stay unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from desktop.domain.kept_values import DayValue
from desktop.domain.market import HourBar
from desktop.venues.history_rows import DAY_MS, HOUR_MS, FundingRow, InterestRow, PriceRow

_LONGEST_INTERVAL_MS = 8 * HOUR_MS
_LEAST_COVERED = 0.7
_MINUTE_MS = 60_000
_MINUTES_OF_DAY = 1440
_LEAST_OF_WEEK = 5
_PIECE = 100


class VenuePast(msgspec.Struct, frozen=True):
    """What one venue told; `multiplier` is how many coins one unit of its prices is about (1000 for 1000PEPE)."""

    multiplier: float = 1.0
    prices: tuple[PriceRow, ...] = ()
    interest: tuple[InterestRow, ...] = ()
    funding: tuple[FundingRow, ...] = ()


def bars(pasts: Mapping[str, VenuePast], step_ms: int) -> list[HourBar]:
    """Return all bars of `step_ms` that have a price, oldest first; `pasts` in the order of the feeds."""
    return [bar for piece in pieces(pasts, step_ms) for bar in piece]


def pieces(pasts: Mapping[str, VenuePast], step_ms: int) -> Iterator[list[HourBar]]:
    """Yield the same bars piece by piece (some empty), so that an event loop can do other work in between."""
    prices = _joined_prices(pasts, step_ms)
    yield []
    interest = {venue: _by_end(past.interest, step_ms) for venue, past in pasts.items()}
    funding: dict[str, dict[int, float]] = {}
    for venue, past in pasts.items():
        yield []
        funding[venue] = funding_by_bar(past.funding, step_ms)
    opens = sorted(prices)
    for first in range(0, len(opens), _PIECE):
        yield [
            _bar(open_ms, open_ms + step_ms, prices[open_ms], interest, funding)
            for open_ms in opens[first : first + _PIECE]
        ]


def _bar(
    open_ms: int,
    end_ms: int,
    row: PriceRow,
    interest: Mapping[str, Mapping[int, InterestRow]],
    funding: Mapping[str, Mapping[int, float]],
) -> HourBar:
    said = {venue: rows[end_ms] for venue, rows in interest.items() if end_ms in rows}
    usd = {venue: one.usd or one.coins * row.close for venue, one in said.items()}
    return HourBar(
        open_ms=open_ms,
        open=row.open,
        high=row.high,
        low=row.low,
        close=row.close,
        funding_8h=_weighted({venue: rates.get(open_ms) for venue, rates in funding.items()}, usd),
        oi_usd=sum(usd.values()) if usd else None,
        oi_coins=sum(one.coins for one in said.values()) if said else None,
        oi_venues=tuple(said),
    )


def day_values(days: Iterable[HourBar]) -> dict[str, list[DayValue]]:
    """Return what daily bars say of price, open interest and funding, by the names under which they are kept."""
    found: dict[str, list[DayValue]] = defaultdict(list)
    for bar in days:
        middle = (bar.open + bar.high + bar.low + bar.close) / 4
        price = DayValue(bar.open_ms, bar.low, bar.high, middle, bar.close, _MINUTES_OF_DAY, "filled")
        found["PRICE"].append(price)
        for name, value in (("FUND_OIW", bar.funding_8h), ("OI_COINS", bar.oi_coins), ("OI_USD", bar.oi_usd)):
            if value is not None:
                one = DayValue(bar.open_ms, value, value, value, value, _MINUTES_OF_DAY, "filled")
                found[name].append(one)
    found["FUND_7D"] = _weeks(found["FUND_OIW"])
    return {name: values for name, values in found.items() if values}


def interest_days(pasts: Mapping[str, VenuePast], since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
    """Return the open contracts (coins) of each venue at the end of each day of [since, until)."""
    found: dict[str, list[DayValue]] = {}
    for venue, past in pasts.items():
        by_end = _by_end(past.interest, DAY_MS)
        days = [
            DayValue(end - DAY_MS, row.coins, row.coins, row.coins, row.coins, _MINUTES_OF_DAY, "filled")
            for end, row in sorted(by_end.items())
            if since_ms < end <= until_ms
        ]
        if days:
            found[f"OI_COINS.{venue}"] = days
    return found


def _weeks(days: list[DayValue]) -> list[DayValue]:
    """Return the means over seven days; of days before which at least five of seven are known."""
    found = []
    for place, day in enumerate(days):
        week = [one.mean for one in days[max(0, place - 6) : place + 1] if day.day_ms - one.day_ms < 7 * DAY_MS]
        if len(week) >= _LEAST_OF_WEEK:
            mean = sum(week) / len(week)
            found.append(DayValue(day.day_ms, mean, mean, mean, mean, _MINUTES_OF_DAY, "filled"))
    return found


def funding_by_bar(rows: Iterable[FundingRow], step_ms: int) -> dict[int, float]:
    """Return the mean funding per 8 h of each bar, by its open; of bars that settled intervals cover for 70 %."""
    sums: dict[int, float] = defaultdict(float)
    covered: dict[int, int] = defaultdict(int)
    for begin_ms, end_ms, rate_8h in _intervals(rows):
        open_ms = begin_ms // step_ms * step_ms
        while open_ms < end_ms:
            shared_ms = min(end_ms, open_ms + step_ms) - max(begin_ms, open_ms)
            sums[open_ms] += rate_8h * shared_ms
            covered[open_ms] += shared_ms
            open_ms += step_ms
    return {at: sums[at] / ms for at, ms in covered.items() if ms >= _LEAST_COVERED * step_ms}


def _intervals(rows: Iterable[FundingRow]) -> Iterator[tuple[int, int, float]]:
    """Yield (begin, end, rate per 8 h) of the settled intervals; a settlement pays for the time before it."""
    # Venues settle some milliseconds late.
    settled = {(row.at_ms + _MINUTE_MS // 2) // _MINUTE_MS * _MINUTE_MS: row.rate for row in rows}
    times = sorted(settled)
    for place, at_ms in enumerate(times):
        before_ms = times[place - 1] if place else at_ms - (times[1] - at_ms if len(times) > 1 else 0)
        # No venue pays for more than eight hours at once: a longer way back is a settlement that is missing.
        length_ms = min(at_ms - before_ms, _LONGEST_INTERVAL_MS)
        if length_ms > 0:
            yield at_ms - length_ms, at_ms, settled[at_ms] * (8 * HOUR_MS) / length_ms


def _joined_prices(pasts: Mapping[str, VenuePast], step_ms: int) -> dict[int, PriceRow]:
    """Return the first venue's row by open, its prices per coin."""
    found: dict[int, PriceRow] = {}
    for past in pasts.values():
        for row in past.prices:
            if row.at_ms % step_ms == 0 and row.at_ms not in found:
                found[row.at_ms] = row if past.multiplier == 1.0 else _scaled(row, 1.0 / past.multiplier)
    return found


def _scaled(row: PriceRow, scale: float) -> PriceRow:
    prices = {name: getattr(row, name) * scale for name in ("open", "high", "low", "close")}
    return msgspec.structs.replace(row, **prices)


def _by_end(rows: Iterable[InterestRow], step_ms: int) -> dict[int, InterestRow]:
    return {(row.at_ms + step_ms // 2) // step_ms * step_ms: row for row in sorted(rows, key=lambda row: row.at_ms)}


def _weighted(rates: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    """Return the mean over the venues whose weight is known; None where none is."""
    known = {venue: rate for venue, rate in rates.items() if rate is not None and weights.get(venue)}
    whole = sum(weights[venue] for venue in known)
    return sum(rate * weights[venue] for venue, rate in known.items()) / whole if whole else None
