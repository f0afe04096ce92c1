"""A rule being edited: pure changes to a frozen rule, and the text that is tried and kept."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.alerts.facts import known_fact, known_names
from desktop.alerts.rule_writing import written
from desktop.alerts.rules import Condition, Part, Rule, Rung
from desktop.risk.reading import Level

NEW_ID = "my-rule"


def new_rule(taken: Sequence[str]) -> Rule:
    """Return a first draft: long liquidations of one hour, at a level that is worth a look."""
    number = 1
    while (name := NEW_ID if number == 1 else f"{NEW_ID}-{number}") in taken:
        number += 1
    condition = Condition("LIQ_INT_1H", "at_least", 0.0033)
    return Rule(
        id=name,
        name="My rule" if number == 1 else f"My rule {number}",
        words="",
        each="coin",
        quiet_ms=600_000,
        rungs=(Rung(Level.WARNING, (condition,)),),
    )


def usable_indicators(rule: Rule) -> tuple[str, ...]:
    """Return the ids that this rule may compare: those of its place, and those of market and desk."""
    return tuple(name for name in known_names() if known_fact(name).where in (rule.each, "market", "desk"))


def with_part(rule: Rule, rung: int, place: int, part: Part | None) -> Rule:
    """Return the rule with one part of a rung exchanged; None takes it away, a place at the end adds it."""
    parts = list(rule.rungs[rung].conditions)
    if part is None:
        del parts[place]
    elif place >= len(parts):
        parts.append(part)
    else:
        parts[place] = part
    return with_rung(rule, rung, msgspec.structs.replace(rule.rungs[rung], conditions=tuple(parts)))


def with_rung(rule: Rule, place: int, rung: Rung) -> Rule:
    """Return the rule with one rung exchanged, rungs lowest first."""
    rungs = [*rule.rungs[:place], rung, *rule.rungs[place + 1 :]]
    return msgspec.structs.replace(rule, rungs=tuple(sorted(rungs, key=lambda one: one.level)))


def trial_text(rule: Rule) -> str:
    """Return the text that is tried: this rule alone, on."""
    return written([msgspec.structs.replace(rule, off=False)])


def kept_text(rules: Sequence[Rule], own: Sequence[str], edited: Rule) -> str:
    """Return the person's own rules with the edited one among them, as they are kept."""
    kept = [rule for rule in rules if rule.id in own and rule.id != edited.id]
    return written([*kept, edited])


def text_without(rules: Sequence[Rule], own: Sequence[str], rule_id: str) -> str:
    """Return the person's own rules without this one: a shipped rule of that id stands again."""
    return written([rule for rule in rules if rule.id in own and rule.id != rule_id])


def worst_level(rule: Rule) -> Level:
    """Return the highest level a rule can have."""
    return max((rung.level for rung in rule.rungs), default=Level.NOTABLE)
