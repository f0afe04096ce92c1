"""Facts beside the perpetuals themselves: pegs, leverage against spot, reserves and market value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

import msgspec

BPS = 1e4
PEG_BPS = (-25.0, -100.0, -300.0)
PegStatus = Literal["ok", "venue_local", "notable", "warning", "critical"]


class Peg(msgspec.Struct, frozen=True):
    """How far a stablecoin is from its dollar, in basis points: median over venues and the worst single venue.

    `venue_local` means that a venue is off and the market is not: a matter of that venue, not of the coin.
    """

    median_bps: float
    worst_bps: float
    worst_venue: str
    status: PegStatus


def peg(prices: Mapping[str, float]) -> Peg | None:
    """Return the deviation from 1 USD by venue -> price; None without a venue."""
    if not prices:
        return None
    deviations = {venue: (price - 1) * BPS for venue, price in prices.items()}
    worst = max(deviations, key=lambda venue: abs(deviations[venue]))
    middle = median(deviations.values())
    return Peg(middle, deviations[worst], worst, _peg_status(middle, deviations))


def _peg_status(middle: float, deviations: Mapping[str, float]) -> PegStatus:
    limit = abs(PEG_BPS[0])
    off = sum(1 for value in deviations.values() if abs(value) >= limit)
    if off == 1 or (off > 1 and middle > PEG_BPS[0]):
        return "venue_local"
    names: tuple[PegStatus, ...] = ("notable", "warning", "critical")
    reached = [name for name, bound in zip(names, PEG_BPS, strict=True) if middle <= bound]
    return reached[-1] if reached else "ok"


def ratio(part: float | None, whole: float | None) -> float | None:
    """Return part / whole (OI to spot volume, to exchange reserve, to market value); None if either is unknown."""
    return None if part is None or not whole else part / whole


FLOW_DAYS = 5


class DatedSum(msgspec.Struct, frozen=True):
    """A sum over days with a figure, oldest day to newest (UTC days since 1970)."""

    value: float
    first_day: int
    last_day: int


def flow_sum(days: Sequence[tuple[int, float]], count: int = FLOW_DAYS) -> DatedSum | None:
    """Return the net flow of the last `count` days with a figure (day, USD; oldest first), or None under as many.

    Weekends have no figure and are not days of no flow; the newest figure speaks of yesterday at best.
    """
    if len(days) < count:
        return None
    last = days[-count:]
    return DatedSum(math.fsum(usd for _, usd in last), last[0][0], last[-1][0])
