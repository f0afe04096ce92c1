"""Whether forced selling gathers speed or loses it."""

from __future__ import annotations

from desktop.risk.windows import DAY_MS, MINUTE_MS, SlidingLow, SlidingSum

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


_QUARTER_MS = 15 * MINUTE_MS
_QUARTERS = 4


class Deceleration:
    """Whether an event loses speed: L(15 min) lower three times running, and under half of the event's peak.

    It may only lower a level. There is no "all clear": the next quarter of an hour can be the worst. O(1) amortised.
    Quarters end now; the peak is the highest 15-minute sum at any print of the last 24 h.
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
