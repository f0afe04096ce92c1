"""Smooth curves through knots, and seeded chance: the pencil of the storm generator."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

Knots = Sequence[tuple[float, float]]
Curve = Callable[[float], float]


def chance(*parts: object) -> Random:
    """Return a generator whose sequence depends on `parts` alone, the same on every run."""
    # Play money: the storm must be repeatable, not unpredictable.
    return Random("/".join(str(part) for part in parts))  # noqa: S311


def through(knots: Knots) -> Curve:
    """Return the curve through the knots (x rising) that never overshoots them; flat outside.

    Cubic Hermite with the slope limit of Fritsch and Carlson (1980).
    """
    xs = [x for x, _ in knots]
    ys = [y for _, y in knots]
    slopes = _slopes(xs, ys)

    def curve(x: float) -> float:
        if x <= xs[0]:
            return ys[0]
        if x >= xs[-1]:
            return ys[-1]
        i = bisect_right(xs, x) - 1
        width = xs[i + 1] - xs[i]
        u = (x - xs[i]) / width
        rise = u * u * (3 - 2 * u)
        inner = width * u * (1 - u) * (slopes[i] * (1 - u) - slopes[i + 1] * u)
        return ys[i] + (ys[i + 1] - ys[i]) * rise + inner

    return curve


def _slopes(xs: list[float], ys: list[float]) -> list[float]:
    secants = [(ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]) for i in range(len(xs) - 1)]
    slopes = [secants[0]]
    for before, after in pairwise(secants):
        # The harmonic mean of two neighbours of one sign stays within the limit; a turning point lies flat.
        slopes.append(2 * before * after / (before + after) if before * after > 0 else 0.0)
    slopes.append(secants[-1])
    return slopes
