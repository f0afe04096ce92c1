"""Whether a rule holds: the same code for live windows, replays and back-tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from desktop.alerts.facts import known_fact
from desktop.alerts.incidents import Factor
from desktop.alerts.rules import Condition, Group, OtherRule, Part, Rule, Rung
from desktop.risk.history import OwnHistory
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.liquidations import TOO_FEW
from desktop.risk.reading import Level, Reading, unknown

_MOST_STEPS = 4.0
EASED = 0.1
FACTORY_NOTE = "factory baseline: own history is still warming"


class Judgement(msgspec.Struct, frozen=True):
    """What a rule says now. `blocked` tells why it cannot be judged; `factory` marks a borrowed bound.

    `note` is what the told facts among its reasons say in words.
    """

    level: Level
    factors: tuple[Factor, ...] = ()
    blocked: str = ""
    factory: bool = False
    coverage: float | None = None
    note: str = ""


def _no_past(name: str, ms: int) -> float | None:
    return None


def _not_graded(name: str) -> Reading:
    return unknown("its level is not known here")


class Facts(msgspec.Struct, frozen=True):
    """What a rule is judged on: readings by id (made when asked) and the own history of each.

    With `factory` a bound that needs more history than there is may be borrowed from `until_known` (live only).
    `before(id, ms)` is the value so long ago, None where it is not known. `graded` gives a reading with its own
    percentile and level.
    """

    reading: Callable[[str], Reading]
    histories: Mapping[str, OwnHistory]
    factory: bool
    before: Callable[[str, int], float | None] = _no_past
    graded: Callable[[str], Reading] = _not_graded


class _Held(msgspec.Struct, frozen=True):
    """A comparison that holds, with what is told of it. `value` is the change where the change was compared."""

    condition: Condition
    value: float
    bound: float
    reading: Reading
    borrowed: bool


_Answer = list[_Held] | str | None
"""What holds, or words where it cannot be told, or None where it does not hold."""


def judge(
    rule: Rule, facts: Facts, *, ease: float = 0.0, above: Level = Level.CALM, up_to: Level = Level.CRITICAL
) -> Judgement:
    """Return the highest rung of the rule that holds, with its reasons; only rungs over `above` are asked.

    `ease` (a fraction) moves every bound towards calm, or to its own `clear`: an open incident is kept by what would
    not open it.
    """
    asked = _Asked(facts, rule.venues, ease)
    blocked = ""
    for rung in reversed(rule.rungs):
        if rung.level <= above:
            break
        if rung.level > up_to:
            continue
        answer = asked.rung(rung)
        if isinstance(answer, str):
            blocked = blocked or answer
        elif answer is not None:
            return _judgement(rung.level, answer)
    return Judgement(Level.CALM, blocked=blocked)


class _Asked:
    """One judgement being made: each reading is asked once."""

    def __init__(self, facts: Facts, venues: tuple[str, ...], ease: float) -> None:
        self._facts = facts
        self._venues = venues
        self._ease = ease
        self._seen: dict[str, Reading] = {}

    def rung(self, rung: Rung) -> _Answer:
        return self._list(rung.conditions, rung.needs_all)

    def _list(self, parts: tuple[Part, ...], needs_all: bool) -> _Answer:
        held: list[_Held] = []
        blocked = ""
        for part in parts:
            answer = self._part(part)
            if isinstance(answer, str):
                blocked = blocked or answer
            elif answer is not None:
                held += answer
            elif needs_all:
                return None
        if needs_all:
            return blocked or held
        return held or blocked or None

    def _part(self, part: Part) -> _Answer:
        if isinstance(part, Condition):
            return self._condition(part)
        if isinstance(part, Group):
            return self._list(part.parts, part.needs_all)
        return self._other(part)

    def _other(self, part: OtherRule) -> _Answer:
        blocked = ""
        for rung in reversed(part.target.rungs if part.target is not None else ()):
            if rung.level < part.level:
                break
            answer = self.rung(rung)
            if isinstance(answer, str):
                blocked = blocked or answer
            elif answer is not None:
                return answer
        return blocked or None

    def _condition(self, condition: Condition) -> _Answer:
        if condition.comparison == "reaches":
            return self._reaching(condition)
        reading = self._reading(condition.indicator)
        if (self._venues or not reading.votes) and (trouble := self._trouble(reading)):
            return f"{known_fact(condition.indicator).name}: {trouble}"
        value = self._compared(condition, reading) if condition.change_ms else reading.value
        if value is None:
            return f"{known_fact(condition.indicator).name}: not known {condition.change_ms // 60_000} min ago"
        bound, borrowed = bound_of(condition, self._facts)
        if bound is None:
            return _too_short(condition, self._facts)
        if not holds(condition, value, eased(condition, bound, self._ease) if self._ease else bound):
            return None
        return [_Held(condition, value, bound, reading, borrowed)]

    def _reaching(self, condition: Condition) -> _Answer:
        """Ask for the indicator's own level; an open incident is kept one level lower."""
        reading = self._facts.graded(condition.indicator)
        if trouble := self._trouble(reading):
            return f"{known_fact(condition.indicator).name}: {trouble}"
        wanted = condition.bound - (1 if self._ease else 0)
        if reading.value is None or reading.level < max(wanted, Level.NOTABLE):
            return None
        threshold = _level_bound(condition, reading, self._facts)
        return [_Held(condition, reading.value, threshold, reading, borrowed=False)]

    def _reading(self, name: str) -> Reading:
        found = self._seen.get(name)
        if found is None:
            found = self._seen[name] = self._facts.reading(name)
        return found

    def _trouble(self, reading: Reading) -> str:
        if not reading.votes:
            return reading.reason or reading.state.value
        if self._venues and reading.venues and not set(self._venues) & set(reading.venues):
            return f"nothing of {', '.join(self._venues)} in it"
        return ""

    def _compared(self, condition: Condition, reading: Reading) -> float | None:
        if reading.value is None:
            return None
        then = self._facts.before(condition.indicator, condition.change_ms)
        return None if then is None else reading.value - then


def _judgement(level: Level, held: list[_Held]) -> Judgement:
    coverages = [one.reading.coverage for one in held if one.reading.coverage is not None]
    notes = [one.reading.reason for one in held if one.reading.reason]
    return Judgement(
        level,
        _factors(held),
        factory=any(one.borrowed for one in held),
        coverage=min(coverages, default=None),
        note=notes[0] if notes else "",
    )


def suspension(rule: Rule, facts: Facts) -> str:
    """Return why the rule cannot be judged at all now, in words; empty when it can."""
    for part in rule.rungs[0].conditions if rule.rungs else ():
        if isinstance(part, Condition):
            why = _why_not(part, facts)
            if why and rule.rungs[0].needs_all:
                return why
    return ""


def _why_not(condition: Condition, facts: Facts) -> str:
    graded = condition.comparison == "reaches"
    reading = (facts.graded if graded else facts.reading)(condition.indicator)
    if not reading.votes and reading.reason != TOO_FEW:
        return f"{known_fact(condition.indicator).name}: {reading.reason or reading.state.value}"
    return _too_short(condition, facts) if bound_of(condition, facts)[0] is None else ""


def _too_short(condition: Condition, facts: Facts) -> str:
    known = len(facts.histories[condition.indicator]) if condition.indicator in facts.histories else 0
    return f"{known_fact(condition.indicator).name}: {known} of {condition.known_hours} hours of history"


def _level_bound(condition: Condition, reading: Reading, facts: Facts) -> float:
    """Return the value at which the level begins: the catalogue's bound, or the own past's at its percentile."""
    levels = CATALOGUE[condition.indicator].levels
    bound = None if levels is None else levels.bounds[round(condition.bound) - 1]
    history = facts.histories.get(condition.indicator)
    if bound is not None and levels is not None and levels.by_percentile:
        bound = None if history is None else history.quantile(bound, 1)
    return bound if bound is not None else (reading.value or 0.0)


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
    return (max if condition.upward else min)(condition.bound, own), False


def eased(condition: Condition, bound: float, ease: float) -> float:
    """Return the bound that keeps an incident: `clear` where it is written, else moved towards calm.

    It moves by the fraction `ease` of itself; of the indicator's step where it is 0.
    """
    if not ease:
        return bound
    if condition.clear is not None:
        return condition.clear
    step = ease * (abs(bound) or known_fact(condition.indicator).scale)
    return bound - step if condition.upward else bound + step


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
        case "reaches":
            return value >= bound


def _factors(held: list[_Held]) -> tuple[Factor, ...]:
    """Weigh the reasons: each counts one, plus how many steps (at most four) it stands beyond its bound."""
    weights = []
    for one in held:
        step = abs(one.bound) or known_fact(one.condition.indicator).scale
        weights.append(1 + min(_MOST_STEPS, abs(one.value - one.bound) / step))
    whole = sum(weights)
    return tuple(
        Factor(
            name=one.condition.indicator,
            value=one.value,
            threshold=one.bound,
            share=round(weight / whole, 4),
            unit=known_fact(one.condition.indicator).unit,
            change_minutes=one.condition.change_ms // 60_000,
        )
        for one, weight in zip(held, weights, strict=True)
    )
