"""Funding over venues, per 8 h, weighted by open interest."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

import msgspec

HOURS_A_YEAR = 8760


class VenueFunding(msgspec.Struct, frozen=True):
    """Funding of one venue as last said: `rate_8h` is a fraction per 8 h."""

    rate_8h: float
    at_ms: int


def funding_8h(rate: float, interval_h: float) -> float:
    """Return a rate per interval as a rate per 8 h."""
    return rate * 8 / interval_h


def funding_apr(rate: float, interval_h: float) -> float:
    """Return a rate per interval as a simple rate per year."""
    return rate * HOURS_A_YEAR / interval_h


def funding_apy(rate: float, interval_h: float) -> float:
    """Return a rate per interval compounded over a year: (1 + r)^(8760 / h) - 1."""
    return math.expm1(math.log1p(rate) * HOURS_A_YEAR / interval_h) if rate > -1 else -1.0


class FundingSpread(msgspec.Struct, frozen=True):
    """Funding over venues, fractions per 8 h: weighted mean, weighted standard deviation, highest minus lowest."""

    mean: float
    dispersion: float
    range: float


def funding_spread(venues: Iterable[tuple[float, float]]) -> FundingSpread | None:
    """Return mean and spread of (weight, rate per 8 h); None where no weight is above zero."""
    known = [(weight, rate) for weight, rate in venues if weight > 0]
    whole = sum(weight for weight, _ in known)
    if not known:
        return None
    mean = sum(weight * rate for weight, rate in known) / whole
    variance = sum(weight * (rate - mean) ** 2 for weight, rate in known) / whole
    rates = [rate for _, rate in known]
    return FundingSpread(mean, math.sqrt(variance), max(rates) - min(rates))


class Persistence(msgspec.Struct, frozen=True):
    """How one-sided funding has been: settlements in a row, and the share (0..1), with the latest one's sign."""

    run: int
    share: float


def funding_persistence(rates: Sequence[float]) -> Persistence | None:
    """Return the run and the share of these settlements (oldest first); None without one."""
    if not rates:
        return None
    sign = _sign(rates[-1])
    same = [_sign(rate) == sign for rate in rates]
    run = next((back for back, held in enumerate(reversed(same)) if not held), len(same))
    return Persistence(run, sum(same) / len(same))


def _sign(rate: float) -> int:
    return (rate > 0) - (rate < 0)


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
