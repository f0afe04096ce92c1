"""Facts beside the perpetuals themselves: pegs, leverage against spot, reserves and market value."""

from __future__ import annotations

from collections.abc import Mapping
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
