"""The desk as the engine drives it: what readings say, when incidents open, rise and close."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from desktop.alerts.incidents import Incident
from desktop.domain.market import FeedStatus, Gap, Liquidation, OpenInterest, Trade, Unparsed
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.hourly import HourlyIndicators
from desktop.risk.indicators.catalogue import COIN_INDICATORS
from desktop.risk.reading import Level, State
from desktop.risk.windows import HOUR_MS, MINUTE_MS
from desktop.storage.rule_files import shipped_rules
from tests.fakes.market_tape import START_MS, Market, quiet_hours


def _warm_market(venues: tuple[str, ...] = ("binance", "bybit")) -> Market:
    market = Market(shipped_rules(), venues)
    market.desk.warm("BTC", quiet_hours(720))
    for venue in venues:
        market.mark(venue=venue)
        market.interest(1e6 / len(venues), venue)
    market.pass_seconds(5)
    return market


def _storm(market: Market, seconds: int, usd: float = 30_000.0, fall: float = 0.05) -> None:
    for _ in range(seconds):
        market.price = round(market.price - fall, 6)
        market.trade(market.price)
        market.liquidation(usd)
        market.pass_seconds(1)


def _news(market: Market) -> list[tuple[str, str, Level]]:
    return [
        (c.change, c.incident.rule, c.incident.level)
        for c in market.changes
        if c.change not in ("updated", "reminder")
    ]


# --- unknown is never zero -----------------------------------------------------------------------------------------


def test_before_the_first_message_every_reading_is_unknown_and_none_is_zero() -> None:
    market = Market(shipped_rules())
    market.changes += market.desk.tick(market.now_ms)
    view = market.desk.pictures.coin_views(market.now_ms)[0]
    assert set(view.readings) == set(COIN_INDICATORS)
    for name, reading in {**view.readings, "price": view.price, "change": view.change_24h}.items():
        assert reading.value is None, name
        assert reading.state in (State.UNKNOWN, State.WARMING), name
        assert reading.reason, name
    assert market.desk.pictures.coverage(market.now_ms) is None or market.desk.pictures.coverage(market.now_ms) == 0.0


def test_no_prints_become_zero_only_once_the_feed_was_heard_for_most_of_the_window() -> None:
    market = Market(venues=("bybit",))
    market.mark(venue="bybit")
    market.interest(1e6, "bybit")
    market.pass_seconds(60)
    early = market.reading("LIQ_VOL_LONG_1H")
    assert (early.value, early.state) == (None, State.WARMING)
    assert early.warm == pytest.approx(60 / 2520, rel=0.1)
    market.pass_seconds(45 * 60)
    late = market.reading("LIQ_VOL_LONG_1H")
    assert (late.value, late.state, late.floor) == (0.0, State.LIVE, True)
    assert market.reading("LIQ_VOL_LONG_24H").value is None


def test_a_print_is_a_floor_at_once_with_the_share_of_the_window_that_was_heard() -> None:
    market = Market(venues=("bybit",))
    market.interest(1e6, "bybit")
    market.pass_seconds(60)
    market.liquidation(5_000.0, venue="bybit")
    reading = market.reading("LIQ_VOL_LONG_1H")
    assert (reading.value, reading.state, reading.floor) == (5_000.0, State.LIVE, True)
    assert reading.coverage == pytest.approx(1 / 60, rel=0.05)


def test_a_dead_feed_turns_its_sums_stale_and_then_unknown_not_zero() -> None:
    market = _warm_market(("bybit",))
    market.liquidation(5_000.0, venue="bybit")
    market.pass_seconds(10, alive=())
    assert market.reading("LIQ_VOL_LONG_1H").state is State.LIVE
    market.pass_seconds(5, alive=())
    stale = market.reading("LIQ_VOL_LONG_1H")
    assert stale.state is State.STALE
    assert stale.value is not None
    assert "Bybit silent for 15 s" in stale.reason
    market.pass_seconds(20, alive=())
    for name in ("LIQ_VOL_LONG_1H", "LIQ_INT_1H", "LIQ_IMB_1H", "LIQ_VOL_SHORT_24H", "LEVEL_24H"):
        dead = market.reading(name)
        assert (dead.value, dead.state) == (None, State.UNKNOWN), name
        assert "35 s" in dead.reason, name


def test_one_venue_down_makes_totals_partial_and_says_who() -> None:
    market = _warm_market()
    market.liquidation(9_000.0)
    market.pass_seconds(40 * 60, alive=("binance",))
    reading = market.reading("LIQ_VOL_LONG_1H")
    assert reading.state is State.LIVE
    assert "Bybit down" in reading.reason
    # Bybit holds half of the open interest and was not heard for 40 of 60 minutes.
    assert reading.coverage == pytest.approx(0.5 + 0.5 * 20 / 60, abs=0.02)
    assert market.desk.pictures.coverage(market.now_ms) == 0.5


def test_coverage_cannot_be_told_where_a_venue_never_said_its_open_interest() -> None:
    market = Market(shipped_rules())
    market.mark()
    market.interest(1e6)
    market.pass_seconds(60, alive=("binance",))
    market.liquidation(9_000.0)
    assert market.reading("LIQ_VOL_LONG_1H").coverage is None


def test_a_gap_makes_the_window_partly_covered() -> None:
    market = _warm_market(("binance",))
    market.pass_seconds(600)
    market.gap(market.now_ms - 300_000)
    market.pass_seconds(1)
    assert market.reading("LIQ_VOL_LONG_1H").coverage == pytest.approx(55 / 60, abs=0.01)


def test_a_gap_of_a_poll_says_nothing_about_the_liquidation_feed() -> None:
    market = _warm_market(("binance",))
    market.pass_seconds(60)
    gap = Gap("binance", "GET /fapi/v1/openInterest?symbol=BTCUSDT", "429", START_MS, market.now_ms)
    market.desk.fold(gap, market.now_ms)
    assert market.reading("LIQ_VOL_LONG_1H").coverage == pytest.approx(1.0, abs=0.01)


def test_liquidations_without_open_interest_have_no_intensity() -> None:
    market = Market(venues=("binance",))
    market.pass_seconds(1)
    market.liquidation(5e6)
    assert market.reading("LIQ_INT_1H").value is None
    assert market.reading("LIQ_INT_1H").reason == "open interest unknown"


def test_a_liquidation_of_unknown_size_is_not_counted_as_zero_dollars_of_its_side() -> None:
    market = Market(venues=("binance",))
    market.pass_seconds(1)
    market.desk.fold(
        Liquidation("binance", "BTCUSDT", "BTC", "long", None, "100", "fill", None, market.now_ms), market.now_ms
    )
    assert market.reading("LIQ_VOL_LONG_1H").value is None


# --- single messages -----------------------------------------------------------------------------------------------


def test_a_print_sent_twice_counts_once() -> None:
    market = _warm_market()
    before = market.reading("LIQ_VOL_LONG_1H").value
    market.liquidation(5_000.0)
    market.liquidation(5_000.0)
    assert before is not None
    assert market.reading("LIQ_VOL_LONG_1H").value == pytest.approx(before + 5_000.0)


def test_sides_stay_apart() -> None:
    market = _warm_market()
    market.liquidation(5e6, "short")
    market.liquidation(1e6, "long")
    assert market.reading("LIQ_IMB_1H").value == pytest.approx((1e6 - 5e6) / 6e6, rel=0.01)


@pytest.mark.parametrize("text", ["NaN", "inf", "-5", "0", "1e400", "no number"])
def test_a_price_that_is_none_changes_nothing(text: str) -> None:
    market = _warm_market()
    market.desk.fold(Trade("binance", "BTCUSDT", "BTC", "buy", "1", text, market.now_ms), market.now_ms)
    market.desk.fold(
        Liquidation("binance", "BTCUSDT", "BTC", "long", "1", text, "fill", math.nan, market.now_ms), market.now_ms
    )
    market.desk.fold(OpenInterest("binance", "BTCUSDT", "BTC", text, None, market.now_ms), market.now_ms)
    view = market.desk.pictures.coin_views(market.now_ms)[0]
    assert view.price.value == 100.0
    assert market.desk.pictures.chart("BTC", MINUTE_MS, market.now_ms).low.min() == 100.0  # type: ignore[union-attr]


def test_coins_and_venues_that_are_not_followed_are_left_aside() -> None:
    market = _warm_market()
    for message in (
        Trade("okx", "BTC-USDT-SWAP", "BTC", "buy", "1", "5", market.now_ms),
        Trade("binance", "DOGEUSDT", "DOGE", "buy", "1", "5", market.now_ms),
    ):
        assert market.desk.fold(message, market.now_ms) == ()
    assert [view.coin for view in market.desk.pictures.coin_views(market.now_ms)] == ["BTC"]


def test_an_unreadable_message_is_counted_at_its_venue() -> None:
    market = _warm_market()
    market.desk.fold(Unparsed("bybit", "/v5/public/linear", "truncated", 12, market.now_ms), market.now_ms)
    assert [feed.unparsed for feed in market.desk.pictures.feed_views(market.now_ms)] == [0, 1]


def test_late_trades_reach_their_own_minute() -> None:
    market = _warm_market(("binance",))
    market.pass_seconds(70)
    market.trade(97.0, late_ms=60_000)
    chart = market.desk.pictures.chart("BTC", MINUTE_MS, market.now_ms)
    assert chart is not None
    assert (chart.low[-2], chart.close[-2], chart.low[-1]) == (97.0, 100.0, 100.0)


def test_open_interest_changes_in_coins_do_not_follow_the_price() -> None:
    market = _warm_market(("binance",))
    market.price = 80.0
    market.mark()
    market.interest(0.97e6)
    assert market.reading("OI_CHG_1H").value == pytest.approx(-0.03)


def test_funding_is_weighted_by_open_interest_over_venues() -> None:
    market = _warm_market()
    market.interest(3e6, "binance")
    market.interest(1e6, "bybit")
    market.mark(0.0001, 8.0, "binance")
    market.mark(0.0001, 4.0, "bybit")
    assert market.reading("FUND_OIW").value == pytest.approx((3 * 0.0001 + 1 * 0.0002) / 4)


def test_the_price_moves_to_the_next_venue_when_the_first_falls_silent() -> None:
    market = _warm_market()
    market.trade(100.4, "bybit")
    market.price = 100.4
    market.pass_seconds(9, alive=("bybit",))
    assert market.desk.pictures.coin_views(market.now_ms)[0].price.value == 100.0
    market.pass_seconds(3, alive=("bybit",))
    assert market.desk.pictures.coin_views(market.now_ms)[0].price.value == 100.4


# --- rules ---------------------------------------------------------------------------------------------------------


def test_a_cascade_opens_one_incident_rises_in_place_and_closes_when_it_is_over() -> None:
    market = _warm_market()
    _storm(market, 90)
    assert _news(market) == [
        ("opened", "cascade-started", Level.NOTABLE),
        ("raised", "cascade-started", Level.WARNING),
        ("raised", "cascade-started", Level.CRITICAL),
    ]
    assert len({change.incident.id for change in market.changes}) == 1
    incident = market.desk.incidents()[0]
    assert (incident.peak, incident.closed_ms, incident.coverage) == (Level.CRITICAL, None, 1.0)
    assert [factor.name for factor in incident.factors] == ["LIQ_INT_1H", "LIQ_IMB_1H", "LOW_BREAK_24H"]
    # An hour later nothing is left in the window; ten quiet minutes after that it closes.
    market.pass_seconds(75 * 60)
    assert [change for change, _, _ in _news(market)[3:]] == ["closed"]
    assert (market.desk.incidents()[0].id, market.desk.incidents()[0].peak) == (incident.id, Level.CRITICAL)
    assert market.desk.incidents()[0].closed_ms is not None


def test_the_incident_opens_in_the_turn_of_the_message_that_completes_it() -> None:
    market = _warm_market()
    market.price = 98.0
    market.trade(98.0)
    assert not market.changes
    market.liquidation(160_000.0)
    assert [(c.change, c.incident.level) for c in market.changes] == [("opened", Level.WARNING)]
    assert market.changes[0].incident.at_ms == market.now_ms


def test_a_broken_support_shows_after_a_quarter_of_an_hour_and_does_not_ring() -> None:
    market = _warm_market()
    market.price = 98.0
    market.pass_seconds(14 * 60)
    assert not market.changes
    market.pass_seconds(2 * 60)
    (change,) = (change for change in market.changes if change.change == "opened")
    assert (change.incident.rule, change.incident.level) == ("support-broken", Level.NOTABLE)
    assert not change.rings


def test_a_new_low_after_the_liquidations_completes_it_as_well() -> None:
    market = _warm_market()
    market.liquidation(400_000.0)
    assert [(change.change, change.incident.level) for change in market.changes] == [("opened", Level.NOTABLE)]
    market.trade(98.0)
    assert [(change.change, change.incident.level) for change in market.changes[1:]] == [("raised", Level.WARNING)]


def test_updates_are_at_least_ten_seconds_apart() -> None:
    market = _warm_market()
    _storm(market, 60)
    times = [c.incident.at_ms for c in market.changes if c.change == "updated"]
    assert times
    assert all(later - sooner >= 10_000 for sooner, later in pairwise(times))


def test_while_the_feeds_are_dead_an_open_incident_stays_and_the_rule_is_shown_as_suspended() -> None:
    market = _warm_market()
    _storm(market, 60)
    market.pass_seconds(90 * 60, alive=())
    cascade = next(i for i in market.desk.incidents() if i.rule == "cascade-started")
    assert cascade.closed_ms is None
    assert any("cascade-started · BTC" in words for words in market.desk.suspended_rules())


def test_first_day_without_history_the_factory_baseline_needs_the_lows_at_least() -> None:
    market = Market(shipped_rules(), ("binance",))
    market.mark()
    market.interest(1e6)
    market.pass_seconds(5)
    _storm(market, 60)
    assert not [change for change in market.changes if change.incident.rule == "cascade-started"]
    market = Market(shipped_rules(), ("binance",))
    market.desk.warm("BTC", quiet_hours(30))
    market.mark()
    market.interest(1e6)
    market.pass_seconds(5)
    _storm(market, 60)
    opened = next(change.incident for change in market.changes if change.change == "opened")
    assert opened.factors[0].threshold == 0.0033
    assert "factory baseline" in opened.note


# --- dead feeds ----------------------------------------------------------------------------------------------------


def test_a_silent_venue_is_an_incident_that_closes_when_it_is_back() -> None:
    market = _warm_market()
    market.pass_seconds(29, alive=("binance",))
    assert _news(market) == []
    market.pass_seconds(1, alive=("binance",))
    assert _news(market) == [("opened", "feed-dead", Level.WARNING)]
    incident = market.changes[0].incident
    assert (incident.venue, incident.coin) == ("bybit", "")
    assert (incident.factors[0].value, incident.factors[0].threshold) == (30.0, 30.0)
    market.pass_seconds(6)
    assert _news(market)[1:] == [("closed", "feed-dead", Level.WARNING)]


def test_no_venue_left_is_critical() -> None:
    market = _warm_market()
    market.pass_seconds(35, alive=())
    assert {i.level for i in market.desk.incidents()} == {Level.CRITICAL}


def test_a_venue_that_never_answered_is_an_incident_too() -> None:
    market = Market()
    market.pass_seconds(32, alive=("binance",))
    assert [(i.rule, i.venue) for i in market.desk.incidents()] == [("feed-dead", "bybit")]
    assert "never answered" in market.desk.incidents()[0].note
    assert [feed.state for feed in market.desk.pictures.feed_views(market.now_ms)] == ["live", "down"]


def test_a_closed_connection_is_down_at_once_and_live_with_the_next_message() -> None:
    market = _warm_market()
    market.status("closed", "bybit", "/v5/public/linear")
    assert [feed.state for feed in market.desk.pictures.feed_views(market.now_ms)] == ["live", "down"]
    assert "told by the test" in market.desk.pictures.feed_views(market.now_ms)[1].reason
    market.pass_seconds(1)
    assert [feed.state for feed in market.desk.pictures.feed_views(market.now_ms)] == ["live", "live"]


def test_a_closed_poll_does_not_take_the_stream_down() -> None:
    market = _warm_market()
    market.status("closed", "binance", "GET /fapi/v1/openInterest?symbol=BTCUSDT")
    assert market.desk.pictures.feed_views(market.now_ms)[0].state == "live"


def test_heartbeats_alone_keep_a_calm_feed_alive() -> None:
    market = Market(venues=("bybit",))
    for _ in range(60):
        market.now_ms += 1_000
        market.status("alive", "bybit", "/v5/public/linear")
        market.changes += market.desk.tick(market.now_ms)
    assert market.desk.pictures.feed_views(market.now_ms)[0].state == "live"
    assert market.changes == []


# --- what the person does ------------------------------------------------------------------------------------------


def test_acknowledge_and_snooze_change_the_incident_and_an_empty_id_means_all() -> None:
    market = _warm_market()
    _storm(market, 90)
    market.pass_seconds(35, alive=())
    one, other = market.desk.incidents()
    changed = market.desk.acknowledge(one.id, market.now_ms)
    assert [(c.change, c.incident.acknowledged_ms) for c in changed] == [("updated", market.now_ms)]
    assert market.desk.incidents()[1].acknowledged_ms is None
    assert {c.incident.id for c in market.desk.snooze("", market.now_ms + 1)} == {one.id, other.id}
    assert market.desk.acknowledge("no such", market.now_ms) == ()


def test_restored_incidents_are_no_news_and_go_on_under_their_id() -> None:
    before = _warm_market()
    _storm(before, 60)
    kept = before.desk.incidents()
    after = _warm_market()
    after.desk.restore(kept)
    after.changes.clear()
    assert after.desk.incidents() == kept
    _storm(after, 60)
    assert not [change for change in after.changes if change.change == "opened"]
    assert [incident.id for incident in after.desk.incidents()] == [kept[0].id]


def test_closed_incidents_are_bounded() -> None:
    market = Market()
    old = [
        Incident(f"r-{n}", "r", "BTC", Level.WARNING, Level.WARNING, n, n, (), None, closed_ms=n) for n in range(500)
    ]
    market.desk.restore(old)
    assert [incident.opened_ms for incident in market.desk.incidents()][:2] == [499, 498]
    assert len(market.desk.incidents()) == 200


# --- hours, warm-up, charts ----------------------------------------------------------------------------------------


def test_warming_twice_counts_once() -> None:
    market = _warm_market()
    before = market.reading("LIQ_VOL_LONG_24H").value
    market.desk.warm("BTC", quiet_hours(720))
    assert market.reading("LIQ_VOL_LONG_24H").value == before


def test_a_finished_hour_is_handed_out_once_and_joins_the_history() -> None:
    market = _warm_market(("binance",))
    market.liquidation(1_000.0)
    market.pass_seconds(HOUR_MS // 1000 + 10)
    ((coin, bar),) = market.desk.finished_hours()
    assert market.desk.finished_hours() == []
    assert (coin, bar.open_ms, bar.low, bar.long_usd, bar.oi_coins) == ("BTC", START_MS, 100.0, 1_000.0, 1e6)


def test_sliding_windows_at_a_full_hour_equal_the_hourly_bar_of_the_back_test() -> None:
    rng = random.Random(3)
    market = _warm_market(("binance",))
    last_ms = START_MS + HOUR_MS - 1_000
    while market.now_ms < last_ms:
        market.price = round(market.price * (1 + rng.gauss(-0.000002, 0.0002)), 4)
        market.trade(market.price)
        if rng.random() < 0.1:
            market.liquidation(rng.random() * 2e3, rng.choice(("long", "short")))
        market.pass_seconds(1)
    # Hourly bars hold what ended within them; look at the last millisecond of the hour.
    market.now_ms = START_MS + HOUR_MS - 1
    live = {name: market.reading(name) for name in ("LIQ_VOL_LONG_1H", "LIQ_INT_1H", "LIQ_IMB_1H", "LOW_BREAK_24H")}
    market.pass_seconds(10)
    ((_, bar),) = market.desk.finished_hours()
    batch = HourlyIndicators()
    for past in quiet_hours(720):
        batch.remember(past, batch.readings(past))
    expected = batch.readings(bar)
    # The stored hour before is spread over its minutes: its last one ends at the full hour and counts in this hour.
    spread = quiet_hours(1)[0].long_usd or 0.0
    for name, reading in live.items():
        value = expected[name].value
        assert reading.value is not None
        assert value is not None
        tolerance = spread / 60 if name.startswith("LIQ_VOL") else 0.01 * abs(value)
        assert reading.value == pytest.approx(value, abs=tolerance + 1e-9), name


def test_an_hour_heard_for_less_than_70_percent_is_not_kept_as_a_calm_one() -> None:
    market = _warm_market(("binance",))
    market.pass_seconds(30 * 60)
    market.pass_seconds(30 * 60 + 10, alive=())
    assert market.desk.finished_hours() == []


def test_the_chart_is_the_same_object_until_its_content_changes() -> None:
    market = _warm_market(("binance",))
    first = market.desk.pictures.chart("BTC", MINUTE_MS, market.now_ms)
    assert market.desk.pictures.chart("BTC", MINUTE_MS, market.now_ms) is first
    market.trade(100.2)
    second = market.desk.pictures.chart("BTC", MINUTE_MS, market.now_ms)
    assert first is not None
    assert second is not None
    assert second.version > first.version
    assert (first.close[-1], second.close[-1]) == (100.0, 100.2)
    with pytest.raises(ValueError, match="read-only"):
        second.close[-1] = 1.0


def test_chart_bars_sum_minutes_and_show_time_not_recorded_as_nan() -> None:
    market = _warm_market(("binance",))
    market.liquidation(100.0)
    market.pass_seconds(60)
    market.liquidation(20.0)
    market.pass_seconds(60)
    market.pass_seconds(180, alive=())
    chart = market.desk.pictures.chart("BTC", 5 * MINUTE_MS, market.now_ms)
    assert chart is not None
    assert chart.long_usd[0] == 120.0
    minutes = market.desk.pictures.chart("BTC", MINUTE_MS, market.now_ms)
    assert minutes is not None
    assert math.isnan(minutes.close[4])
    assert math.isnan(minutes.long_usd[4])
    assert minutes.covered[0] == pytest.approx(1.0, abs=0.02)
    assert minutes.print_usd.tolist() == [100.0, 20.0]
    assert minutes.print_long.tolist() == [True, True]


def test_wide_bars_begin_with_stored_hours_and_narrow_ones_with_the_first_minute() -> None:
    market = _warm_market(("binance",))
    hourly = market.desk.pictures.chart("BTC", HOUR_MS, market.now_ms)
    minutes = market.desk.pictures.chart("BTC", MINUTE_MS, market.now_ms)
    assert hourly is not None
    assert minutes is not None
    assert len(hourly.bar_ms) == 721
    assert len(minutes.bar_ms) == 1
    assert hourly.low_24h == pytest.approx(min(bar.low for bar in quiet_hours(24)))


def test_a_chart_of_nothing_is_none() -> None:
    desk = MarketDesk(("BTC",), (), ("binance",))
    desk.tick(START_MS)
    assert desk.pictures.chart("BTC", MINUTE_MS, START_MS) is None
    assert desk.pictures.chart("DOGE", MINUTE_MS, START_MS) is None
    desk.fold(FeedStatus("binance", "/market", "connected", "", START_MS), START_MS)
    assert desk.pictures.feed_views(START_MS)[0].state == "connecting"
