"""How much the price moves: realised variance, range and jumps; as formulas, and running with every minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from desktop.risk.estimate import Estimate, MinuteSums
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

HOURS_A_YEAR = 8760
MINUTES_A_YEAR = 525_600
_RANGE_DIVISOR = 4 * math.log(2)
_BIPOWER = math.pi / 2


class Jumps(msgspec.Struct, frozen=True):
    """Realised variance, bipower variation (blind to single jumps) and the share (0..1) that jumps have in it."""

    realised: float
    bipower: float
    share: float | None


def realised_and_jumps(returns: Sequence[float]) -> Jumps:
    """Return RV = sum r^2, BV = pi/2 sum |r||r-1|, jump share = max(0, 1 - BV/RV); None where nothing moved."""
    realised = math.fsum(r * r for r in returns)
    bipower = _BIPOWER * math.fsum(abs(a) * abs(b) for a, b in pairwise(returns))
    return Jumps(realised, bipower, jump_share(realised, bipower))


def jump_share(realised: float, bipower: float) -> float | None:
    """Return max(0, 1 - BV/RV), or None where nothing moved."""
    return max(0.0, 1 - bipower / realised) if realised > 0 else None


def parkinson(highs: Sequence[float], lows: Sequence[float]) -> float | None:
    """Return sqrt(mean(ln(H/L)^2) / (4 ln 2)), the volatility of one bar from its range; None without a bar."""
    squares = [math.log(high / low) ** 2 for high, low in zip(highs, lows, strict=True)]
    return math.sqrt(math.fsum(squares) / len(squares) / _RANGE_DIVISOR) if squares else None


def annualised(sigma: float, hours: float = 1.0) -> float:
    """Return a standard deviation over some hours as one over a year of 8,760 hours."""
    return sigma * math.sqrt(HOURS_A_YEAR / hours)


WINDOWS_MS = (HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS, DAY_MS)
JUMP_WINDOW_MS = 2 * HOUR_MS


class MinuteVolatility:
    """Volatility of one coin over 1, 2, 6 and 24 h from minute bars, O(1) a minute.

    Each window is warm at 70 % of its minutes: 42 min, 84 min, 4 h 12 min, 16 h 48 min. Returns are between closes
    of neighbouring minutes; over a hole there is none. Minutes must rise.
    """

    __slots__ = ("_close", "_minute", "_return", "_sums")

    def __init__(self) -> None:
        self._sums = {window_ms: MinuteSums(window_ms // MINUTE_MS, 4) for window_ms in WINDOWS_MS}
        self._minute = -1
        self._close = 0.0
        self._return: float | None = None

    def add(self, open_ms: int, high: float, low: float, close: float) -> None:
        """Add a finished minute with prices above zero. One not newer than the newest is left aside."""
        minute = open_ms // MINUTE_MS
        if minute <= self._minute:
            return
        whole = minute == self._minute + 1
        moved = math.log(close / self._close) if whole and self._close else None
        pair = abs(moved * self._return) if moved is not None and self._return is not None else 0.0
        squared = 0.0 if moved is None else moved * moved
        for sums in self._sums.values():
            sums.add(minute, (squared, pair, math.log(high / low) ** 2, float(moved is not None)))
        self._minute, self._close, self._return = minute, close, moved

    def realised(self, window_ms: int, now_ms: int) -> Estimate:
        """Return sqrt(sum r^2 / n) a minute, annualised with 525,600 minutes a year; n is the returns known."""
        sums, (squares, _, _, count) = self._window(window_ms, now_ms)
        warm = sums.warm(count)
        value = math.sqrt(squares / count * MINUTES_A_YEAR) if warm >= 1 else None
        return Estimate(value, warm, sums.as_of_ms())

    def parkinson(self, window_ms: int, now_ms: int) -> Estimate:
        """Return the range volatility of minute bars, as a fraction an hour (times sqrt(60)).

        In this unit minutes and hourly bars stand on one scale.
        """
        sums, (_, _, ranges, _) = self._window(window_ms, now_ms)
        bars = sums.count()
        warm = sums.warm(bars)
        value = math.sqrt(ranges / bars / _RANGE_DIVISOR * 60) if warm >= 1 else None
        return Estimate(value, warm, sums.as_of_ms())

    def jump_share(self, now_ms: int) -> Estimate:
        """Return max(0, 1 - BV/RV) over 2 h (0..1); None too where nothing moved."""
        sums, (squares, pairs, _, count) = self._window(JUMP_WINDOW_MS, now_ms)
        oldest = sums.oldest()
        # The oldest return's neighbour has left the window, so their product has as well.
        pairs -= oldest[1] if oldest is not None else 0.0
        warm = sums.warm(count)
        value = jump_share(squares, _BIPOWER * pairs) if warm >= 1 else None
        return Estimate(value, warm, sums.as_of_ms())

    def _window(self, window_ms: int, now_ms: int) -> tuple[MinuteSums, list[float]]:
        sums = self._sums[window_ms]
        sums.forget(now_ms)
        return sums, sums.sums()
