"""Every indicator of a coin as the messages make it: what is not known is warming or unknown with its reason."""

from __future__ import annotations

import pytest

from desktop.domain.market import Book, ContextPoint, Liquidation, Mark
from desktop.risk.indicators.catalogue import COIN_INDICATORS
from desktop.risk.reading import Level, State
from tests.fakes.market_tape import START_MS, Market, quiet_hours


def warm_market(venues: tuple[str, ...] = ("binance", "bybit")) -> Market:
    market = Market(venues=venues)
    market.desk.warm("BTC", quiet_hours(720))
    for venue in venues:
        market.mark(venue=venue)
        market.interest(0.5e6, venue)
        market.trade(100.0, venue)
    market.pass_seconds(5)
    return market


def test_everything_absent_is_unknown_or_warming_with_a_reason() -> None:
    market = Market()
    market.desk.tick(market.now_ms)
    for name in COIN_INDICATORS:
        reading = market.reading(name)
        assert reading.value is None, name
        assert reading.state in (State.UNKNOWN, State.WARMING), name
        assert reading.reason, name


# --- forced selling ------------------------------------------------------------------------------------------------


def test_windows_of_a_minute_to_thirty_days_hold_what_lies_in_them() -> None:
    market = warm_market(("binance",))
    market.pass_seconds(300)
    market.liquidation(1_000.0)
    market.pass_seconds(61)
    market.liquidation(500.0)
    values = {w: market.reading(f"LIQ_VOL_LONG_{w}").value for w in ("1M", "5M")}
    assert values == {"1M": 500.0, "5M": 1_500.0}
    month, week = market.reading("LIQ_VOL_LONG_30D").value, market.reading("LIQ_VOL_LONG_7D").value
    assert month is not None
    assert week is not None
    assert month == pytest.approx(sum(bar.long_usd or 0.0 for bar in quiet_hours(720)) + 1_500.0, rel=1e-6)
    assert week == pytest.approx(sum(bar.long_usd or 0.0 for bar in quiet_hours(168)) + 1_500.0, rel=1e-2)


def test_sums_name_their_venues_and_which_of_them_tell_a_sample() -> None:
    market = warm_market()
    market.liquidation(1_000.0)
    reading = market.reading("LIQ_VOL_LONG_1H")
    assert reading.floor
    assert (reading.venues, reading.sampled) == (("binance", "bybit"), ("binance",))
    assert reading.since_ms is not None
    assert reading.since_ms <= START_MS + 5_000


def test_the_largest_print_and_the_count_of_a_minute() -> None:
    market = warm_market(("binance",))
    for usd in (1_000.0, 6e6, 2_000.0):
        market.liquidation(usd)
    largest = market.reading("LIQ_MAX_1H")
    assert (largest.value, largest.level, largest.floor) == (6e6, Level.NOTABLE, True)
    assert market.reading("LIQ_N").value == 3.0
    market.pass_seconds(61)
    assert market.reading("LIQ_N").value == 0.0


def test_a_print_in_nearly_every_second_is_a_warning_by_itself() -> None:
    market = warm_market(("binance",))
    for _ in range(59):
        market.liquidation(10.0)
        market.pass_seconds(1)
    assert market.reading("LIQ_N").level >= Level.WARNING


def test_acceleration_counts_only_beside_half_a_thousandth_of_the_open_interest() -> None:
    market = warm_market(("binance",))
    market.liquidation(1.5e4)
    assert market.reading("LIQ_ACC").level is Level.CALM
    market.liquidation(3e6)
    assert market.reading("LIQ_ACC").value == pytest.approx(27, rel=0.2)
    assert market.reading("LIQ_ACC").level is Level.CRITICAL


def test_self_excitation_is_suppressed_under_fifty_prints_and_fitted_from_there() -> None:
    market = warm_market(("binance",))
    assert "50 are needed" in market.reading("HAWKES_N").reason
    for _ in range(51):
        market.liquidation(10.0)
        market.pass_seconds(2)
    market.pass_seconds(300)
    assert market.reading("HAWKES_N").state is State.WARMING
    market.pass_seconds(3_600)
    fitted = market.reading("HAWKES_N")
    assert fitted.value is not None
    assert 0 <= fitted.value < 1


def test_two_venues_over_their_limit_stand_in_sequence() -> None:
    market = warm_market()
    market.liquidation(60_000.0, venue="binance")
    assert market.reading("VENUE_SEQ").value == 1.0
    market.pass_seconds(30)
    market.liquidation(60_000.0, venue="bybit")
    found = market.reading("VENUE_SEQ")
    assert (found.value, found.level, found.baseline) == (2.0, Level.NOTABLE, "factory")
    assert found.venues == ("binance", "bybit")


# --- funding, premium, open interest -------------------------------------------------------------------------------


def test_the_week_the_run_and_the_dispersion_of_funding() -> None:
    market = warm_market()
    assert market.reading("FUND_7D").value == pytest.approx(1e-4)
    assert market.reading("FUND_PERSIST").value == 21.0
    market.mark(0.0001, 8.0, "binance")
    market.mark(0.0003, 8.0, "bybit")
    assert market.reading("FUND_DISP").value == pytest.approx(1e-4)
    alone = warm_market(("binance",))
    assert "two venues" in alone.reading("FUND_DISP").reason


def test_a_premium_must_hold_five_minutes_to_be_a_warning_and_not_to_be_critical() -> None:
    market = warm_market(("binance",))

    def premium(bps: float, seconds: int) -> None:
        for _ in range(seconds // 5):
            text = repr(100.0 * (1 + bps / 1e4))
            market.say(Mark("binance", "BTCUSDT", "BTC", text, "100", 1e-4, 8.0, None, market.now_ms))
            market.pass_seconds(5)

    premium(-30.0, 90)
    assert market.reading("PREM").value == pytest.approx(-30.0)
    assert market.reading("PREM").level is Level.NOTABLE
    premium(-30.0, 330)
    assert market.reading("PREM").level is Level.WARNING
    premium(-120.0, 60)
    assert market.reading("PREM").level is Level.CRITICAL


def test_open_interest_from_its_peak() -> None:
    market = warm_market(("binance",))
    market.interest(0.8e6)
    peak = market.reading("OI_PEAK")
    assert (peak.value, peak.level) == (pytest.approx(-0.2), Level.NOTABLE)


def test_dated_basis_and_spot_turnover_and_reserves() -> None:
    market = warm_market(("binance",))
    market.say(Mark("binance", "BTCUSDT", "BTC", "100", "100", 1e-4, 8.0, None, market.now_ms))
    market.ticker(102.0, "BTCUSDT_270326", part="dated")
    days = (1_806_048_000_000 - market.now_ms) / 86_400_000
    assert market.reading("BASIS_ANN").value == pytest.approx(0.02 * 365 / days)
    market.ticker(100.0, "BTCUSDT", part="spot", turnover=25e6)
    assert market.reading("OI_SPOTVOL").value == pytest.approx(0.5e6 * 100.0 / 25e6)
    assert market.reading("ELR").state is State.UNKNOWN
    market.say(ContextPoint("BTC_RESERVE", 2e6, market.now_ms, "reserves.example", market.now_ms))
    market.pass_seconds(1)
    market.desk.pictures._floor.coins["BTC"].forget()
    assert market.reading("ELR").value == pytest.approx(0.25)


# --- minutes -------------------------------------------------------------------------------------------------------


def test_volatility_warms_with_minutes_and_jumps_count_beside_volatility_only() -> None:
    market = warm_market(("binance",))
    for minute in range(62):
        market.price = 100.0 + (0.3 if minute % 2 else 0.0)
        market.pass_seconds(1)
        for _ in range(6):
            market.now_ms += 9_800
            market.trade(market.price)
            market.desk.tick(market.now_ms)
    assert market.reading("RV_1H").value == pytest.approx(0.003 * (525_600**0.5), rel=0.1)
    assert market.reading("PARK_1H").value is not None
    assert market.reading("AMIHUD").value is not None
    assert market.reading("RV_24H").state is State.WARMING
    assert market.reading("RV_1H").baseline == "factory"
    assert market.reading("JUMP").state is State.WARMING


# --- levels --------------------------------------------------------------------------------------------------------


def test_distance_to_the_lows_of_a_week_and_a_month() -> None:
    market = warm_market(("binance",))
    low = min(bar.low for bar in quiet_hours(169)[:-1])
    assert market.reading("LEVEL_7D").value == pytest.approx(100.0 / low - 1)
    market.price = low * 0.99
    market.trade(market.price)
    broken = market.reading("LEVEL_7D")
    assert (broken.value, broken.level) == (pytest.approx(-0.01), Level.CRITICAL)
    assert market.reading("LEVEL_30D").value is not None


# --- books ---------------------------------------------------------------------------------------------------------


def _books(market: Market, seconds: int, size: float = 100.0, every: int = 5) -> None:
    for _ in range(seconds // every):
        market.book(size=size)
        market.pass_seconds(every)


def test_a_book_gives_spread_slippage_and_depth_against_open_interest() -> None:
    market = warm_market(("binance",))
    market.book(size=1_000.0)
    assert market.reading("SPREAD").value == pytest.approx(5.0, rel=0.01)
    assert market.reading("SLIP_10K").value == pytest.approx(2.5, rel=0.01)
    assert "do not hold that much" in market.reading("SLIP_10M").reason
    assert market.reading("SLIP_MINE").reason == "my size is not known"
    assert market.reading("DEPTH_REL").state is State.WARMING
    assert market.reading("DEPTH_OI").value is None
    _books(market, 45 * 60, size=1_000.0)
    # 20 levels of 1,000 coins lie within 1 %.
    assert market.reading("DEPTH_OI").value == pytest.approx(20 * 1_000 * 99.5 / 50e6, rel=0.05)


def test_my_own_size_is_walked_as_well_once_it_is_known() -> None:
    market = warm_market(("binance",))
    market.desk.use_sizes({"BTC": 150_000.0})
    market.pass_seconds(5)
    market.book(size=1_000.0)
    assert market.reading("SLIP_MINE").value == pytest.approx(4.2, rel=0.05)
    market.desk.use_sizes({})
    market.pass_seconds(5)
    market.book(size=1_000.0)
    assert market.reading("SLIP_MINE").reason == "my size is not known"


def test_a_lost_or_old_book_is_unknown_never_thin() -> None:
    market = warm_market(("binance",))
    market.book()
    assert market.reading("SPREAD").state is State.LIVE
    market.pass_seconds(11)
    assert market.reading("SPREAD").state is State.UNKNOWN
    market.book()
    market.book(gap=True)
    for name in ("SPREAD", "SLIP_10K", "DEPTH_REL", "DEPTH_OI"):
        assert market.reading(name).value is None, name


def test_thin_books_must_stay_thin_for_three_minutes() -> None:
    market = warm_market(("binance",))
    for hour in range(7):
        market.now_ms = START_MS + 10_000 + hour * 3_600_000
        _books(market, 120)
    _books(market, 200)
    assert market.reading("DEPTH_REL").value == pytest.approx(1.0, rel=0.05)
    _books(market, 100, size=30.0)
    fallen = market.reading("DEPTH_REL")
    assert (fallen.value, fallen.level) == (pytest.approx(0.3, rel=0.05), Level.CALM)
    _books(market, 200, size=30.0)
    held = market.reading("DEPTH_REL")
    assert (held.level, held.baseline) == (Level.WARNING, "24 h")
    assert market.reading("SLIP_100K").times_usual == pytest.approx(3.0, rel=0.4)


def test_crossed_books_and_foreign_coins_change_nothing() -> None:
    market = warm_market(("binance",))
    crossed = Book("binance", "BTCUSDT", "BTC", "101", "100", ((101.0, 1.0),), ((100.0, 1.0),), market.now_ms)
    market.say(crossed)
    assert market.reading("SPREAD").value is None
    market.say(Liquidation("binance", "DOGEUSDT", "DOGE", "long", "1", "1", "fill", 5.0, market.now_ms))
    assert market.reading("LIQ_N").value == 0.0
