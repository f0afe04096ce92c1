"""The market as a whole: breadth, pegs, funds, other assets, mood, and the health of venues."""

from __future__ import annotations

import pytest

from desktop.domain.market import ContextPoint, InsurancePool, Mark, Ticker, VenueNotice, WithdrawalStatus
from desktop.engine.indicators.context_board import ContextBoard
from desktop.engine.market.venue_health import marks_apart
from desktop.risk.reading import Level, Reading, State
from desktop.risk.windows import DAY_MS, HOUR_MS
from tests.fakes.market_tape import START_MS, Market


def of_market(market: Market, name: str) -> Reading:
    return market.desk.pictures.market(market.now_ms)[name]


def _say(market: Market, name: str, value: float, days_ago: int = 0) -> None:
    as_of_ms = market.now_ms - days_ago * DAY_MS
    market.say(ContextPoint(name, value, as_of_ms, "source.example", market.now_ms))


def test_without_a_source_everything_is_unknown_with_its_reason() -> None:
    market = Market(venues=())
    readings = market.desk.pictures.market(market.now_ms)
    assert {reading.state for reading in readings.values()} == {State.UNKNOWN}
    assert all(reading.reason and reading.value is None for reading in readings.values())


def test_breadth_of_a_market_wide_fall_comes_from_every_ticker() -> None:
    market = Market(venues=("binance",))
    for minute in range(125):
        for number in range(10):
            price = 94.0 if minute > 121 and number < 6 else 96.5 if minute > 121 and number < 8 else 100.0
            market.say(Ticker("binance", f"C{number}USDT", f"C{number}", "perp", repr(price), 5e7, market.now_ms))
        market.now_ms += 60_000
        market.desk.tick(market.now_ms)
    f3, f5 = of_market(market, "BREADTH_F3_1H"), of_market(market, "BREADTH_F5_1H")
    assert (f3.value, f3.level) == (pytest.approx(0.8), Level.NOTABLE)
    assert (f5.value, f5.level) == (pytest.approx(0.6), Level.CRITICAL)


def test_a_peg_broken_everywhere_is_critical_and_on_one_venue_a_matter_of_that_venue() -> None:
    market = Market(venues=("binance", "bybit", "okx"))
    for venue, price in (("binance", 0.65), ("bybit", 0.999), ("okx", 1.0)):
        market.say(Ticker(venue, "USDEUSDT", "USDE", "spot", repr(price), None, market.now_ms))
    local = of_market(market, "PEG")
    assert (local.value, local.level) == (pytest.approx(-10.0), Level.CALM)
    assert "binance alone -3500 bp" in local.reason
    for venue in ("bybit", "okx"):
        market.say(Ticker(venue, "USDEUSDT", "USDE", "spot", "0.96", None, market.now_ms))
    broken = of_market(market, "PEG")
    assert (broken.value, broken.level) == (pytest.approx(-400.0), Level.CRITICAL)
    market.now_ms += 11 * 60_000
    assert of_market(market, "PEG").state is State.UNKNOWN


def test_a_peg_is_the_median_of_a_minute_on_every_venue_and_one_print_is_none() -> None:
    market = Market(venues=("binance",))

    def said(price: float) -> float | None:
        market.say(Ticker("binance", "USDEUSDT", "USDE", "spot", repr(price), None, market.now_ms))
        market.now_ms += 5_000
        return of_market(market, "PEG").value

    for _ in range(6):
        assert said(1.0) == 0.0
    assert said(0.65) == 0.0
    # Half of the minute's prices, and only then.
    assert [said(0.95) for _ in range(6)] == pytest.approx([0.0, 0.0, 0.0, 0.0, -250.0, -500.0])
    for _ in range(12):
        newest = said(0.97)
    assert newest == pytest.approx(-300.0)
    # A price that is older than the newest says nothing new.
    late_ms = market.now_ms - 30_000
    market.say(Ticker("binance", "USDEUSDT", "USDE", "spot", "0.5", None, late_ms))
    market.now_ms += 1_000
    assert of_market(market, "PEG").value == pytest.approx(-300.0)


def test_five_days_of_fund_flows_are_summed_and_judged_by_the_factory_baseline() -> None:
    market = Market()
    for day, flow in enumerate((1e8, -2e8, -3e8, -2e8, -2e8)):
        assert of_market(market, "ETF_FLOW").value is None
        _say(market, "ETF_FLOW_BTC", flow, days_ago=4 - day)
    found = of_market(market, "ETF_FLOW")
    assert (found.value, found.baseline, found.level) == (pytest.approx(-8e8), "factory", Level.NOTABLE)


def test_fear_and_greed_is_shown_without_a_level_and_grows_old() -> None:
    market = Market()
    _say(market, "FEAR_GREED", 20.0)
    assert (of_market(market, "FNG").value, of_market(market, "FNG").level) == (20.0, Level.CALM)
    market.now_ms += 5 * DAY_MS
    assert of_market(market, "FNG").state is State.STALE
    market.now_ms += 6 * DAY_MS
    assert of_market(market, "FNG").state is State.UNKNOWN


def test_gold_far_outside_its_own_days_counts_as_stress() -> None:
    market = Market()
    price = 2_000.0
    for day in range(100, 0, -1):
        price *= 1.004 if day % 2 else 0.997
        _say(market, "GOLD", price, days_ago=day)
    market.say(Ticker("binance", "PAXGUSDT", "PAXG", "perp", repr(price * 0.9), 5e7, market.now_ms))
    found = of_market(market, "XASSET")
    assert (found.value, found.level) == (1.0, Level.NOTABLE)
    assert "gold -10" in found.reason


def test_ninety_days_are_needed_before_other_markets_are_judged() -> None:
    market = Market()
    for day in range(10, 0, -1):
        _say(market, "GOLD", 2_000.0 + day, days_ago=day)
    assert of_market(market, "XASSET").state is State.WARMING


# --- venues --------------------------------------------------------------------------------------------------------


def test_venue_health_names_what_is_wrong() -> None:
    market = Market()
    market.pass_seconds(3)
    assert of_market(market, "VENUE_HEALTH").value == 0.0
    market.say(InsurancePool("binance", "USDT", "warning", 1e8, 0.2, market.now_ms))
    warned = of_market(market, "VENUE_HEALTH")
    assert (warned.value, warned.level) == (2.0, Level.WARNING)
    assert "fallen by 20%" in warned.reason
    market.say(InsurancePool("binance", "USDT", "adl", None, None, market.now_ms))
    assert of_market(market, "VENUE_HEALTH").level is Level.CRITICAL


def test_two_venues_that_let_nobody_out_are_critical() -> None:
    market = Market()
    market.pass_seconds(3)
    for venue in ("binance", "bybit"):
        market.say(WithdrawalStatus(venue, "BTC", "BTC", False, market.now_ms))
        market.say(WithdrawalStatus(venue, "BTC", "LIGHTNING", None if venue == "okx" else False, market.now_ms))
        level = of_market(market, "VENUE_HEALTH").level
        assert level is (Level.WARNING if venue == "binance" else Level.CRITICAL)
    feeds = market.desk.pictures.feed_views(market.now_ms)
    assert feeds[0].withdrawals_closed == ("BTC BTC", "BTC LIGHTNING")
    assert [feed.completeness for feed in feeds] == ["sample", "all"]


def test_a_silent_venue_is_critical_and_maintenance_a_warning() -> None:
    market = Market()
    market.pass_seconds(3)
    market.say(VenueNotice("bybit", "maintenance", "upgrade until 10:00", market.now_ms))
    assert "maintenance" in of_market(market, "VENUE_HEALTH").reason
    market.pass_seconds(40, alive=("binance",))
    assert of_market(market, "VENUE_HEALTH").level is Level.CRITICAL


def test_marks_of_one_venue_apart_from_the_others() -> None:
    assert marks_apart({"a": 100.0, "b": 100.0}) == {}
    assert marks_apart({"a": 96.0, "b": 100.0, "c": 100.0})["a"] == pytest.approx(0.04)
    market = Market(venues=("binance", "bybit", "okx"))
    for _ in range(70):
        for venue, mark in (("binance", "100"), ("bybit", "100"), ("okx", "101")):
            market.say(Mark(venue, "BTCUSDT", "BTC", mark, "100", None, None, None, market.now_ms))
        market.pass_seconds(1)
    found = of_market(market, "VENUE_HEALTH")
    assert found.level is Level.WARNING
    assert "OKX marks 1.00% apart" in found.reason


# --- context -------------------------------------------------------------------------------------------------------


def test_context_keeps_the_newest_point_and_one_value_a_day() -> None:
    board = ContextBoard()
    later = ContextPoint("BTC_FEE", 12.0, START_MS, "fees.example", START_MS)
    assert board.take(later)
    assert not board.take(ContextPoint("BTC_FEE", 3.0, START_MS - HOUR_MS, "fees.example", START_MS))
    assert not board.take(ContextPoint("NO_SUCH", 3.0, START_MS, "fees.example", START_MS))
    (view,) = board.views(START_MS)
    assert (view.name, view.value, view.unit, view.state, view.source) == (
        "BTC_FEE",
        12.0,
        "sat/vB",
        State.LIVE,
        "fees.example",
    )
    (old,) = board.views(START_MS + 2 * HOUR_MS)
    assert (old.value, old.state) == (None, State.UNKNOWN)


def test_dated_facts_say_so_and_late_days_find_their_place() -> None:
    board = ContextBoard()
    for day in (3, 1, 2):
        as_of_ms = START_MS - day * DAY_MS
        board.take(ContextPoint("ETF_FLOW_BTC", float(day), as_of_ms, "funds.example", START_MS))
    assert [value for _, value in board.days("ETF_FLOW_BTC")] == [3.0, 2.0, 1.0]
    (view,) = board.views(START_MS)
    assert (view.dated, view.value) == (True, 1.0)
