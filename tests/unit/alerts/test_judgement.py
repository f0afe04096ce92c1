"""How a rule is judged: levels, reasons, own history, easing, and what cannot be told."""

from __future__ import annotations

import pytest

from desktop.alerts.judgement import Facts, judge, suspension
from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rules import Rule
from desktop.risk.history import OwnHistory
from desktop.risk.liquidations import TOO_FEW
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.storage.rule_files import shipped_rules

_CASCADE = next(rule for rule in shipped_rules() if rule.id == "cascade-started")


def _live(value: float) -> Reading:
    return Reading(value, State.LIVE, 1, coverage=0.8)


def _facts(history: int = 300, *, factory: bool = False, **values: float | Reading) -> Facts:
    own = OwnHistory()
    for number in range(history):
        own.add(number * 1e-5)
    given = {"LIQ_INT_1H": 0.004, "LIQ_IMB_1H": 0.9, "LOW_BREAK_24H": -0.01} | values
    readings = {name: _live(v) if isinstance(v, float) else v for name, v in given.items()}
    return Facts(readings.__getitem__, {"LIQ_INT_1H": own}, factory)


def test_all_conditions_hold_and_the_reasons_carry_value_threshold_and_share() -> None:
    judgement = judge(_CASCADE, _facts())
    assert judgement.level is Level.WARNING
    strength = judgement.factors[0]
    # The own 97.5 % quantile of 0, 1e-5, … 299e-5 lies above the absolute floor.
    assert strength.threshold == pytest.approx(0.975 * 299 * 1e-5)
    assert strength.value == 0.004
    assert sum(factor.share for factor in judgement.factors) == pytest.approx(1.0, abs=1e-3)
    assert judgement.coverage == 0.8


def test_the_absolute_floor_stands_where_the_own_history_is_calm() -> None:
    calm = OwnHistory()
    for _ in range(300):
        calm.add(0.0)
    facts = Facts(_facts().reading, {"LIQ_INT_1H": calm}, factory=False)
    assert judge(_CASCADE, facts).factors[0].threshold == 0.0015


@pytest.mark.parametrize(("name", "value"), [("LIQ_INT_1H", 0.0029), ("LIQ_IMB_1H", 0.59), ("LOW_BREAK_24H", 0.0)])
def test_each_condition_is_needed(name: str, value: float) -> None:
    assert judge(_CASCADE, _facts(**{name: value})).level is Level.CALM


def test_much_more_of_it_is_critical() -> None:
    assert judge(_CASCADE, _facts(LIQ_INT_1H=0.012)).level is Level.CRITICAL


def test_bounds_themselves_count() -> None:
    assert judge(_CASCADE, _facts(LIQ_IMB_1H=0.6)).level is Level.WARNING


@pytest.mark.parametrize("state", [State.STALE, State.WARMING, State.UNKNOWN])
def test_only_live_numbers_vote(state: State) -> None:
    value = 0.5 if state is State.STALE else None
    judgement = judge(_CASCADE, _facts(LIQ_INT_1H=Reading(value, state, 1, reason="Bybit silent for 14 s")))
    assert judgement.level is Level.CALM
    assert "Bybit silent" in judgement.blocked


def test_too_short_a_history_cannot_be_judged_by_the_written_rule() -> None:
    judgement = judge(_CASCADE, _facts(history=239, LIQ_INT_1H=0.5))
    assert judgement.level is Level.CALM
    assert "239 of 240" in judgement.blocked


def test_live_the_factory_baseline_stands_in_and_is_named() -> None:
    assert judge(_CASCADE, _facts(history=0, factory=True, LIQ_INT_1H=0.0032)).level is Level.CALM
    judgement = judge(_CASCADE, _facts(history=0, factory=True, LIQ_INT_1H=0.0033))
    assert judgement.level is Level.WARNING
    assert judgement.factory


def test_an_eased_rule_is_kept_by_what_would_not_open_it() -> None:
    facts = _facts(LIQ_IMB_1H=0.55, LOW_BREAK_24H=0.0005)
    assert judge(_CASCADE, facts).level is Level.CALM
    assert judge(_CASCADE, facts, ease=0.1).level is Level.WARNING
    assert judge(_CASCADE, _facts(LOW_BREAK_24H=0.002), ease=0.1).level is Level.CALM


def test_suspension_names_what_is_missing_but_not_a_calm_hour() -> None:
    assert suspension(_CASCADE, _facts()) == ""
    assert suspension(_CASCADE, _facts(LIQ_IMB_1H=unknown(TOO_FEW))) == ""
    assert "Binance down" in suspension(_CASCADE, _facts(LIQ_INT_1H=unknown("Binance down for 40 s")))
    assert "12 of 240" in suspension(_CASCADE, _facts(history=12))


def _rule(condition: str) -> Rule:
    text = f'[[rule]]\nid = "r"\neach = "coin"\n[[rule.level]]\nlevel = "notable"\nall = [{{ {condition} }}]\n'
    return parse_rules(text)[0]


@pytest.mark.parametrize(
    ("comparison", "holds"),
    [("at_least = 1.0", True), ("above = 1.0", False), ("at_most = 1.0", True), ("below = 1.0", False)],
)
def test_comparisons(comparison: str, holds: bool) -> None:
    judgement = judge(_rule(f'indicator = "FUND_OIW", {comparison}'), _facts(FUND_OIW=1.0))
    assert (judgement.level is Level.NOTABLE) is holds


def test_a_falling_indicator_is_compared_with_the_lower_of_bound_and_own_quantile() -> None:
    own = OwnHistory()
    for number in range(300):
        own.add(-number / 1000)
    rule = _rule('indicator = "OI_CHG_4H", at_most = -0.01, own_percentile = 2.5')
    facts = Facts(lambda name: _live(-0.2), {"OI_CHG_4H": own}, factory=False)
    assert judge(rule, facts).level is Level.CALM
    facts = Facts(lambda name: _live(-0.295), {"OI_CHG_4H": own}, factory=False)
    assert judge(rule, facts).level is Level.NOTABLE


# --- nested conditions, changes, other rules -----------------------------------------------------------------------


def _written(body: str, *more: str) -> Rule:
    text = f'[[rule]]\nid = "r"\neach = "coin"\n[[rule.level]]\nlevel = "warning"\n{body}\n'
    return parse_rules(text + "".join(more))[0]


_FLOW = '{ indicator = "LIQ_INT_1H", at_least = 0.01 }'
_LEAN = '{ indicator = "LIQ_IMB_1H", at_least = 0.6 }'


@pytest.mark.parametrize(
    ("flow", "lean", "level", "blocked"),
    [
        (0.02, 0.1, Level.WARNING, False),
        (0.001, 0.9, Level.WARNING, False),
        (0.001, 0.1, Level.CALM, False),
        (None, 0.9, Level.WARNING, False),
        (None, 0.1, Level.CALM, True),
    ],
)
def test_any_needs_one_and_what_is_unknown_neither_holds_nor_fails(
    flow: float | None, lean: float, level: Level, blocked: bool
) -> None:
    given = unknown("no feed") if flow is None else flow
    for body in (f"any = [{_FLOW}, {_LEAN}]", f"all = [{{ any = [{_FLOW}, {_LEAN}] }}]"):
        judgement = judge(_written(body), _facts(LIQ_INT_1H=given, LIQ_IMB_1H=lean))
        assert (judgement.level, bool(judgement.blocked)) == (level, blocked)


def test_a_condition_that_fails_outweighs_one_that_is_unknown() -> None:
    judgement = judge(_written(f"all = [{_FLOW}, {_LEAN}]"), _facts(LIQ_INT_1H=unknown("no feed"), LIQ_IMB_1H=0.1))
    assert (judgement.level, judgement.blocked) == (Level.CALM, "")


def test_a_rate_of_change_compares_with_the_value_so_long_ago() -> None:
    rule = _written('all = [{ indicator = "FUND_OIW", at_most = -0.0003, change_over_minutes = 60 }]')
    base = _facts(FUND_OIW=-0.0002)
    known = Facts(base.reading, {}, factory=False, before=lambda name, ms: 0.0002 if ms == 3_600_000 else None)
    (factor,) = judge(rule, known).factors
    assert (factor.value, factor.threshold, factor.change_minutes) == (pytest.approx(-0.0004), -0.0003, 60)
    assert "not known 60 min ago" in judge(rule, base).blocked


def test_a_named_rule_is_judged_on_the_same_facts_at_the_level_asked() -> None:
    other = (
        f'[[rule]]\nid = "o"\neach = "coin"\n[[rule.level]]\nlevel = "notable"\nall = [{_LEAN}]\n'
        f'[[rule.level]]\nlevel = "critical"\nall = [{_FLOW}]\n'
    )
    rule = _written('all = [{ rule = "o", level = "warning" }]', other)
    assert judge(rule, _facts(LIQ_INT_1H=0.005, LIQ_IMB_1H=0.9)).level is Level.CALM
    assert judge(rule, _facts(LIQ_INT_1H=0.02, LIQ_IMB_1H=0.1)).level is Level.WARNING


def test_a_written_clear_bound_keeps_an_incident() -> None:
    rule = _written('all = [{ indicator = "FUND_OIW", at_least = 0.0005, clear = 0.0001 }]')
    assert judge(rule, _facts(FUND_OIW=0.0001), ease=0.1).level is Level.WARNING
    assert judge(rule, _facts(FUND_OIW=0.00009), ease=0.1).level is Level.CALM
    assert judge(rule, _facts(FUND_OIW=0.0004)).level is Level.CALM


def test_a_rule_of_some_venues_is_blocked_where_none_of_them_contributed() -> None:
    text = '[[rule]]\nid = "r"\neach = "coin"\nvenues = ["okx"]\n[[rule.level]]\nlevel = "notable"\nall = [%s]\n'
    rule = parse_rules(text % _FLOW)[0]
    for venues, level in ((("okx", "bybit"), Level.NOTABLE), ((), Level.NOTABLE), (("bybit",), Level.CALM)):
        reading = Reading(0.02, State.LIVE, 1, venues=venues)
        judgement = judge(rule, _facts(LIQ_INT_1H=reading))
        assert judgement.level is level
    assert "nothing of okx" in judgement.blocked


def test_rungs_over_a_level_are_left_out_when_asked_up_to_it() -> None:
    facts = _facts(LIQ_INT_1H=0.02)
    assert judge(_CASCADE, facts, up_to=Level.WARNING).level is Level.WARNING
