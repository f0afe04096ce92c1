"""The composite: one score out of five families, and the level it holds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from desktop.risk.reading import Level

FAMILIES = ("flow", "vol", "delev", "liquidity", "level")
LEAST_FAMILIES = 3
MAX_WEIGHT, SECOND_WEIGHT = 0.6, 0.4
ENTER = {Level.NOTABLE: 80.0, Level.WARNING: 90.0, Level.CRITICAL: 96.0}
LEAVE = {Level.NOTABLE: 72.0, Level.WARNING: 82.0, Level.CRITICAL: 90.0}

# Two points above the line of entering each level: two families that both stand at a level reach it together.
_GAUGE = ((0.0, 0.0), (0.95, 0.82), (0.99, 0.92), (0.999, 1.0))


def gauge(percentile: float) -> float:
    """Return where a family's percentile (0..1) stands on the scale of the score (0..1).

    The 95th percentile (notable) at 0.82, the 99th (warning) at 0.92, the 99.9th (critical) and all above at 1;
    between them even in the logarithm of how rare it is. A family is the highest of several
    percentiles, so on any quiet day one stands at its 90th and another at its 80th: taken as they are, they would
    score 86, a notable that never ends.
    """
    place = _rarity(percentile)
    for (low, low_score), (high, high_score) in pairwise(_GAUGE):
        if percentile < high:
            share = (place - _rarity(low)) / (_rarity(high) - _rarity(low))
            return low_score + share * (high_score - low_score)
    return 1.0


def _rarity(percentile: float) -> float:
    return -math.log10(max(1e-9, 1 - percentile))


class Score(msgspec.Struct, frozen=True):
    """The score 0..100, None while fewer than two families are live: nothing then corroborates the highest.

    `degraded` while fewer than three are: critical is then not allowed.
    """

    score: float | None
    status: Literal["ok", "degraded"]


def composite(families: Mapping[str, float | None]) -> Score:
    """Return 100 (0.6 max + 0.4 second) of the live families (0..1, live use: `gauge`); None is one not live."""
    live = sorted((value for value in families.values() if value is not None), reverse=True)
    status: Literal["ok", "degraded"] = "ok" if len(live) >= LEAST_FAMILIES else "degraded"
    if len(live) < 2:
        return Score(None, status)
    return Score(100 * (MAX_WEIGHT * live[0] + SECOND_WEIGHT * live[1]), status)


def next_level(
    level: Level, score: float, enter: Mapping[Level, float] = ENTER, leave: Mapping[Level, float] = LEAVE
) -> Level:
    """Return the level after this score: up at once, down through each level whose line of leaving is undercut."""
    entered = max((rung for rung, bound in enter.items() if score >= bound), default=Level.CALM)
    kept = level
    while kept is not Level.CALM and score < leave.get(kept, enter.get(kept, 0.0)):
        kept = Level(kept - 1)
    return max(entered, kept)


def levels_of(scores: Sequence[float], enter: Mapping[Level, float], leave: Mapping[Level, float]) -> list[Level]:
    """Return the level after each score, from calm."""
    level = Level.CALM
    levels = []
    for score in scores:
        level = next_level(level, score, enter, leave)
        levels.append(level)
    return levels
