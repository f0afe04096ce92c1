"""Funding over venues, per 8 h, weighted by open interest."""

from __future__ import annotations

from collections.abc import Collection

import msgspec


class VenueFunding(msgspec.Struct, frozen=True):
    """Funding of one venue as last said: `rate_8h` is a fraction per 8 h."""

    rate_8h: float
    at_ms: int


def funding_8h(rate: float, interval_h: float) -> float:
    """Return a rate per interval as a rate per 8 h."""
    return rate * 8 / interval_h


class FundingBook:
    """Funding of one coin by venue."""

    __slots__ = ("by_venue",)

    def __init__(self) -> None:
        self.by_venue: dict[str, VenueFunding] = {}

    def set(self, venue: str, rate: float, interval_h: float, at_ms: int) -> None:
        """Note a venue's rate for its running interval. Older news than what is known is left aside."""
        known = self.by_venue.get(venue)
        if interval_h > 0 and (known is None or at_ms >= known.at_ms):
            self.by_venue[venue] = VenueFunding(funding_8h(rate, interval_h), at_ms)

    def weighted(self, venues: Collection[str], weights: dict[str, float | None]) -> float | None:
        """Return sum(OI f) / sum(OI) over these venues (all of which have said a rate); None if it cannot be told.

        A single venue needs no weight.
        """
        rates = {venue: self.by_venue[venue].rate_8h for venue in venues if venue in self.by_venue}
        if len(rates) == 1:
            return next(iter(rates.values()))
        known = {venue: weight for venue in rates if (weight := weights.get(venue)) is not None and weight > 0}
        whole = sum(known.values())
        return sum(rates[venue] * weight for venue, weight in known.items()) / whole if whole > 0 else None
