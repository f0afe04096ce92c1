"""How much the price moves: realised variance, range and jumps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

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
