"""How a rule stands through time: hold time, hysteresis, holes, schedules, changes."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.alerts.delivery_policy import CoolDown
from desktop.alerts.judgement import Facts
from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rules import Rule
from desktop.alerts.scoring import cool_down
from desktop.alerts.standing import EvaluationClock, Standing, Step, SubjectRules
from desktop.risk.reading import Level, Reading, State, unknown

_MINUTE = 60_000
_T0 = 1_769_904_000_000  # Sunday, 1 February 2026, 00:00 UTC


def rule_of(head: str = "", *, warning: float = 1.0, critical: float | None = None, extra: str = "") -> Rule:
    """Return a coin rule on FUND_OIW."""
    text = f'[[rule]]\nid = "r"\neach = "coin"\n{head}'
    for level, bound in (("warning", warning), ("critical", critical)):
        if bound is not None:
            condition = f'{{ indicator = "FUND_OIW", at_least = {bound}{extra} }}'
            text += f'[[rule.level]]\nlevel = "{level}"\nall = [{condition}]\n'
    return parse_rules(text)[0]


def facts(value: float | None) -> Facts:
    """Return facts in which FUND_OIW has this value, or none."""
    reading = unknown("no feed") if value is None else Reading(value, State.LIVE, 1)
    return Facts(lambda name: reading, {}, factory=True)


def _said(rule: Rule, values: list[float | None], step_ms: int = _MINUTE, hole_ms: int = 90_000) -> list[Step | None]:
    standing = Standing(rule, "BTC", hole_ms)
    return [standing.tick(facts(value), _T0 + number * step_ms) for number, value in enumerate(values)]


def _changes(steps: list[Step | None]) -> list[str]:
    return ["-" if step is None else step.change for step in steps]


def test_it_opens_rises_and_falls_only_after_the_quiet_time() -> None:
    rule = rule_of("quiet_minutes = 2\n", critical=2.0)
    steps = _said(rule, [0.5, 1, 2, 1, 1, 1, 0.95, 0.5, 0.5, 0.5, 0.5])
    assert _changes(steps) == [
        "-", "opened", "raised", "held", "held", "lowered", "held", "held", "held", "closed", "-",
    ]  # fmt: skip
    assert [0 if step is None else int(step.fires) for step in steps] == [0, 2, 3, 2, 2, 2, 0, 0, 0, 0, 0]


def test_a_hold_time_must_pass_without_a_break() -> None:
    rule = rule_of("for_minutes = 2\n")
    assert _changes(_said(rule, [1, 1, 0.99, 1, 1, 1, 1])) == ["-", "-", "-", "-", "-", "opened", "held"]


def test_what_is_unknown_does_not_count_as_held() -> None:
    assert _changes(_said(rule_of("for_minutes = 2\n"), [1, 1, None, 1, 1, 1])) == ["-"] * 5 + ["opened"]


def test_a_hole_does_not_count_as_held() -> None:
    standing = Standing(rule_of("for_minutes = 2\n"), "BTC", 90_000)
    at = [0, 1, 4, 5, 6]
    steps = [standing.tick(facts(1.0), _T0 + minute * _MINUTE) for minute in at]
    assert _changes(steps) == ["-", "-", "-", "-", "opened"]


def test_while_one_rung_holds_long_enough_a_higher_one_still_waits() -> None:
    text = (
        '[[rule]]\nid = "r"\neach = "coin"\n[[rule.level]]\nlevel = "warning"\n'
        'all = [{ indicator = "FUND_OIW", at_least = 1 }]\n[[rule.level]]\nlevel = "critical"\nfor_minutes = 2\n'
        'all = [{ indicator = "FUND_OIW", at_least = 2 }]\n'
    )
    steps = _said(parse_rules(text)[0], [2, 2, 2])
    assert _changes(steps) == ["opened", "held", "raised"]
    assert steps[0] is not None
    assert steps[0].judgement.factors[0].threshold == 1


def test_an_open_level_stays_while_nothing_is_known() -> None:
    steps = _said(rule_of("quiet_minutes = 1\n"), [1, None, None, None, 0, 0])
    assert _changes(steps) == ["opened", "held", "held", "held", "held", "closed"]


def test_a_message_can_open_and_raise_but_never_lower() -> None:
    standing = Standing(rule_of("quiet_minutes = 0\n", critical=2.0), "BTC", 90_000)
    said = [standing.touch(facts(value), _T0 + n) for n, value in enumerate([0, 1, 1, 2, 0, 0])]
    assert _changes(said) == ["-", "opened", "-", "raised", "-", "-"]


def test_outside_its_schedule_a_rule_is_not_judged_and_lets_go() -> None:
    rule = rule_of('hours = "00:00-00:02"\nweekdays = ["sun"]\nquiet_minutes = 1\n')
    judged = SubjectRules("BTC", [rule], EvaluationClock(zone=UTC))
    said = []
    for minute in range(5):
        said += [step.change for step in judged.tick(facts(1.0), _T0 + minute * _MINUTE)]
    assert said == ["opened", "held", "held", "closed"]


def test_rules_that_are_off_or_speak_of_other_coins_are_not_judged() -> None:
    rules = [rule_of("off = true\n"), rule_of('not_coins = ["BTC"]\n'), rule_of('coins = ["ETH"]\n')]
    for rule in rules:
        judged = SubjectRules("BTC", [rule])
        assert judged.tick(facts(1.0), _T0) == []
        assert judged.touch([rule], facts(1.0), _T0) == []


def test_a_change_over_time_is_judged_once_that_long_ago_is_known() -> None:
    rule = rule_of(warning=0.5, extra=", change_over_minutes = 3")
    judged = SubjectRules("BTC", [rule], EvaluationClock(hole_ms=90_000, sample_ms=_MINUTE))
    said = []
    for minute, value in enumerate([0.0, 0.9, 0.9, 0.9, 1.2, 1.4, 1.5]):
        said.append([step.change for step in judged.tick(facts(value), _T0 + minute * _MINUTE)])
    # Minute 3 against minute 0: +0.9. Later ones against 0.9: +0.3, +0.5, and +0.6.
    assert [bool(step) for step in said[:3]] == [False, False, False]
    assert said[3] == ["opened"]
    assert said[5] == ["held"]


def test_what_it_was_is_not_known_over_a_hole() -> None:
    rule = rule_of(warning=0.5, extra=", change_over_minutes = 3")
    judged = SubjectRules("BTC", [rule], EvaluationClock(hole_ms=90_000, sample_ms=_MINUTE))
    for minute, value in ((0, 0.0), (5, 1.0), (6, 1.0)):
        assert judged.tick(facts(value), _T0 + minute * _MINUTE) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from([Level.NOTABLE, Level.WARNING, Level.CRITICAL])), max_size=30
    ),
    st.integers(0, 12),
)
def test_cooling_down_one_ring_at_a_time_equals_the_written_formula(
    alarms: list[tuple[int, Level]], hours: int
) -> None:
    alarms = sorted(alarms, key=lambda alarm: alarm[0])
    cooling = CoolDown()
    sent = [(float(at), level) for at, level in alarms if cooling.sends(level, at * 3_600_000, hours * 3_600_000)]
    assert sent == cool_down([(float(at), level) for at, level in alarms], float(hours))


@pytest.mark.parametrize("level", [Level.WARNING, Level.CRITICAL])
def test_a_rise_of_one_incident_rings_however_soon(level: Level) -> None:
    cooling = CoolDown()
    assert cooling.sends(level, 0, 1_000_000)
    assert not cooling.sends(level, 1, 1_000_000)
    assert cooling.sends(level, 2, 1_000_000, escalates=True)
