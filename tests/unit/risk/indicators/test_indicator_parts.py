"""Formulas of the single indicators, and that unknown never becomes zero."""

from __future__ import annotations

import pytest

from desktop.risk.breadth import breadth
from desktop.risk.freshness import age_words, freshness
from desktop.risk.funding import FundingBook, funding_8h
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.liquidations import LiquidationTally, SeenPrints, imbalance, intensity
from desktop.risk.open_interest import InterestBook, weighted_share
from desktop.risk.price_level import PriceLevels
from desktop.risk.reading import Level, State
from desktop.risk.windows import HOUR_MS, MINUTE_MS


def test_ratios_of_nothing_are_unknown_not_zero() -> None:
    assert imbalance(0.0, 0.0) is None
    assert imbalance(None, 5.0) is None
    assert intensity(None, 1e9) is None
    assert intensity(5.0, None) is None
    assert intensity(5.0, 0.0) is None
    assert intensity(0.0, 1e9) == 0.0


def test_imbalance_of_worked_examples() -> None:
    assert imbalance(2_420e6, 163e6) == pytest.approx(0.8737901664730933)
    assert imbalance(9e5, 0.0, floor_usd=1e6) is None


def test_a_repeated_print_is_recognised_and_the_memory_is_bounded() -> None:
    seen = SeenPrints(keep=2)
    first, second, third, fourth = (("binance", "BTCUSDT", "long", at_ms, "1", "2") for at_ms in (1, 2, 3, 4))
    assert seen.is_new(first)
    assert not seen.is_new(first)
    assert seen.is_new(second)
    assert seen.is_new(third)
    assert not seen.is_new(second)
    assert seen.is_new(fourth)
    assert not seen.is_new(third)
    assert seen.is_new(first)


def test_prints_that_differ_in_one_thing_alone_are_different_prints() -> None:
    seen = SeenPrints()
    print_of = ("binance", "BTCUSDT", "long", 1, "1", "2")
    others = (("bybit", 0), ("ETHUSDT", 1), ("short", 2), (2, 3), ("2", 4), (None, 5))
    assert seen.is_new(print_of)
    for value, place in others:
        changed = [*print_of]
        changed[place] = value
        assert seen.is_new(tuple(changed))  # type: ignore[arg-type]
        assert not seen.is_new(print_of)


def test_sides_and_windows_are_summed_apart() -> None:
    tally = LiquidationTally()
    tally.add("long", 100.0, 0)
    tally.add("short", 7.0, HOUR_MS)
    tally.add("long", 20.0, HOUR_MS)
    assert tally.long_usd(HOUR_MS, HOUR_MS) == 20.0
    assert tally.long_usd(4 * HOUR_MS, HOUR_MS) == 120.0
    assert tally.short_usd(HOUR_MS, HOUR_MS) == 7.0


def test_funding_weighted_by_open_interest() -> None:
    book = FundingBook()
    for venue, rate in (("a", 0.0001), ("b", -0.0002), ("c", 0.0003)):
        book.set(venue, rate, 8, at_ms=1)
    assert book.weighted("abc", {"a": 5e9, "b": 2e9, "c": 3e9}) == pytest.approx(0.0001)
    assert book.weighted("abc", {"a": None, "b": None, "c": None}) is None
    assert book.weighted("b", {}) == -0.0002


def test_funding_of_an_hour_counts_eightfold_and_old_news_is_left() -> None:
    assert funding_8h(1.25e-05, 1) == pytest.approx(0.0001)
    book = FundingBook()
    book.set("a", 0.0002, 8, at_ms=10)
    book.set("a", 0.0009, 8, at_ms=5)
    assert book.by_venue["a"].rate_8h == 0.0002


def test_change_counts_only_venues_known_at_both_ends() -> None:
    book = InterestBook(("a", "b"))
    book.by_venue["a"].set("X", 100.0, 100.0, at_ms=0)
    book.by_venue["a"].set("X", 90.0, 90.0, at_ms=HOUR_MS)
    book.by_venue["b"].set("X", 500.0, 500.0, at_ms=HOUR_MS)
    change = book.change(HOUR_MS, HOUR_MS, ("a", "b"))
    assert change is not None
    assert change.fraction == pytest.approx(-0.1)
    assert change.venues == ("a",)
    assert book.change(HOUR_MS, HOUR_MS, ("b",)) is None


def test_open_interest_of_a_set_with_an_unknown_venue_is_unknown() -> None:
    book = InterestBook(("a", "b"))
    book.by_venue["a"].set("X", 100.0, 5.0, at_ms=0)
    assert book.usd(("a", "b")) is None
    assert book.usd(("a",)) == 5.0
    assert book.usd(()) is None


def test_two_contracts_of_a_venue_are_summed() -> None:
    book = InterestBook(("a",))
    book.by_venue["a"].set("X", 100.0, 5.0, at_ms=0)
    book.by_venue["a"].set("Y", 10.0, 1.0, at_ms=1)
    assert book.coins(("a",)) == 110.0
    assert book.usd(("a",)) == 6.0


def test_coverage_is_unknown_where_an_unheard_venue_has_no_weight() -> None:
    assert weighted_share({"a": 1.0, "b": 0.0}, {"a": 3.0, "b": 1.0}) == 0.75
    assert weighted_share({"a": 1.0, "b": 0.0}, {"a": 3.0, "b": None}) is None
    assert weighted_share({"a": 1.0, "b": 1.0}, {}) == 1.0
    assert weighted_share({}, {}) is None


def test_at_a_full_hour_the_lows_are_those_of_the_bar_and_of_the_24_before() -> None:
    levels = PriceLevels()
    for hour in range(25):
        for minute in range(60):
            low = 100.0 + hour if minute else 90.0 + hour
            levels.add(hour * HOUR_MS + minute * MINUTE_MS, low)
    at = levels.at(25 * HOUR_MS, None)
    assert at.hour_low == 114.0
    assert at.low == 90.0
    assert at.known == 1.0


def test_a_late_low_of_the_last_hour_does_not_become_a_low_of_the_day_before() -> None:
    levels = PriceLevels()
    for minute in range(120):
        levels.add(minute * MINUTE_MS, 100.0)
    assert levels.at(120 * MINUTE_MS, None).low == 100.0
    levels.lower(119 * MINUTE_MS, 50.0)
    at = levels.at(120 * MINUTE_MS, None)
    assert (at.hour_low, at.low) == (50.0, 100.0)
    assert levels.at(181 * MINUTE_MS, None).low == 50.0


def test_breadth_counts_only_coins_with_a_previous_close() -> None:
    found = breadth({"a": 94.0, "b": 96.5, "c": 99.0, "new": 1.0}, {"a": 100.0, "b": 100.0, "c": 100.0})
    assert (found.f3, found.f5, found.coins) == (pytest.approx(2 / 3), pytest.approx(1 / 3), 3)
    assert breadth({"a": 1.0}, {}).f5 is None


@pytest.mark.parametrize(
    ("age_s", "state"),
    [(60, State.LIVE), (120, State.LIVE), (121, State.STALE), (360, State.STALE), (361, State.UNKNOWN)],
)
def test_staleness_limits_still_count_as_fresh(age_s: int, state: State) -> None:
    assert freshness(age_s * 1000, 60_000) is state


def test_streams_get_ten_seconds_before_they_are_stale() -> None:
    assert freshness(10_000, 1_000) is State.LIVE
    assert freshness(10_001, 1_000) is State.STALE
    assert freshness(30_001, 1_000) is State.UNKNOWN
    assert [age_words(ms) for ms in (14_000, 180_000, 7_200_000)] == ["14 s", "3 min", "2 h"]


def test_levels_follow_the_direction_of_the_indicator() -> None:
    change, funding, strength = (CATALOGUE[name].levels for name in ("OI_CHG_4H", "FUND_OIW", "LIQ_INT_1H"))
    assert change is not None
    assert funding is not None
    assert strength is not None
    assert change.of(-0.06, None) is Level.WARNING
    assert change.of(0.06, None) is Level.CALM
    assert funding.of(-0.001, None) is Level.CRITICAL
    assert strength.of(0.004, None) is Level.WARNING
    assert strength.of(0.004, 0.96) is Level.NOTABLE
    assert strength.of(0.004, 0.5) is Level.CALM


def test_a_quiet_volume_never_has_a_level_however_rare() -> None:
    levels = CATALOGUE["LIQ_VOL_LONG_1H"].levels
    assert levels is not None
    assert levels.of(0.0, 1.0) is Level.CALM
    assert levels.of(5.0, 0.9995) is Level.CRITICAL
    assert levels.of(5.0, None) is Level.CALM
