"""Back-tests: the same firings as the engine's own loop, budgets, sweeps, cancel."""

from __future__ import annotations

import random
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.alerts.backtest import BacktestRun, Firing, evaluated_coin, evaluated_market, feedable, threshold_sweep
from desktop.alerts.noise_budget import NoiseBudget, SweepPoint, loosest_within, scaled
from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rules import Rule
from desktop.alerts.standing import HOURLY_CLOCK
from desktop.domain.market import HourBar
from desktop.engine.alerting.alert_loop import AlertLoop
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS
from desktop.storage.rule_files import shipped_rules

_T0 = 1_764_547_200_000


def bars_of(seed: int, count: int = 500, holes: frozenset[int] = frozenset(), storms: float = 0.03) -> list[HourBar]:
    """Return hours of a walk with storms in it: falls with forced selling. `holes` are hours that are missing."""
    rng = random.Random(seed)
    price, interest = 100.0, 1e9
    bars = []
    for hour in range(count):
        storm = rng.random() < storms
        close = price * (1 + rng.gauss(-0.03 if storm else 0.0004, 0.004))
        low = min(price, close) * (1 - abs(rng.gauss(0, 0.004)))
        longs = interest * rng.lognormvariate(-9.5, 0.8) * (60 if storm else 1)
        interest *= 0.97 if storm else 1.001
        if hour not in holes:
            bars.append(
                HourBar(
                    open_ms=_T0 + hour * HOUR_MS,
                    open=price,
                    high=max(price, close) * 1.001,
                    low=low,
                    close=close,
                    long_usd=longs,
                    short_usd=interest * rng.lognormvariate(-10.5, 0.5),
                    funding_8h=rng.gauss(0.0001, 0.0002),
                    oi_usd=interest,
                )
            )
        price = close
    return bars


def _fired(rules: tuple[Rule, ...], bars: list[HourBar]) -> list[Firing]:
    return list(BacktestRun(rules).over(evaluated_coin(bars)))


_FORMS = parse_rules(
    """
[[rule]]
id = "held"
each = "coin"
for_minutes = 60
quiet_minutes = 120
[[rule.level]]
level = "notable"
all = [{ indicator = "FUND_OIW", at_least = 0.0001, clear = 0.00005 }]
[[rule.level]]
level = "warning"
all = [{ indicator = "FUND_OIW", at_least = 0.0003 }, { any = [{ rule = "changed" }, { rule = "flow" }] }]

[[rule]]
id = "changed"
each = "coin"
hours = "06:00-23:00"
[[rule.level]]
level = "warning"
all = [{ indicator = "FUND_OIW", below = -0.0002, change_over_minutes = 120 }]

[[rule]]
id = "flow"
each = "coin"
cool_down_hours = 3
quiet_hours = "22:00-05:00"
[[rule.level]]
level = "warning"
any = [
    { indicator = "LIQ_INT_1H", at_least = 0.0015, own_percentile = 90 },
    { indicator = "OI_CHG_1H", at_most = -0.02 },
]
[[rule.level]]
level = "critical"
all = [{ indicator = "LIQ_INT_1H", at_least = 0.004 }, { indicator = "LOW_BREAK_24H", below = 0 }]
"""
)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.frozensets(st.integers(240, 499), max_size=30))
def test_the_engine_s_loop_over_the_tape_fires_and_rings_as_the_back_test_does(
    seed: int, holes: frozenset[int]
) -> None:
    """Hold time, hysteresis, cool-down, quiet hours, schedules, changes and holes, all by the same clock."""
    bars = bars_of(seed, holes=holes)
    run = BacktestRun(_FORMS, coin="BTC")
    batch = list(run.over(evaluated_coin(bars)))
    loop = AlertLoop(_FORMS, HOURLY_CLOCK)
    opened, rang, open_hours = dict.fromkeys(("held", "changed", "flow"), 0), 0, []
    for moment in evaluated_coin(bars):
        now_ms = moment.open_ms + HOUR_MS
        for change in loop.tick("BTC", moment.facts, now_ms):
            opened[change.incident.rule] += change.change == "opened"
            rang += change.rings
        open_hours += [(i.rule, now_ms) for i in loop.incidents() if i.closed_ms is None]
    assert {rule.id: run.budget(rule.id).incidents for rule in _FORMS} == opened
    assert sum(run.budget(rule.id).rings for rule in _FORMS) == rang
    assert {(f.rule, f.known_ms) for f in batch} <= set(open_hours), "a firing is an hour of an open incident"
    assert batch == _fired_one_by_one(bars)


def _fired_one_by_one(bars: list[HourBar]) -> list[Firing]:
    """Return the firings when each rule is run alone: rules must not touch each other."""
    alone = [firing for rule in _FORMS for firing in BacktestRun((rule,), coin="BTC").over(evaluated_coin(bars))]
    order = {rule.id: place for place, rule in enumerate(_FORMS)}
    return sorted(alone, key=lambda f: (f.known_ms, order[f.rule]))


def test_the_budget_counts_firings_nights_falls_and_hours_that_could_not_be_judged() -> None:
    rule = parse_rules(
        '[[rule]]\nid = "r"\neach = "coin"\nquiet_minutes = 0\n[[rule.level]]\nlevel = "warning"\n'
        'all = [{ indicator = "FUND_OIW", at_least = 1 }]\n'
    )
    # 00:00 UTC on. Fires at the closes of hours 1 (fall of 4 % next), 3 and 4 (no fall), 6 (nothing known after).
    values = [0.0, 1.0, 0.0, 1.0, 1.0, None, 1.0]
    lows = [100.0, 100.0, 96.0, 100.0, 97.5, 97.5, 100.0]
    bars = [
        HourBar(_T0 + n * HOUR_MS, 100.0, 100.0, low, 100.0, funding_8h=value)
        for n, (value, low) in enumerate(zip(values, lows, strict=True))
    ]
    run = BacktestRun(rule)
    assert [(f.known_ms - _T0) // HOUR_MS for f in run.over(evaluated_coin(bars))] == [2, 4, 5, 7]
    budget = run.budget("r")
    assert (budget.bars, budget.firings, budget.followed, budget.not_judged) == (7, 4, 1, 1)
    assert (budget.at_night, budget.incidents, budget.rings) == (3, 2, 1)
    assert budget.longest_silence_h == 2.0


def test_a_run_can_be_stopped_and_tells_what_it_saw() -> None:
    run = BacktestRun(_FORMS)
    seen = []
    list(run.over(evaluated_coin(bars_of(1)), lambda done: seen.append(done) or done < 50))  # type: ignore[func-returns-value]
    assert seen == list(range(1, 51))
    assert run.budget("flow").bars == 50


def test_a_sweep_in_one_pass_equals_runs_of_the_scaled_rules() -> None:
    bars = bars_of(5)
    flow = next(rule for rule in shipped_rules() if rule.id == "forced-selling")
    points = threshold_sweep(flow, bars, (0.5, 1.0, 2.0, 8.0))
    firings = [point.budget.firings for point in points]
    assert firings == sorted(firings, reverse=True)
    assert points[1].threshold == pytest.approx(0.00085)
    for point in points:
        assert len(_fired((scaled(flow, point.factor),), bars)) == point.budget.firings
    assert len(_fired((flow,), bars)) == points[1].budget.firings > 0


def test_a_rule_on_levels_of_the_catalogue_has_no_threshold_to_move() -> None:
    fuel = next(rule for rule in shipped_rules() if rule.id == "fuel")
    assert threshold_sweep(fuel, bars_of(5), (1.0, 2.0)) == ()


def _point(factor: float, per_30_days: float) -> SweepPoint:
    return SweepPoint(factor, factor, NoiseBudget(1, 1, per_30_days, 0, 0.0))


def test_the_loosest_threshold_within_a_budget_is_found_from_the_hard_end() -> None:
    points = [_point(0.5, 60.0), _point(1.0, 12.0), _point(2.0, 8.0), _point(4.0, 1.0)]
    assert loosest_within(points, 2.0) == points[2]
    assert loosest_within(points, 3.0) == points[1]
    assert loosest_within(points, 0.1) is None


def test_rules_on_told_facts_cannot_be_fed_by_bars() -> None:
    fed = {rule.id for rule in shipped_rules() if feedable(rule, "coin")}
    assert {"cascade-started", "forced-selling", "fuel"} <= fed
    assert not fed & {"my-liquidation-distance", "feed-dead", "breadth"}


def test_an_hour_after_a_hole_says_nothing_about_breadth() -> None:
    def hours(opens: list[int]) -> list[tuple[int, dict[str, HourBar]]]:
        return [
            (_T0 + n * HOUR_MS, {"A": HourBar(_T0 + n * HOUR_MS, 1.0, 1.0, 0.9 if n else 1.0, 1.0)}) for n in opens
        ]

    rule = tuple(r for r in shipped_rules() if r.id == "breadth")
    assert [f.level for f in BacktestRun(rule, zone=UTC).over(evaluated_market(hours([0, 1])))] == [Level.CRITICAL]
    assert list(BacktestRun(rule, zone=UTC).over(evaluated_market(hours([0, 2])))) == []
