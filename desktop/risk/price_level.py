"""Where the price stands against the lowest prices before it."""

from __future__ import annotations

from collections import deque

import msgspec

from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, SlidingLow, SlidingSum

LEAST_KNOWN = 0.7
WINDOWS_MS = (DAY_MS, 7 * DAY_MS, 30 * DAY_MS)


class LowLevel(msgspec.Struct, frozen=True):
    """Lowest price of the last hour and of the window before it; `known` is the share (0..1) of that window known."""

    hour_low: float | None
    low: float | None
    known: float


class _Before:
    """The lowest price of a window that ended an hour ago, and how much of the window is known.

    Pieces end at a minute; for windows over a day they are kept by the hour they end in.
    """

    __slots__ = ("_known", "_lows", "_step_ms", "_window_ms")

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._step_ms = MINUTE_MS if window_ms <= DAY_MS else HOUR_MS
        self._lows = SlidingLow(window_ms + HOUR_MS)
        self._known = SlidingSum(window_ms + HOUR_MS)

    def add(self, end_ms: int, low: float, length_ms: int) -> None:
        step_end_ms = end_ms // self._step_ms * self._step_ms + self._step_ms - 1
        self._lows.add(step_end_ms, low)
        if length_ms:
            self._known.add(step_end_ms, length_ms)

    def at(self, now_ms: int, hour_low: float | None) -> LowLevel:
        known = min(1.0, self._known.total(now_ms) / self._window_ms)
        return LowLevel(hour_low, self._lows.lowest(now_ms), known)


class PriceLevels:
    """Lows of the last hour and of the 24 hours, 7 and 30 days before it, from minutes as they end and stored hours.

    A piece counts at the moment it ends, so at a full hour all windows are exactly hourly bars.
    """

    __slots__ = ("_before", "_hour", "_waiting")

    def __init__(self) -> None:
        self._hour = SlidingLow(HOUR_MS)
        self._before = {window_ms: _Before(window_ms) for window_ms in WINDOWS_MS}
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
            for before in self._before.values():
                before.add(end_ms, low, 0)

    def at(self, now_ms: int, running_low: float | None, window_ms: int = DAY_MS) -> LowLevel:
        """Return the lows at this moment; `running_low` is the low of the minute that has not ended."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= now_ms - HOUR_MS:
            end_ms, low, length_ms = waiting.popleft()
            for before in self._before.values():
                before.add(end_ms, low, length_ms)
        hour_low = self._hour.lowest(now_ms)
        if running_low is not None:
            hour_low = running_low if hour_low is None else min(hour_low, running_low)
        return self._before[window_ms].at(now_ms, hour_low)
