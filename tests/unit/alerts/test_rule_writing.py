"""A rule that is written and read again is the same rule."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rule_writing import written
from desktop.alerts.rules import Condition, DayHours, Group, Reminder, Rule, Rung
from desktop.risk.reading import Level
from desktop.storage.rule_files import shipped_rules


def test_the_shipped_rules_come_back_unchanged() -> None:
    rules = shipped_rules()
    assert parse_rules(written(rules)) == rules


def _rule(**changes: object) -> Rule:
    made = Rule(
        id="mine",
        name="Mine",
        words="",
        each="coin",
        quiet_ms=600_000,
        rungs=(Rung(Level.WARNING, (Condition("LIQ_INT_1H", "at_least", 0.005),)),),
    )
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize(
    "rule",
    [
        _rule(name='A "quoted" name \\ and ü', words="two\nlines\tand a tab"),
        _rule(coins=("BTC", "ETH"), off=True, cool_down_ms=90 * 60_000, quiet_ms=0),
        _rule(quiet=DayHours(23 * 60, 7 * 60), override=Level.WARNING),
        _rule(schedule=DayHours(480, 1200, (0, 4)), actions=("ntfy",)),
        _rule(ladder=(Reminder(300_000), Reminder(600_000, ("telegram", "sound")))),
        _rule(rungs=(Rung(
            Level.CRITICAL,
            (
                Condition("OI_CHG_4H", "at_most", -0.05, clear=-0.02),
                Group(True, (Condition("LIQ_IMB_1H", "above", 0.7), Condition("LIQ_INT_1H", "reaches", 2.0))),
            ),
            needs_all=False,
            hold_ms=120_000,
            actions=("command",),
        ),)),
        _rule(rungs=(Rung(Level.NOTABLE, (Condition("LIQ_INT_1H", "at_least", 1e-7, change_ms=600_000),)),)),
    ],
)  # fmt: skip
def test_every_part_of_a_rule_comes_back(rule: Rule) -> None:
    assert parse_rules(written([rule])) == (rule,)


@given(
    bound=st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-12),
    own=st.one_of(st.none(), st.floats(0, 1).map(lambda x: round(x, 6))),
    known=st.integers(1, 720),
)
def test_numbers_come_back_exactly(bound: float, own: float | None, known: int) -> None:
    condition = Condition("LIQ_VOL_LONG_1H", "at_least", bound, own_share=own, known_hours=known)
    rule = _rule(rungs=(Rung(Level.WARNING, (condition,)),))
    [back] = parse_rules(written([rule]))
    [leaf] = back.rungs[0].leaves()
    assert leaf.bound == bound
    assert leaf.known_hours == known
    assert leaf.own_share == (None if own is None else pytest.approx(own, abs=1e-9))
