"""Sliding windows over event time `(now - W, now]`, O(1) amortised for each event. `now_ms` must not go back."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from desktop.risk.timed_parts import TimedParts

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

# Sums are kept in whole ten-thousandths, so that what was added leaves again without a rest: a float sum that has
# seen a billion keeps a rounding error where nothing should remain.
_PARTS = 10_000
_MOST_SPANS = 2_000


class SlidingSum:
    """The sum of what happened within the window. Late events find their place; events too old never count."""

    __slots__ = ("_events", "_total", "window_ms")

    def __init__(self, window_ms: int) -> None:
        self.window_ms = window_ms
        self._events = TimedParts()
        self._total = 0

    def add(self, at_ms: int, value: float) -> None:
        """Add an event. Values are kept to a ten-thousandth."""
        self._total += self._events.add(at_ms, round(value * _PARTS))

    def count(self, times: Sequence[int]) -> None:
        """Add events that count one each; at least one."""
        self._total += self._events.add_all(times, [_PARTS] * len(times))

    def total(self, now_ms: int) -> float:
        """Return the sum over `(now - W, now]`; an event dated after now has happened and counts."""
        edge_ms = now_ms - self.window_ms
        if self._events.oldest_ms <= edge_ms:
            for _, parts in self._events.leave(edge_ms):
                self._total -= parts
        return self._total / _PARTS


class SlidingLow:
    """The lowest value within the window, by a queue whose values only rise."""

    __slots__ = ("_queue", "window_ms")

    def __init__(self, window_ms: int) -> None:
        self.window_ms = window_ms
        self._queue: deque[tuple[int, float]] = deque()

    def add(self, at_ms: int, value: float) -> None:
        """Add a value. A late one finds its place."""
        queue = self._queue
        if queue and queue[-1][0] == at_ms and queue[-1][1] <= value:
            return
        later: list[tuple[int, float]] = []
        while queue and queue[-1][0] > at_ms:
            later.append(queue.pop())
        if not later or later[-1][1] > value:
            while queue and queue[-1][1] >= value:
                queue.pop()
            queue.append((at_ms, value))
        queue.extend(reversed(later))

    def lowest(self, now_ms: int) -> float | None:
        """Return the lowest value over `(now - W, now]`, or None if there is none."""
        edge_ms = now_ms - self.window_ms
        queue = self._queue
        while queue and queue[0][0] <= edge_ms:
            queue.popleft()
        return queue[0][1] if queue else None


class HeardTime:
    """When a feed was heard: the time between beats that lie at most `silence_ms` apart.

    Without it a sum of nothing could not be told from a feed that said nothing.
    """

    __slots__ = ("_keep_ms", "_silence_ms", "_spans", "_whole")

    def __init__(self, silence_ms: int = 10 * SECOND_MS, keep_ms: int = 30 * DAY_MS + HOUR_MS) -> None:
        self._silence_ms = silence_ms
        self._keep_ms = keep_ms
        self._spans: deque[list[int]] = deque(maxlen=_MOST_SPANS)
        self._whole = True

    def beat(self, now_ms: int) -> None:
        """Note that the feed was heard at this moment."""
        spans = self._spans
        if spans and self._whole and now_ms - spans[-1][1] <= self._silence_ms:
            spans[-1][1] = max(spans[-1][1], now_ms)
        else:
            spans.append([now_ms, now_ms])
            self._whole = True
        edge_ms = now_ms - self._keep_ms
        while spans and spans[0][1] < edge_ms:
            spans.popleft()

    def end(self) -> None:
        """Note that the connection ended: the next beat begins anew, however soon it comes."""
        self._whole = False

    def cover(self, since_ms: int, until_ms: int) -> None:
        """Note a time known from elsewhere (stored hours), before the first beat."""
        spans = self._spans
        place = len(spans)
        while place and spans[place - 1][0] > since_ms:
            place -= 1
        if place and spans[place - 1][1] == since_ms:
            spans[place - 1][1] = until_ms
        elif len(spans) < _MOST_SPANS:
            spans.insert(place, [since_ms, until_ms])

    def cut(self, since_ms: int, until_ms: int) -> None:
        """Take back a time during which the feed could not be trusted."""
        kept: deque[list[int]] = deque(maxlen=_MOST_SPANS)
        for start, stop in self._spans:
            if start < since_ms:
                kept.append([start, min(stop, since_ms)])
            if stop > until_ms:
                kept.append([max(start, until_ms), stop])
        self._spans = kept
        self._whole = bool(kept) and kept[-1][1] > until_ms

    def share(self, now_ms: int, window_ms: int) -> float:
        """Return which share (0..1) of `(now - W, now]` was heard. Silence shorter than the limit counts as heard."""
        edge_ms = now_ms - window_ms
        heard = 0
        for start, stop in reversed(self._spans):
            if stop <= edge_ms:
                break
            heard += max(0, min(stop, now_ms) - max(start, edge_ms))
        if self._whole and self._spans:
            last = self._spans[-1][1]
            if 0 < now_ms - last <= self._silence_ms:
                heard += now_ms - max(last, edge_ms)
        return min(1.0, heard / window_ms)

    def since_ms(self) -> int | None:
        """Return since when the feed has been heard without a hole, or None if it is not."""
        return self._spans[-1][0] if self._spans and self._whole else None


class StepSeries:
    """A quantity that holds until it changes, remembered with one sample a minute."""

    __slots__ = ("_keep_ms", "_times", "_values")

    def __init__(self, keep_ms: int = DAY_MS + HOUR_MS) -> None:
        self._keep_ms = keep_ms
        self._times: list[int] = []
        self._values: list[float] = []

    def set(self, at_ms: int, value: float) -> bool:
        """Note the value. Return False, and change nothing, if a newer one is known."""
        times = self._times
        if times and at_ms < times[-1]:
            return False
        if times and at_ms // MINUTE_MS == times[-1] // MINUTE_MS and len(times) > 1:
            times[-1], self._values[-1] = at_ms, value
        else:
            times.append(at_ms)
            self._values.append(value)
            self._forget(at_ms)
        return True

    def _forget(self, now_ms: int) -> None:
        # In blocks: deleting from the front of a list costs its length.
        old = bisect_right(self._times, now_ms - self._keep_ms)
        if old > 256:
            del self._times[: old - 1], self._values[: old - 1]

    def latest(self) -> tuple[int, float] | None:
        """Return (time, value) of the newest sample, or None."""
        return (self._times[-1], self._values[-1]) if self._times else None

    def first_ms(self) -> int | None:
        """Return the time of the oldest sample, or None."""
        return self._times[0] if self._times else None

    def at(self, at_ms: int, within_ms: int) -> float | None:
        """Return the value that held at this time, or None if it was not said within `within_ms` before it."""
        place = bisect_right(self._times, at_ms) - 1
        if place < 0 or at_ms - self._times[place] > within_ms:
            return None
        return self._values[place]

    def earliest_after(self, at_ms: int) -> float | None:
        """Return the first value said after this time, or None."""
        place = bisect_right(self._times, at_ms)
        return self._values[place] if place < len(self._times) else None
