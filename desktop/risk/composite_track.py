"""The composite as it runs: families from their members, level with dwell, fuel that moves thresholds, cool-down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from desktop.risk.composite import ENTER, FAMILIES, LEAVE, Score, gauge, next_level
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS, MINUTE_MS

DWELL_MS = 10 * MINUTE_MS
COOL_DOWN_MS = 6 * HOUR_MS
MOST_SHIFT = 5.0
_MEDIAN = 0.5
_HALF = 0.5
# A month of hours knows no rarer hour than one in a thousand.
_MOST_TOLD = 0.999


class Member(msgspec.Struct, frozen=True):
    """What one live indicator says: `standing` is how alarming (0..1, a percentile); `half` is a vote of one half."""

    indicator: str
    family: str
    standing: float
    half: bool = False


class FamilyScore(msgspec.Struct, frozen=True):
    """The highest standing (0..1) of a family's live members and whose it is; None when none is live."""

    family: str
    standing: float | None
    indicator: str = ""


def family_scores(members: Iterable[Member]) -> tuple[FamilyScore, ...]:
    """Return the five families in order, each the maximum of its members.

    A half vote pulls its family only halfway up from what the full votes say (from the median where there are none):
    the noisy may corroborate, they do not decide.
    """
    by_family: dict[str, list[Member]] = {family: [] for family in FAMILIES}
    for member in members:
        if member.family in by_family:
            by_family[member.family].append(member)
    return tuple(_family(family, found) for family, found in by_family.items())


def _family(family: str, members: list[Member]) -> FamilyScore:
    if not members:
        return FamilyScore(family, None)
    full = max((m for m in members if not m.half), key=lambda m: m.standing, default=None)
    half = max((m for m in members if m.half), key=lambda m: m.standing, default=None)
    if half is None or (full is not None and half.standing <= full.standing):
        assert full is not None
        return FamilyScore(family, full.standing, full.indicator)
    base = _MEDIAN if full is None else full.standing
    return FamilyScore(family, min(half.standing, (base + half.standing) / 2), half.indicator)


def strongest(members: Iterable[Member], most: int = 3) -> list[Member]:
    """Return the members that say most, the strongest first: the reasons of a score.

    Where several stand as high as an own past can tell, the first of each family comes before the second of any.
    """
    voting = [member for member in members if member.family in FAMILIES]
    in_order = sorted(voting, key=lambda member: (-member.standing, member.indicator))
    seen: Counter[str] = Counter()
    ranked = []
    for member in in_order:
        place = (-min(member.standing, _MOST_TOLD), seen[member.family], FAMILIES.index(member.family))
        ranked.append((place, member.indicator, member))
        seen[member.family] += 1
    return [member for _, _, member in sorted(ranked, key=lambda one: one[:2])[:most]]


class Fuel(msgspec.Struct, frozen=True):
    """The fuel gauge 0..100 and by how many points (0 to 5) it lowers the composite's thresholds. It never alarms."""

    score: float | None
    shift: float


def fuel(parts: Iterable[tuple[float, float]]) -> Fuel:
    """Return the gauge from (standing 0..1, vote 0..1) of its live parts: 100 (0.6 max + 0.4 second) of `gauge`.

    Up to the middle it moves nothing: little fuel is no reason to look away. None without a part.
    """
    votes = sorted((gauge(standing) * vote for standing, vote in parts), reverse=True)
    if not votes:
        return Fuel(None, 0.0)
    score = 100 * (0.6 * votes[0] + 0.4 * (votes[1] if len(votes) > 1 else 0.0))
    return Fuel(score, MOST_SHIFT * min(1.0, max(0.0, score / 100 - _HALF) / _HALF))


def may_be_critical(score: Score, intensity: Level, breadth: Level, *, hard_rule: bool) -> bool:
    """Return whether critical is allowed: three live families, and forced selling over its absolute floor (LIQ_INT
    notable at least), breadth critical, or a hard rule of venue or chain."""
    return score.status == "ok" and (intensity >= Level.NOTABLE or breadth is Level.CRITICAL or hard_rule)


class Standing(msgspec.Struct, frozen=True):
    """The composite now: score after the hour's modifier, level, since when, its peak, and where it is left."""

    score: float | None
    level: Level
    since_ms: int | None
    peak: float | None
    leaves_below: float | None


class CompositeTrack:
    """The level of one coin over time: entered at once, left only after 10 minutes under its line. O(1) a step.

    While the score is unknown the level stays: silence is no all-clear. `now_ms` must not go back.
    """

    __slots__ = ("_below_ms", "_level", "_mildest_fall", "_peak", "_since_ms")

    def __init__(self) -> None:
        self._level = Level.CALM
        self._since_ms: int | None = None
        self._peak: float | None = None
        self._below_ms: int | None = None
        self._mildest_fall = Level.CALM

    def step(
        self, score: float | None, now_ms: int, *, critical: bool, shift: float = 0.0, season: float = 1.0
    ) -> Standing:
        """Take the score (0..100) and return where it stands.

        `critical` allows that level, `shift` (0..5 points, fuel) lowers every line, `season` (0.9..1.1) multiplies.
        """
        lower = min(MOST_SHIFT, max(0.0, shift))
        moved = None if score is None else min(100.0, score * season)
        most = Level.CRITICAL if critical else Level.WARNING
        if self._level > most:
            self._become(most, now_ms)
        if moved is not None:
            self._move(min(most, next_level(self._level, moved + lower, ENTER, LEAVE)), now_ms)
        if moved is not None and self._level is not Level.CALM:
            self._peak = moved if self._peak is None else max(self._peak, moved)
        leaves = LEAVE[self._level] - lower if self._level in LEAVE else None
        return Standing(moved, self._level, self._since_ms, self._peak, leaves)

    def _move(self, target: Level, now_ms: int) -> None:
        if target >= self._level:
            self._below_ms = None
            if target > self._level:
                self._become(target, now_ms)
            return
        if self._below_ms is None:
            self._below_ms, self._mildest_fall = now_ms, target
        self._mildest_fall = max(self._mildest_fall, target)
        if now_ms - self._below_ms >= DWELL_MS:
            self._become(self._mildest_fall, now_ms)

    def _become(self, level: Level, now_ms: int) -> None:
        if self._level is Level.CALM or level is Level.CALM:
            self._peak = None
        self._level, self._since_ms, self._below_ms = level, now_ms, None


class CoolDown:
    """Which levels are told of: the same level not again within the cool-down, one above the last told always."""

    __slots__ = ("_last", "_period_ms", "_told_ms")

    def __init__(self, period_ms: int = COOL_DOWN_MS) -> None:
        self._period_ms = period_ms
        self._told_ms: dict[Level, int] = {}
        self._last = Level.CRITICAL

    def tells(self, level: Level, now_ms: int) -> bool:
        """Return whether this level is told of now, and remember that it was."""
        before_ms = self._told_ms.get(level)
        if level <= self._last and before_ms is not None and now_ms - before_ms < self._period_ms:
            return False
        self._told_ms[level] = now_ms
        self._last = level
        return True
