"""The composite of a coin: families, level, reasons, degraded below three families; the fuel gauge beside it."""

from __future__ import annotations

import pytest

from desktop.engine.indicators.composite_desk import CoinComposite, fuel_view
from desktop.engine.indicators.own_past import FACTORY, THIRTY_DAYS, OwnPast
from desktop.risk.history import OwnHistory
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Level, Reading, State, unknown
from tests.fakes.market_tape import START_MS, Market, quiet_hours


def _live(value: float, percentile: float | None = None, level: Level = Level.CALM) -> Reading:
    return Reading(value, State.LIVE, START_MS, percentile=percentile, level=level)


def _stepped(readings: dict[str, Reading], seconds: int = 0, hard_rule: bool = False) -> CoinComposite:
    composite = CoinComposite("BTC")
    nothing = unknown("not there")
    composite.step(lambda n: readings.get(n, nothing), 0.0, 1.0, START_MS + seconds * 1_000, hard_rule=hard_rule)
    return composite


STORM = {
    "LIQ_INT_1H": _live(0.013, 0.9995, Level.CRITICAL),
    "RV_1H": _live(2.0, 0.999, Level.CRITICAL),
    "OI_CHG_4H": _live(-0.09, 0.0005, Level.CRITICAL),
    "LEVEL_7D": _live(-0.01, None, Level.CRITICAL),
}


def test_nothing_known_is_unknown_and_has_no_score() -> None:
    view = _stepped({}).view
    assert (view.score, view.status, view.level) == (None, "unknown", Level.CALM)
    assert [family.family for family in view.families] == ["flow", "vol", "delev", "liquidity", "level"]


def test_a_storm_is_critical_and_names_its_three_strongest_reasons() -> None:
    view = _stepped(STORM).view
    assert view.score == pytest.approx(100.0)
    assert (view.level, view.status) == (Level.CRITICAL, "live")
    assert len(view.reasons) == 3
    assert {reason.indicator for reason in view.reasons} <= set(STORM)
    assert view.leaves_below == 90.0


def test_critical_needs_forced_selling_breadth_or_a_hard_rule() -> None:
    calm_flow = {**STORM, "LIQ_INT_1H": _live(1e-5, 0.4)}
    assert _stepped(calm_flow).view.level is Level.WARNING
    assert _stepped({**calm_flow, "BREADTH_F5_1H": _live(0.5, None, Level.CRITICAL)}).view.level is Level.CRITICAL
    assert _stepped(calm_flow, hard_rule=True).view.level is Level.CRITICAL


def test_below_three_live_families_it_is_degraded_and_never_critical() -> None:
    two = {name: STORM[name] for name in ("LIQ_INT_1H", "RV_1H")}
    view = _stepped(two, hard_rule=True).view
    assert (view.status, view.level) == ("degraded", Level.WARNING)


def test_stale_members_have_no_vote() -> None:
    stale = {name: Reading(r.value, State.STALE, START_MS) for name, r in STORM.items()}
    view = _stepped(stale).view
    assert view.score is None
    assert {family.state for family in view.families if family.family != "liquidity"} == {State.STALE}


def test_fuel_shifts_by_five_points_at_most_and_shows_its_parts() -> None:
    full = {"FUND_7D": _live(0.001, 0.999, Level.CRITICAL), "OI_SPOTVOL": _live(9.0, 0.999, Level.CRITICAL)}
    gauge = fuel_view(lambda name: full.get(name, unknown("not there")))
    assert gauge.score == pytest.approx(100.0)
    assert gauge.shift == pytest.approx(5.0, abs=0.02)
    assert [name for name, _ in gauge.parts] == ["FUND_7D", "OI_SPOTVOL"]
    nothing = fuel_view(lambda name: unknown("not there"))
    assert (nothing.score, nothing.state, nothing.shift) == (None, State.UNKNOWN, 0.0)


def test_flows_of_funds_have_half_a_vote() -> None:
    flows = {"ETF_FLOW": _live(-1e9, 0.01, Level.CRITICAL)}
    gauge = fuel_view(lambda name: flows.get(name, unknown("not there")))
    assert gauge.score is not None
    assert gauge.score <= 50 * 0.6 + 0.1


def test_the_desk_steps_the_composite_and_a_fall_raises_it() -> None:
    market = Market(venues=("binance",))
    market.desk.warm("BTC", quiet_hours(720))
    market.mark()
    market.interest(1e6)
    market.pass_seconds(60)
    calm = market.composite()
    assert calm.score is not None
    assert calm.level is Level.CALM
    for _ in range(30):
        market.price *= 0.999
        market.liquidation(1e5)
        market.pass_seconds(5)
    storm = market.composite()
    assert storm.score is not None
    assert storm.score > calm.score + 20
    assert market.desk.pictures.level() == storm.level >= Level.NOTABLE
    assert storm.spark


# --- the own past --------------------------------------------------------------------------------------------------


def test_days_come_before_hours_and_hours_before_the_factory() -> None:
    past, hours = OwnPast("BTC", ("FUND_OIW",)), OwnHistory()
    indicator = CATALOGUE["FUND_OIW"]
    assert past.percentile(indicator, 0.0001, hours)[1] == FACTORY
    for hour in range(240):
        hours.add(hour * 1e-6)
    assert past.percentile(indicator, 1.0, hours) == (1.0, THIRTY_DAYS)
    for day in range(181):
        past.end_hour((day + 1) * 86_400_000, {"FUND_OIW": 1e-3 * day}, {"FUND_OIW": hours})
    assert past.percentile(indicator, 1e-6, hours) == (pytest.approx(1 / 181, rel=0.01), "")


def test_a_month_of_hours_is_no_past_for_a_mean_of_seven_days() -> None:
    past, hours = OwnPast("BTC", ("FUND_7D",)), OwnHistory()
    for hour in range(720):
        hours.add(1e-5 + hour * 1e-8)
    percentile, of = past.percentile(CATALOGUE["FUND_7D"], 1e-4, hours)
    assert (percentile, of) == (pytest.approx(0.5), FACTORY)


def test_baselines_of_one_coin_do_not_judge_another() -> None:
    indicator = CATALOGUE["LIQ_VOL_LONG_1H"]
    assert OwnPast("BTC", ()).percentile(indicator, 4.81e6, OwnHistory()) == (pytest.approx(0.95), FACTORY)
    assert OwnPast("DOGE", ()).percentile(indicator, 4.81e6, OwnHistory()) == (None, "")


def test_kept_values_warm_percentiles_and_the_usual_depth() -> None:
    import numpy as np

    from desktop.domain.kept_values import DayValue, ValueHours

    market = Market(venues=("binance",))
    first_ms = START_MS - 720 * 3_600_000
    values = {
        "SPREAD": np.linspace(1.0, 2.0, 720),
        "DEPTH_USD.binance": np.full(720, 1e6),
    }
    days = [DayValue(first_ms + d * 86_400_000, 0.0, 1.0, 0.5, 1e-4 * d, 1440) for d in range(200)]
    market.desk.warm_values("BTC", ValueHours(first_ms, values), {"FUND_7D": days})
    market.book(size=100.0)
    assert market.reading("SPREAD").percentile == 1.0
    assert market.reading("DEPTH_REL").value == pytest.approx(20 * 100 * 99.5 / 1e6, rel=0.02)
    assert market.desk.minute_values() == [("BTC", {})]
