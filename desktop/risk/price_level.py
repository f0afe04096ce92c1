"""Where the price stands against the lowest prices before it."""

from __future__ import annotations

from collections import deque

import msgspec

from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, SlidingLow, SlidingSum

LEAST_KNOWN = 0.7


class LowLevel(msgspec.Struct, frozen=True):
    """Lowest price of the last hour and of the 24 hours before it; `known` is the share (0..1) of those 24 known."""

    hour_low: float | None
    day_low: float | None
    known: float


class PriceLevels:
    """Lows of the last hour and of the 24 hours before, from minutes as they end and from stored hours.

    A piece counts at the moment it ends, so at a full hour both windows are exactly an hourly bar and the 24 before.
    """

    __slots__ = ("_before", "_hour", "_known", "_waiting")

    def __init__(self) -> None:
        self._hour = SlidingLow(HOUR_MS)
        self._before = SlidingLow(DAY_MS + HOUR_MS)
        self._known = SlidingSum(DAY_MS + HOUR_MS)
        self._waiting: deque[tuple[int, float, int]] = deque()

    def add(self, open_ms: int, low: float, length_ms: int = MINUTE_MS) -> None:
        """Add the low of a finished minute or hour."""
        end_ms = open_ms + length_ms - 1
        self._hour.add(end_ms, low)
        waiting = self._waiting
        place = len(waiting)
        while place and waiting[place - 1][0] > end_ms:
            place -= 1
        waiting.insert(place, (end_ms, low, length_ms))

    def lower(self, open_ms: int, low: float) -> None:
        """Take a late price into a minute that has ended already; the minute is not counted as known twice."""
        end_ms = open_ms + MINUTE_MS - 1
        self._hour.add(end_ms, low)
        waiting = self._waiting
        for place in range(len(waiting) - 1, -1, -1):
            if waiting[place][0] == end_ms:
                waiting[place] = (end_ms, min(low, waiting[place][1]), waiting[place][2])
                return
        if not waiting or end_ms < waiting[0][0]:
            self._before.add(end_ms, low)

    def at(self, now_ms: int, running_low: float | None) -> LowLevel:
        """Return the lows at this moment; `running_low` is the low of the minute that has not ended."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= now_ms - HOUR_MS:
            end_ms, low, length_ms = waiting.popleft()
            self._before.add(end_ms, low)
            self._known.add(end_ms, length_ms)
        hour_low = self._hour.lowest(now_ms)
        if running_low is not None:
            hour_low = running_low if hour_low is None else min(hour_low, running_low)
        known = min(1.0, self._known.total(now_ms) / DAY_MS)
        return LowLevel(hour_low, self._before.lowest(now_ms), known)
