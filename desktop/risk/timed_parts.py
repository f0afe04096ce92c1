"""Whole numbers by time, oldest first, sixteen bytes each: what sliding sums hold of the past."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from operator import lt

NEVER_MS = 1 << 62
MOST_PARTS = (1 << 63) - 1
_LEAST_DEAD = 32


class TimedParts:
    """Numbers at ascending times; what comes at a known time is added to it. O(1) amortised at both ends.

    In two flat arrays, since an hour of forced orders is held many times over: tuples would take eight times as much.
    No number passes `MOST_PARTS`. `oldest_ms` and `newest_ms` lie at NEVER_MS and below zero while nothing is held.
    """

    __slots__ = ("_first", "_parts", "_times", "newest_ms", "oldest_ms")

    def __init__(self) -> None:
        self._times = array("q")
        self._parts = array("q")
        self._first = 0
        self.oldest_ms = NEVER_MS
        self.newest_ms = -NEVER_MS

    def __len__(self) -> int:
        return len(self._times) - self._first

    def add(self, at_ms: int, parts: int) -> int:
        """Add `parts` at this time, late ones in their place; return what was taken in, less where it overflows."""
        try:
            if at_ms == self.newest_ms:
                self._parts[-1] += parts
            elif at_ms > self.newest_ms:
                self._parts.append(parts)
                self._times.append(at_ms)
                self.newest_ms = at_ms
                if at_ms < self.oldest_ms:
                    self.oldest_ms = at_ms
            else:
                self._add_late(at_ms, parts)
        except OverflowError:
            return self._add_clipped(at_ms, parts)
        return parts

    def add_all(self, times: Sequence[int], parts: Sequence[int]) -> int:
        """Add numbers at these times, in any order; return what was taken in. Ascending new times go in at once."""
        if len(times) == 1:
            return self.add(times[0], parts[0])
        if times[0] > self.newest_ms and all(map(lt, times, times[1:])):
            try:
                fresh = array("q", parts)
            except OverflowError:
                return sum(map(self.add, times, parts))
            self._parts.extend(fresh)
            self._times.extend(times)
            self.newest_ms = times[-1]
            if times[0] < self.oldest_ms:
                self.oldest_ms = times[0]
            return sum(parts)
        return sum(map(self.add, times, parts))

    def _add_late(self, at_ms: int, parts: int) -> None:
        place = bisect_right(self._times, at_ms, self._first)
        if place > self._first and self._times[place - 1] == at_ms:
            self._parts[place - 1] += parts
            return
        self._parts.insert(place, parts)
        self._times.insert(place, at_ms)
        self.oldest_ms = min(self.oldest_ms, at_ms)

    def _add_clipped(self, at_ms: int, parts: int) -> int:
        place = bisect_right(self._times, at_ms, self._first) - 1
        known = place >= self._first and self._times[place] == at_ms
        held = self._parts[place] if known else 0
        return self.add(at_ms, max(-MOST_PARTS, min(MOST_PARTS, held + parts)) - held)

    def leave(self, edge_ms: int) -> list[tuple[int, int]]:
        """Let go of what lies at `edge_ms` or before; return it as (time, number), oldest first."""
        first, stop = self._first, bisect_right(self._times, edge_ms, self._first)
        gone = list(zip(self._times[first:stop], self._parts[first:stop], strict=True))
        self._first = stop
        if stop == len(self._times):
            self.oldest_ms, self.newest_ms = NEVER_MS, -NEVER_MS
        else:
            self.oldest_ms = self._times[stop]
        # In blocks: deleting from the front costs the length.
        if stop > _LEAST_DEAD and 2 * stop >= len(self._times):
            del self._times[:stop], self._parts[:stop]
            self._first = 0
        return gone

    def times(self) -> array[int]:
        """Return the times held, ascending, as a copy."""
        return self._times[self._first :]

    def parts(self) -> array[int]:
        """Return the numbers held, oldest first, as a copy."""
        return self._parts[self._first :]
