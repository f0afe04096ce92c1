"""Whether a rule holds: the same code for live windows, replays and back-tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from desktop.alerts.incidents import Factor
from desktop.alerts.rules import Condition, Rule, Rung
from desktop.risk.catalogue import CATALOGUE
from desktop.risk.history import OwnHistory
from desktop.risk.liquidations import TOO_FEW
from desktop.risk.reading import Level, Reading

_MOST_STEPS = 4.0
EASED = 0.1
FACTORY_NOTE = "factory baseline: own history is still warming"


class Judgement(msgspec.Struct, frozen=True):
    """What a rule says now. `blocked` tells why it cannot be judged; `factory` marks a borrowed bound."""

    level: Level
    factors: tuple[Factor, ...] = ()
    blocked: str = ""
    factory: bool = False
    coverage: float | None = None


class Facts(msgspec.Struct, frozen=True):
    """What a rule is judged on: readings by id (made when asked) and the own history of each.

    With `factory` a bound that needs more history than there is may be borrowed from `until_known` (live only).
    """

    reading: Callable[[str], Reading]
    histories: Mapping[str, OwnHistory]
    factory: bool


def judge(rule: Rule, facts: Facts, *, ease: float = 0.0, above: Level = Level.CALM) -> Judgement:
    """Return the highest rung of the rule that holds, with its reasons; rungs not over `above` are not asked.

    `ease` (a fraction) moves every bound towards calm: an open incident is kept by what would not open it.
    """
    seen: dict[str, Reading] = {}
    blocked = ""
    for rung in reversed(rule.rungs):
        if rung.level <= above:
            break
        held = _rung(rung, facts, seen, ease)
        if isinstance(held, str):
            blocked = blocked or held
        elif held is not None:
            return held
    return Judgement(Level.CALM, blocked=blocked)


def _rung(rung: Rung, facts: Facts, seen: dict[str, Reading], ease: float) -> Judgement | str | None:
    """Return the judgement if the rung holds, None if it does not, words if it cannot be told."""
    measured: list[tuple[Condition, float, float]] = []
    blocked = ""
    factory = False
    for condition in rung.conditions:
        name = condition.indicator
        reading = seen.get(name)
        if reading is None:
            reading = seen[name] = facts.reading(name)
        bound, borrowed = bound_of(condition, facts)
        factory = factory or borrowed
        if not reading.votes or reading.value is None:
            blocked = blocked or f"{CATALOGUE[name].name}: {reading.reason or reading.state.value}"
        elif bound is None:
            known = len(facts.histories[name]) if name in facts.histories else 0
            blocked = blocked or f"{CATALOGUE[name].name}: {known} of {condition.known_hours} hours of history"
        elif not holds(condition, reading.value, eased(condition, bound, ease)):
            return None
        else:
            measured.append((condition, reading.value, bound))
    if blocked:
        return blocked
    coverages = [c for condition, _, _ in measured if (c := seen[condition.indicator].coverage) is not None]
    return Judgement(rung.level, _factors(measured), factory=factory, coverage=min(coverages, default=None))


def suspension(rule: Rule, facts: Facts) -> str:
    """Return why the rule cannot be judged at all now, in words; empty when it can."""
    for condition in rule.rungs[0].conditions if rule.rungs else ():
        reading = facts.reading(condition.indicator)
        name = CATALOGUE[condition.indicator].name
        if not reading.votes and reading.reason != TOO_FEW:
            return f"{name}: {reading.reason or reading.state.value}"
        if bound_of(condition, facts)[0] is None:
            return f"{name}: {len(facts.histories[condition.indicator])} of {condition.known_hours} hours of history"
    return ""


def bound_of(condition: Condition, facts: Facts) -> tuple[float | None, bool]:
    """Return the bound in force and whether it is borrowed; None where the own history is too short."""
    if condition.own_share is None:
        return condition.bound, False
    history = facts.histories.get(condition.indicator)
    own = None if history is None else history.quantile(condition.own_share, condition.known_hours)
    if own is None:
        if facts.factory and condition.until_known is not None:
            return condition.until_known, True
        return None, False
    upward = condition.comparison in ("at_least", "above")
    return (max if upward else min)(condition.bound, own), False


def eased(condition: Condition, bound: float, ease: float) -> float:
    """Return the bound moved towards calm by the fraction `ease` of itself; of the indicator's step where it is 0."""
    if not ease:
        return bound
    step = ease * (abs(bound) or CATALOGUE[condition.indicator].scale)
    return bound - step if condition.comparison in ("at_least", "above") else bound + step


def holds(condition: Condition, value: float, bound: float) -> bool:
    """Return whether the value is on the condition's side of the bound."""
    match condition.comparison:
        case "at_least":
            return value >= bound
        case "above":
            return value > bound
        case "at_most":
            return value <= bound
        case "below":
            return value < bound


def _factors(measured: list[tuple[Condition, float, float]]) -> tuple[Factor, ...]:
    """Weigh the reasons: each counts one, plus how many steps (at most four) it stands beyond its bound."""
    weights = []
    for condition, value, bound in measured:
        step = abs(bound) or CATALOGUE[condition.indicator].scale
        weights.append(1 + min(_MOST_STEPS, abs(value - bound) / step))
    whole = sum(weights)
    return tuple(
        Factor(condition.indicator, value, bound, round(weight / whole, 4), CATALOGUE[condition.indicator].unit)
        for (condition, value, bound), weight in zip(measured, weights, strict=True)
    )
