"""What no rule may say: thresholds that contradict each other, rungs in the wrong order, circles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from desktop.alerts.rule_text import WrittenText, nearest
from desktop.alerts.rules import Condition, Group, OtherRule, Part, Rule, Rung

Linker = Callable[[OtherRule], OtherRule]


def check_rules(rules: Sequence[Rule], written: WrittenText) -> None:
    """Raise BadInput for an id that stands twice and for thresholds that contradict each other."""
    ids = [rule.id for rule in rules]
    for rule in rules:
        written.rule_id = rule.id
        if ids.count(rule.id) > 1:
            raise written.wrong(f"the rule {rule.id!r} stands twice", rule.id, "Give each rule its own id.")
        _check_rungs(rule, written)


def _check_rungs(rule: Rule, written: WrittenText) -> None:
    for rung in rule.rungs:
        _check_clears(rule, rung, written)
        _check_bounds(rule, rung, written)
    for place, higher in enumerate(rule.rungs):
        for lower in rule.rungs[:place]:
            name = higher.level.name.lower()
            if lower.level == higher.level:
                raise written.wrong(f"rule {rule.id!r} has two levels {name!r}", name, "Join them with 'any'.")
            if _implied(lower, higher):
                words = f"rule {rule.id!r}: {name} holds whenever {lower.level.name.lower()} does"
                raise written.wrong(words, name, "A higher level must be harder to reach.")


def _check_clears(rule: Rule, rung: Rung, written: WrittenText) -> None:
    for condition in rung.leaves():
        clear, bound = condition.clear, condition.bound
        if clear is not None and (clear > bound if condition.upward else clear < bound):
            words = f"rule {rule.id!r}: {condition.indicator} clears at {clear:g}, beyond where it fires ({bound:g})"
            raise written.wrong(words, "clear", "Let it clear on the calm side of the firing bound.")


def _check_bounds(rule: Rule, rung: Rung, written: WrittenText) -> None:
    """Refuse 'at least 5' beside 'at most 3' of the same thing, where both must hold."""
    for conditions in _together(rung):
        for one in conditions:
            for other in conditions:
                same = (one.indicator, one.change_ms) == (other.indicator, other.change_ms)
                if same and one.upward and not other.upward and _never(one, other):
                    words = f"{one.indicator} cannot be {one.bound:g} up and {other.bound:g} down at once"
                    raise written.wrong(f"rule {rule.id!r}: {words}", one.indicator, "Widen one of the two bounds.")


def _never(low: Condition, high: Condition) -> bool:
    touch = low.comparison == "at_least" and high.comparison == "at_most"
    return low.bound > high.bound or (low.bound == high.bound and not touch)


def _together(rung: Rung) -> Iterator[list[Condition]]:
    """Yield the comparisons that must hold at the same time."""
    if rung.needs_all:
        inner = [c for p in rung.conditions if isinstance(p, Group) and p.needs_all for c in p.parts]
        yield [part for part in (*rung.conditions, *inner) if isinstance(part, Condition)]
        return
    for part in rung.conditions:
        if isinstance(part, Group) and part.needs_all:
            yield [inner for inner in part.parts if isinstance(inner, Condition)]


def _implied(lower: Rung, higher: Rung) -> bool:
    """Return whether the higher rung holds whenever the lower does, as far as plain lists of 'all' tell."""
    if not (lower.needs_all and higher.needs_all) or lower.hold_ms < higher.hold_ms:
        return False
    return all(any(_easier(wanted, given) for given in lower.conditions) for wanted in higher.conditions)


def _easier(wanted: Part, given: Part) -> bool:
    """Return whether `wanted` holds whenever `given` does."""
    if wanted == given:
        return True
    if not isinstance(wanted, Condition) or not isinstance(given, Condition):
        return False
    if (wanted.indicator, wanted.change_ms, wanted.upward) != (given.indicator, given.change_ms, given.upward):
        return False
    beyond = wanted.bound <= given.bound if wanted.upward else wanted.bound >= given.bound
    return beyond and _own_easier(wanted, given)


def _own_easier(wanted: Condition, given: Condition) -> bool:
    if wanted.own_share is None:
        return True
    if given.own_share is None or (wanted.until_known, wanted.known_hours) != (given.until_known, given.known_hours):
        return False
    return wanted.own_share <= given.own_share if wanted.upward else wanted.own_share >= given.own_share


def linked(rules: Sequence[Rule], written: WrittenText) -> tuple[Rule, ...]:
    """Return the rules with every named rule put in its place.

    Raise BadInput for a rule that is not there, one of another kind, and for rules that name each other in a circle.
    """
    by_id = {rule.id: rule for rule in rules}
    done: dict[str, Rule] = {}
    for rule in rules:
        _link(rule, by_id, done, (), written)
    return tuple(done[rule.id] for rule in rules)


def _link(
    rule: Rule, by_id: Mapping[str, Rule], done: dict[str, Rule], way: tuple[str, ...], written: WrittenText
) -> Rule:
    if rule.id in done:
        return done[rule.id]
    if rule.id in way:
        circle = " → ".join((*way[way.index(rule.id) :], rule.id))
        written.rule_id = way[-1]
        raise written.wrong(f"rules run in a circle: {circle}", f'rule = "{rule.id}"', "Take one of them out.")

    def of(other: OtherRule) -> OtherRule:
        written.rule_id = rule.id
        target = by_id.get(other.rule)
        if target is None:
            words = f"rule {rule.id!r} names the rule {other.rule!r}, which is not there"
            raise written.wrong(words, other.rule, nearest(other.rule, tuple(i for i in by_id if i != rule.id)))
        if target.each not in (rule.each, "market", "desk"):
            words = f"rule {rule.id!r} is judged for each {rule.each}, but {other.rule!r} for each {target.each}"
            raise written.wrong(words, other.rule, "Name a rule of the same kind, or one of the market.")
        return msgspec.structs.replace(other, target=_link(target, by_id, done, (*way, rule.id), written))

    rungs = tuple(
        msgspec.structs.replace(rung, conditions=tuple(_with(part, of) for part in rung.conditions))
        for rung in rule.rungs
    )
    done[rule.id] = msgspec.structs.replace(rule, rungs=rungs)
    return done[rule.id]


def _with(part: Part, of: Linker) -> Part:
    if isinstance(part, OtherRule):
        return of(part)
    if isinstance(part, Group):
        inner = tuple(of(p) if isinstance(p, OtherRule) else p for p in part.parts)
        return msgspec.structs.replace(part, parts=inner)
    return part
