"""How a rule is judged: levels, reasons, own history, easing, and what cannot be told."""

from __future__ import annotations

import pytest

from desktop.alerts.judgement import Facts, judge, suspension
from desktop.alerts.rules import Rule, parse_rules
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
