"""A value over a window of minutes, and how far the window is filled."""

from __future__ import annotations

from collections import deque

import msgspec

from desktop.risk.history import LEAST_SHARE
from desktop.risk.windows import MINUTE_MS

# A float times a power of two is exact, and whole numbers leave a sum again without a rest. 2^-80 is 1e-24: nothing
# of a squared one-minute return is lost.
_ONE = 2**80
_LATE_MINUTES = 1


class Estimate(msgspec.Struct, frozen=True):
    """A value over a window. `value` is None while too little of it is known or where it cannot be told.

    `warm` (0..1) is how much of what is needed is known; `as_of_ms` is the end of the newest fact, 0 without one.
    """

    value: float | None
    warm: float
    as_of_ms: int


class MinuteSums:
    """Sums of several columns over the last `minutes` finished minutes, exact, O(1) amortised for each minute.

    Minutes are numbers (`open_ms // 60000`) and must rise; a missing one is a hole, not a zero.
    """

    __slots__ = ("_minutes", "_rows", "_totals")

    def __init__(self, minutes: int, columns: int) -> None:
        self._minutes = minutes
        self._rows: deque[tuple[int, tuple[int, ...]]] = deque()
        self._totals = [0] * columns

    def add(self, minute: int, values: tuple[float, ...]) -> None:
        """Add the values of a finished minute. One that is not newer than the newest is left aside."""
        if self._rows and minute <= self._rows[-1][0]:
            return
        parts = tuple(int(value * _ONE) for value in values)
        self._rows.append((minute, parts))
        self._totals = [total + part for total, part in zip(self._totals, parts, strict=True)]

    def forget(self, now_ms: int) -> None:
        """Let old minutes out. The window ends with the newest minute, or with the clock where none comes."""
        rows = self._rows
        last = now_ms // MINUTE_MS - 1
        if rows and last - rows[-1][0] <= _LATE_MINUTES:
            last = rows[-1][0]
        while rows and rows[0][0] <= last - self._minutes:
            _, parts = rows.popleft()
            self._totals = [total - part for total, part in zip(self._totals, parts, strict=True)]

    def sums(self) -> list[float]:
        """Return the sum of each column; call `forget` first."""
        return [total / _ONE for total in self._totals]

    def oldest(self) -> tuple[float, ...] | None:
        """Return the values of the oldest minute in the window, or None."""
        return tuple(part / _ONE for part in self._rows[0][1]) if self._rows else None

    def count(self) -> int:
        """Return how many minutes are in the window; call `forget` first."""
        return len(self._rows)

    def as_of_ms(self) -> int:
        """Return the end of the newest minute, 0 without one."""
        return (self._rows[-1][0] + 1) * MINUTE_MS if self._rows else 0

    def warm(self, known: float) -> float:
        """Return how much (0..1) of the 70 % of minutes that are needed is known."""
        return min(1.0, known / (LEAST_SHARE * self._minutes))
