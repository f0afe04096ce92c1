"""Sums over several windows at once: each event is stored once, and in coarser steps the older it grows."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.risk.timed_parts import NEVER_MS, TimedParts

# Whole ten-thousandths leave a sum again without a rest, as in `windows`.
_PARTS = 10_000


class AgeBands:
    """Sums over windows `(now - W, now]` of event time, O(1) amortised for each event and window.

    `bands` are (window, step) in milliseconds, ascending. Within a band times are kept to the end of their step, so
    a window's edge is exact to its step (exactly at whole steps), and a band holds at most window / step entries. An
    event dated after now has happened and counts. `now_ms` must not go back.
    """

    __slots__ = ("_bands", "_next_ms", "_places", "_queues", "_totals")

    def __init__(self, bands: tuple[tuple[int, int], ...]) -> None:
        self._bands = bands
        self._places = {window_ms: place for place, (window_ms, _) in enumerate(bands)}
        self._queues = tuple(TimedParts() for _ in bands)
        self._totals = [0] * len(bands)
        self._next_ms = 0

    def add(self, at_ms: int, value: float) -> None:
        """Add an event. Values are kept to a ten-thousandth; a late event finds its place."""
        self._put(0, at_ms, round(value * _PARTS))

    def add_all(self, events: Sequence[tuple[int, float]]) -> None:
        """Add events, as (time, value); at least one."""
        window_ms, step_ms = self._bands[0]
        queue = self._queues[0]
        times = [at_ms for at_ms, _ in events]
        if step_ms > 1:
            times = [-(-at_ms // step_ms) * step_ms for at_ms in times]
        self._totals[0] += queue.add_all(times, [round(value * _PARTS) for _, value in events])
        self._next_ms = min(self._next_ms, queue.oldest_ms + window_ms)

    def _put(self, place: int, at_ms: int, parts: int) -> None:
        window_ms, step_ms = self._bands[place]
        end_ms = -(-at_ms // step_ms) * step_ms
        queue = self._queues[place]
        self._totals[place] += queue.add(end_ms, parts)
        if queue.oldest_ms == end_ms:
            self._next_ms = min(self._next_ms, end_ms + window_ms)

    def _age(self, now_ms: int) -> None:
        """Move what has left its band into the next one, and out of the last."""
        last = len(self._bands) - 1
        next_ms = NEVER_MS
        for place, (window_ms, _) in enumerate(self._bands):
            edge_ms = now_ms - window_ms
            queue = self._queues[place]
            if queue.oldest_ms <= edge_ms:
                gone = queue.leave(edge_ms)
                self._totals[place] -= sum([parts for _, parts in gone])
                if place < last:
                    self._move(place + 1, gone)
            next_ms = min(next_ms, queue.oldest_ms + window_ms)
        self._next_ms = next_ms

    def _move(self, place: int, gone: list[tuple[int, int]]) -> None:
        """Put what left the band before into this one, what falls into one of its steps as one."""
        step_ms = self._bands[place][1]
        end_ms, whole = -(-gone[0][0] // step_ms) * step_ms, 0
        for at_ms, parts in gone:
            if at_ms > end_ms:
                self._put(place, end_ms, whole)
                end_ms, whole = -(-at_ms // step_ms) * step_ms, 0
            whole += parts
        self._put(place, end_ms, whole)

    def total(self, window_ms: int, now_ms: int) -> float:
        """Return the sum over one of the windows."""
        if now_ms >= self._next_ms:
            self._age(now_ms)
        return sum(self._totals[: self._places[window_ms] + 1]) / _PARTS
