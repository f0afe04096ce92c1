"""How often a rule would have rung: what a person should know before trusting it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

import msgspec

from desktop.alerts.rules import Condition, Part, Rule

_HOUR_MS = 3_600_000
_NIGHT_FROM, _NIGHT_TO = 23, 7
FOLLOWED_BY = 0.03


class NoiseBudget(msgspec.Struct, frozen=True):
    """Firings over a stretch of bars; `longest_silence_h` includes the silence at its start and end.

    A firing is a bar at whose close the rule holds. Of these `followed` saw the price fall by more than 3 % within
    the next hour (None where there is no price); `incidents` is what is left after grouping, `rings` after cool-down
    and quiet hours. In `not_judged` bars something the rule needs was unknown.
    """

    bars: int
    firings: int
    per_30_days: float
    at_night: int
    longest_silence_h: float
    followed: int | None = None
    incidents: int = 0
    rings: int = 0
    not_judged: int = 0

    @property
    def per_week(self) -> float:
        """Firings a week."""
        return self.per_30_days * 7 / 30


def noise_budget(known_ms: Sequence[int], start_ms: int, end_ms: int, bars: int, zone: tzinfo | None) -> NoiseBudget:
    """Return the noise budget of firings known at these times (ascending, UTC ms) between start and end.

    Nights (23:00 to 07:00) are those of `zone`; None is the machine's own.
    """
    days = (end_ms - start_ms) / (24 * _HOUR_MS)
    stops = [start_ms, *known_ms, end_ms]
    silences = [(later - sooner) / _HOUR_MS for sooner, later in pairwise(stops)]
    return NoiseBudget(
        bars=bars,
        firings=len(known_ms),
        per_30_days=round(30 * len(known_ms) / days, 2) if days > 0 else 0.0,
        at_night=sum(1 for at_ms in known_ms if is_night(at_ms, zone)),
        longest_silence_h=round(max(silences), 2),
    )


def is_night(at_ms: int, zone: tzinfo | None) -> bool:
    """Return whether this moment lies between 23:00 and 07:00 in the zone."""
    hour = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).hour
    return hour >= _NIGHT_FROM or hour < _NIGHT_TO


class SweepPoint(msgspec.Struct, frozen=True):
    """What the rule would have done with its first threshold times `factor`; `threshold` is its first rung's."""

    factor: float
    threshold: float
    budget: NoiseBudget


def scaled(rule: Rule, factor: float) -> Rule:
    """Return the rule with the first condition of each rung `factor` times as hard (its clear bound goes along).

    Conditions on a level of the catalogue and bounds of zero have nothing to scale.
    """
    rungs = tuple(
        msgspec.structs.replace(rung, conditions=(_scaled(rung.conditions[0], factor), *rung.conditions[1:]))
        for rung in rule.rungs
    )
    return msgspec.structs.replace(rule, id=f"{rule.id} × {factor:g}", rungs=rungs, group="")


def first_threshold(rule: Rule) -> float | None:
    """Return the bound a slider moves: that of the first comparison with a number; None where there is none."""
    first = rule.rungs[0].conditions[0]
    movable = isinstance(first, Condition) and first.comparison != "reaches" and first.bound
    return first.bound if isinstance(first, Condition) and movable else None


def _scaled(part: Part, factor: float) -> Part:
    if not isinstance(part, Condition) or part.comparison == "reaches":
        return part
    return msgspec.structs.replace(
        part,
        bound=part.bound * factor,
        clear=None if part.clear is None else part.clear * factor,
        until_known=None if part.until_known is None else part.until_known * factor,
    )


def loosest_within(points: Sequence[SweepPoint], per_week: float) -> SweepPoint | None:
    """Return the loosest threshold that fires at most so often a week, or None if even the hardest fires more."""
    kept: SweepPoint | None = None
    for point in sorted(points, key=lambda p: -p.factor):
        if point.budget.per_week > per_week:
            break
        kept = point
    return kept
