"""Whether forced selling gathers speed or loses it."""

from __future__ import annotations

import msgspec

from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, SlidingLow, SlidingSum

FLOOR_USD = 1e5
LEAST_OF_INTEREST = 0.0005

RECENT_HOURS = 3
BEFORE_HOURS = 21


def acceleration(recent_usd: float, before_usd: float, floor_usd: float = FLOOR_USD) -> float | None:
    """Return L(3 h) / (L(previous 21 h) x 3/21 + floor): how many times the day's own pace.

    The floor keeps the first print after a quiet day from counting as a storm; None if it and the day are zero.
    """
    pace = before_usd * RECENT_HOURS / BEFORE_HOURS + floor_usd
    return recent_usd / pace if pace > 0 else None


class Pace(msgspec.Struct, frozen=True):
    """LIQ_ACC: the ratio, and whether it counts: only when the 3 h are at least 0.05 % of the open interest.

    `counts` is None while the open interest is unknown. `recent_usd` is what the 3 h closed.
    """

    ratio: float
    recent_usd: float
    counts: bool | None


class LiquidationPace:
    """Longs closed by force in 3 h against the 21 h before them, O(1) amortised a print. Warm-up 24 h of hearing."""

    __slots__ = ("_day", "_recent")

    def __init__(self) -> None:
        self._recent = SlidingSum(RECENT_HOURS * HOUR_MS)
        self._day = SlidingSum(DAY_MS)

    def add(self, usd: float, at_ms: int) -> None:
        """Add a print, or a piece of a stored hour."""
        self._recent.add(at_ms, usd)
        self._day.add(at_ms, usd)

    def at(self, now_ms: int, interest_usd: float | None) -> Pace:
        """Return the pace now; the open interest decides whether it is more than noise."""
        recent = self._recent.total(now_ms)
        ratio = acceleration(recent, self._day.total(now_ms) - recent)
        counts = recent >= LEAST_OF_INTEREST * interest_usd if interest_usd else None
        return Pace(0.0 if ratio is None else ratio, recent, counts)


_QUARTER_MS = 15 * MINUTE_MS
_QUARTERS = 4


class Deceleration:
    """Whether an event loses speed: L(15 min) lower three times running, and under half of the event's peak.

    It may only lower a level. There is no "all clear": the next quarter of an hour can be the worst. O(1) amortised.
    Quarters end now; the peak is the highest 15-minute sum seen by `at` or `add` within 24 h.
    """

    __slots__ = ("_peak", "_sums")

    def __init__(self) -> None:
        self._sums = tuple(SlidingSum(_QUARTER_MS * (back + 1)) for back in range(_QUARTERS))
        self._peak = SlidingLow(DAY_MS)

    def add(self, usd: float, at_ms: int) -> None:
        """Add a print."""
        for window in self._sums:
            window.add(at_ms, usd)
        self._peak.add(at_ms, -self._sums[0].total(at_ms))

    def quarters(self, now_ms: int) -> tuple[float, ...]:
        """Return L(15 min) of the last four quarters of an hour, the newest first."""
        totals = [0.0, *(window.total(now_ms) for window in self._sums)]
        return tuple(totals[place + 1] - totals[place] for place in range(_QUARTERS))

    def slows(self, now_ms: int) -> bool:
        """Return whether both hold now; False where nothing was closed within the day."""
        lowest = self._peak.lowest(now_ms)
        newest, second, third, fourth = self.quarters(now_ms)
        return lowest is not None and newest < second < third < fourth and newest < -lowest / 2
