"""How an indicator is declared: what it is called, what it means, its unit, window, levels and evidence."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import msgspec

from desktop.risk.reading import Level

Family = Literal["flow", "delev", "vol", "liquidity", "level", "fuel", "context", "modifier", "display", "hard"]
LevelKind = Literal["at_least", "at_most", "either_side", "percentile", "low_percentile", "times_usual"]
Vote = Literal["full", "half", "confirm", "fuel", "modifier", "hard", "none"]
History = Literal["hours", "days", "hour_of_week", "none"]
Touch = Literal["print", "price", "mark", "interest", "book", "ticker", "word", "context", "minute", "clock"]
MARKET = "market"
RARE = (0.95, 0.99, 0.999)
CALM_SHARE = 0.95
_MOST_STANDING = (CALM_SHARE - 0.01, RARE[1] - 0.001, RARE[2] - 0.001, 1.0)


class Levels(msgspec.Struct, frozen=True):
    """Where notable, warning and critical begin; None where a level does not exist.

    `kind` says how to compare: the value at least, at most, its size on either side of zero, or the value's own
    percentile (`low_percentile`: its distance from the bottom), or how many times the usual it is. `own_percentiles`
    must be reached as well, once the own history is known; of `at_most` levels they count from the bottom. Where the
    usual state of a quantity lies beyond its bounds, it `needs_past`: without its own percentile nothing is said.
    """

    kind: LevelKind
    notable: float | None
    warning: float | None
    critical: float | None
    own_percentiles: tuple[float, float, float] | None = None
    needs_past: bool = False

    @property
    def bounds(self) -> tuple[float | None, float | None, float | None]:
        """The three bounds in order."""
        return self.notable, self.warning, self.critical

    @property
    def by_percentile(self) -> bool:
        """Whether the value's own percentile alone decides."""
        return self.kind in ("percentile", "low_percentile")

    def of(self, value: float, percentile: float | None) -> Level:
        """Return the level of a value with this percentile (None: not known yet)."""
        reached = Level.CALM
        for place, bound in enumerate(self.bounds):
            if bound is not None and self._holds(value, percentile, bound) and self._is_rare(percentile, place):
                reached = Level(place + 1)
        return reached

    def rarity(self, percentile: float) -> float:
        """Return a percentile (0..1) such that high means alarming."""
        return 1 - percentile if self.kind in ("at_most", "low_percentile") else percentile

    def _holds(self, value: float, percentile: float | None, bound: float) -> bool:
        match self.kind:
            case "at_least" | "times_usual":
                return value >= bound
            case "at_most":
                return value <= bound
            case "either_side":
                return abs(value) >= bound
            case "percentile":
                return percentile is not None and value > 0 and percentile >= bound
            case "low_percentile":
                return percentile is not None and percentile <= bound

    def _is_rare(self, percentile: float | None, place: int) -> bool:
        if self.own_percentiles is None:
            return True
        if percentile is None:
            return not self.needs_past
        return self.rarity(percentile) >= self.own_percentiles[place]


BY_PERCENTILE = Levels("percentile", *RARE)
BY_LOW_PERCENTILE = Levels("low_percentile", 0.05, 0.01, 0.001)


class Baseline(msgspec.Struct, frozen=True):
    """Quantiles measured elsewhere, (share 0..1, value) ascending, for the time before the own history is known.

    `coin` is the only coin they hold for; empty where they are a share of something and hold, roughly, for all.
    """

    points: tuple[tuple[float, float], ...]
    source: str
    coin: str = ""

    def share(self, value: float) -> float:
        """Return about which share (0..1) of what was measured lies under the value; linear between the points."""
        points = self.points
        if value <= points[0][1]:
            return points[0][0] * (value / points[0][1] if value > 0 and points[0][1] > 0 else 0.5)
        for (low_share, low), (high_share, high) in pairwise(points):
            if value < high:
                return low_share + (high_share - low_share) * (value - low) / (high - low)
        return points[-1][0]


class Indicator(msgspec.Struct, frozen=True):
    """One indicator. `row` is its line of the table; several windows of one line are several indicators.

    `scale` is a difference that counts as one step when reasons are weighed against each other. `period_ms` is how
    often its facts come; staleness follows from it. `where` is 'coin' or 'market'. `touched_by` names the messages
    that can move it at once (everything moves with the clock). `beside` is an indicator that must be notable too
    before a level counts. `history` is what its percentile is taken from and `least` how many of those are needed.
    """

    id: str
    row: str
    family: Family
    name: str
    words: str
    unit: str
    window_ms: int
    levels: Levels | None
    evidence: str
    period_ms: int
    scale: float
    normalise: str
    warm_up: str
    vote: Vote
    touched_by: tuple[Touch, ...]
    history: History = "none"
    least: int = 0
    baseline: Baseline | None = None
    beside: str = ""
    where: Literal["coin", "market"] = "coin"
    floor: bool = False

    def standing(self, value: float, percentile: float | None, level: Level) -> float | None:
        """Return how alarming the value is, 0..1, on the scale of percentiles; None where nobody can tell.

        Of `times_usual` levels the value is the multiple of the usual.

        A level counts as the percentile it stands for (95, 99, 99.9 %), between levels it is linear. Where own
        percentile and absolute levels are both asked, the calmer of the two counts; a level that was not granted
        (a condition beside it fails, or it has not held long enough) holds the standing under that level.
        """
        levels = self.levels
        if levels is None or (levels.needs_past and percentile is None):
            return None
        rarity = None if percentile is None else levels.rarity(percentile)
        if levels.by_percentile:
            return None if rarity is None else min(rarity, _MOST_STANDING[level])
        standing = _between(levels, value)
        if rarity is not None and levels.own_percentiles is not None:
            standing = min(standing, rarity)
        granted = standing if level is Level.CALM else max(standing, RARE[level - 1])
        return min(granted, _MOST_STANDING[level])


def _between(levels: Levels, value: float) -> float:
    """Return the standing of a value among absolute levels: 0.95 at notable, 0.99 at warning, 0.999 at critical."""
    known = [(share, bound) for share, bound in zip(RARE, levels.bounds, strict=True) if bound is not None]
    if levels.kind == "either_side":
        value = abs(value)
    falling = levels.kind == "at_most"
    reached = [pair for pair in known if (value <= pair[1] if falling else value >= pair[1])]
    if not reached:
        return _below(known[0], value, falling=falling)
    share, bound = reached[-1]
    if len(reached) == len(known):
        return share
    next_share, next_bound = known[len(reached)]
    return share + (next_share - share) * (value - bound) / (next_bound - bound)


def _below(first: tuple[float, float], value: float, *, falling: bool) -> float:
    share, bound = first
    if bound == 0 or (falling and bound > 0):
        # Levels such as "2 % above the low" have no zero below them: four times that further away is calm.
        reach = 4 * (abs(bound) or 0.01)
        return max(0.0, share * (1 - (abs(value - bound) / reach)))
    return max(0.0, min(share, share * value / bound))
