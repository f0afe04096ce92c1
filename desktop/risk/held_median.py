"""The median of the last minute, and what of it has held for some minutes."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

from desktop.risk.windows import MINUTE_MS, SlidingLow


class HeldMedian:
    """The median over one minute of a quantity that flickers, and its mildest value over `hold_ms`.

    A threshold counts as passed only when every median of the last `hold_ms` has passed it; that is so exactly when
    `held` has. `low_is_bad` says on which side the threshold lies. Adding costs the logarithm of a minute's samples.
    """

    __slots__ = ("_hold_ms", "_low_is_bad", "_mildest", "_samples", "_since_ms", "_sorted")

    def __init__(self, hold_ms: int, *, low_is_bad: bool) -> None:
        self._hold_ms = hold_ms
        self._low_is_bad = low_is_bad
        self._samples: deque[tuple[int, float]] = deque()
        self._sorted: list[float] = []
        self._mildest = SlidingLow(hold_ms)
        self._since_ms: int | None = None

    def add(self, at_ms: int, value: float) -> None:
        """Add a sample; times must not go back. After a minute without one, holding begins anew."""
        self._forget(at_ms)
        if not self._samples:
            self.reset()
            self._since_ms = at_ms
        self._samples.append((at_ms, value))
        insort(self._sorted, value)
        middle = self._middle()
        self._mildest.add(at_ms, -middle if self._low_is_bad else middle)
        self._mildest.lowest(at_ms)

    def reset(self) -> None:
        """Forget everything, as after a gap: what was held is not known to hold any more."""
        self._samples.clear()
        self._sorted.clear()
        self._mildest = SlidingLow(self._hold_ms)
        self._since_ms = None

    def median(self, now_ms: int) -> float | None:
        """Return the median over `(now - 1 min, now]`, or None without a sample."""
        self._forget(now_ms)
        return self._middle() if self._sorted else None

    def held(self, now_ms: int) -> float | None:
        """Return the mildest median of the last `hold_ms`; None while that long is not known."""
        self._forget(now_ms)
        if not self._samples or self._since_ms is None or now_ms - self._since_ms < self._hold_ms:
            return None
        mildest = self._mildest.lowest(now_ms)
        if mildest is None:
            return self._middle()
        return -mildest if self._low_is_bad else mildest

    def _middle(self) -> float:
        ordered, half = self._sorted, len(self._sorted) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

    def _forget(self, now_ms: int) -> None:
        samples = self._samples
        while samples and samples[0][0] <= now_ms - MINUTE_MS:
            _, value = samples.popleft()
            del self._sorted[bisect_left(self._sorted, value)]
