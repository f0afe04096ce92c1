"""Funding over venues, per 8 h, weighted by open interest."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable, Sequence

import msgspec

from desktop.risk.estimate import Estimate
from desktop.risk.history import LEAST_SHARE
from desktop.risk.windows import HOUR_MS

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

    def spread(self, venues: Collection[str], weights: dict[str, float | None]) -> FundingSpread | None:
        """Return mean and spread over those of these venues whose rate and weight are known; None under two."""
        known = [
            (weight, self.by_venue[venue].rate_8h)
            for venue in venues
            if venue in self.by_venue and (weight := weights.get(venue)) is not None and weight > 0
        ]
        return funding_spread(known) if len(known) > 1 else None


WEEK_HOURS = 168
SETTLEMENTS = 21
_SETTLE_MS = 8 * HOUR_MS


class FundingPast:
    """FUND_7D and FUND_PERSIST of one coin from its weighted funding per 8 h. O(1) a value.

    The week is the mean of the last value of each of 168 hours, warm at 70 % of them. A settlement is the last value
    before 0, 8 and 16 h UTC, whatever a venue's own interval; the run needs 21 of them. Times must not go back.
    """

    __slots__ = ("_hours", "_last", "_settled")

    def __init__(self) -> None:
        self._hours: deque[tuple[int, float]] = deque()
        self._settled: deque[tuple[int, float]] = deque(maxlen=SETTLEMENTS)
        self._last: tuple[int, float] | None = None

    def add(self, at_ms: int, rate_8h: float) -> None:
        """Take the weighted funding as it is at this time, live or from a stored hour (dated with its end - 1 ms)."""
        last = self._last
        if last is not None and at_ms < last[0]:
            return
        self._pass(at_ms)
        self._last = (at_ms, rate_8h)

    def _pass(self, now_ms: int) -> None:
        """Let the clock end hours and settlements, and forget those out of reach."""
        if self._last is not None:
            at_ms, rate = self._last
            _end(self._hours, at_ms // HOUR_MS, now_ms // HOUR_MS, rate)
            _end(self._settled, at_ms // _SETTLE_MS, now_ms // _SETTLE_MS, rate)
        while self._hours and self._hours[0][0] < now_ms // HOUR_MS - WEEK_HOURS:
            self._hours.popleft()
        while self._settled and self._settled[0][0] < now_ms // _SETTLE_MS - SETTLEMENTS:
            self._settled.popleft()

    def week(self, now_ms: int) -> Estimate:
        """Return the mean over seven days, as a fraction per 8 h."""
        self._pass(now_ms)
        known = len(self._hours)
        warm = min(1.0, known / (LEAST_SHARE * WEEK_HOURS))
        mean = math.fsum(rate for _, rate in self._hours) / known if warm >= 1 else None
        return Estimate(mean, warm, self._last[0] if self._last is not None else 0)

    def persistence(self, now_ms: int) -> Persistence | None:
        """Return run and share of the last 21 settlements; None while one of them is not known."""
        self._pass(now_ms)
        if len(self._settled) < SETTLEMENTS:
            return None
        return funding_persistence([rate for _, rate in self._settled])

    def settlements(self) -> int:
        """Return how many of the 21 settlements are known."""
        return len(self._settled)


def _end(pieces: deque[tuple[int, float]], piece: int, now: int, rate: float) -> None:
    """Add the piece of time to which the last rate belongs, once it is over."""
    if now > piece and (not pieces or pieces[-1][0] < piece):
        pieces.append((piece, rate))
