"""Whether forced selling gathers speed or loses it."""

from __future__ import annotations

from desktop.risk.age_bands import AgeBands
from desktop.risk.windows import DAY_MS, MINUTE_MS, SECOND_MS, SlidingLow

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
_BACK_MS = tuple(_QUARTER_MS * back for back in range(1, _QUARTERS + 1))


class Deceleration:
    """Whether an event loses speed: L(15 min) lower three times running, and under half of the event's peak.

    It may only lower a level. There is no "all clear": the next quarter of an hour can be the worst. O(1) amortised.
    Quarters end now, their edges are exact to the second; the peak is the highest 15-minute sum at any print of the
    last 24 h, exact to the minute.
    """

    __slots__ = ("_peak", "_sums")

    def __init__(self) -> None:
        self._sums = AgeBands(tuple((back_ms, SECOND_MS) for back_ms in _BACK_MS))
        self._peak = SlidingLow(DAY_MS)

    def add(self, usd: float, at_ms: int) -> None:
        """Add a print."""
        self._sums.add(at_ms, usd)
        # By the minute: while forced selling ebbs away, each print's sum would be kept for the day.
        minute_ms = -(-at_ms // MINUTE_MS) * MINUTE_MS
        self._peak.add(minute_ms, -self._sums.total(_QUARTER_MS, at_ms))

    def quarters(self, now_ms: int) -> tuple[float, ...]:
        """Return L(15 min) of the last four quarters of an hour, the newest first."""
        totals = [0.0, *(self._sums.total(back_ms, now_ms) for back_ms in _BACK_MS)]
        return tuple(totals[place + 1] - totals[place] for place in range(_QUARTERS))

    def slows(self, now_ms: int) -> bool:
        """Return whether both hold now; False where nothing was closed within the day."""
        lowest = self._peak.lowest(now_ms)
        newest, second, third, fourth = self.quarters(now_ms)
        return lowest is not None and newest < second < third < fourth and newest < -lowest / 2
