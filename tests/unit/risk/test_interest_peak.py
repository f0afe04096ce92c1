"""Open interest against its peak: over the same venues only."""

from __future__ import annotations

import pytest

from desktop.domain.market import HourBar
from desktop.risk.interest_days import InterestDays
from desktop.risk.slow_hours import SlowHours
from desktop.risk.windows import DAY_MS, HOUR_MS

THREE, FOUR = ("binance", "bybit", "okx"), ("binance", "bybit", "okx", "hyperliquid")


def lived(hours: list[tuple[float, tuple[str, ...]]]) -> tuple[SlowHours, int]:
    slow = SlowHours()
    for number, (coins, venues) in enumerate(hours):
        slow.take(HourBar(number * HOUR_MS, 1.0, 1.0, 1.0, 1.0, oi_coins=coins, oi_venues=venues))
    return slow, len(hours) * HOUR_MS


def test_a_venue_that_joins_neither_hides_a_fall_nor_makes_one() -> None:
    slow, now_ms = lived([(100.0, THREE)] * 700 + [(200.0, THREE)] + [(1_000.0, FOUR)] * 10)
    assert slow.peak_venues(now_ms) == THREE
    assert slow.from_peak(150.0, now_ms, THREE) == (pytest.approx(-0.25), 1.0)
    fall, warm = slow.from_peak(900.0, now_ms, FOUR)
    assert fall is None
    assert 0 < warm < 0.1


def test_hours_that_do_not_say_their_venues_compare_with_each_other() -> None:
    slow, now_ms = lived([(100.0, ())] * 720)
    assert slow.peak_venues(now_ms) == ()
    assert slow.from_peak(80.0, now_ms) == (pytest.approx(-0.2), 1.0)


def days_of(pasts: dict[str, dict[int, float]]) -> InterestDays:
    days = InterestDays()
    for venue, past in pasts.items():
        for day, coins in past.items():
            days.take(venue, day * DAY_MS, coins)
    return days


def test_the_most_of_ninety_days_is_that_of_all_venues_on_one_day() -> None:
    bybit = dict.fromkeys(range(400), 100.0) | {330: 400.0, 5: 9_000.0}
    okx = dict.fromkeys(range(400), 50.0) | {331: 300.0}
    days = days_of({"bybit": bybit, "okx": okx})
    now_ms = 400 * DAY_MS + HOUR_MS
    assert days.peak(("bybit",), now_ms) == (400.0, 90)
    assert days.peak(("bybit", "okx"), now_ms) == (450.0, 90), "two peaks on two days are no peak of both"
    assert days.peak((), now_ms) == (None, 0)
    # The day that runs has not ended.
    days.take("bybit", 400 * DAY_MS, 5_000.0)
    assert days.peak(("bybit",), now_ms) == (400.0, 90)


def test_only_venues_that_know_most_of_the_days_are_looked_at() -> None:
    days = days_of({"binance": dict.fromkeys(range(370, 400), 1.0), "okx": dict.fromkeys(range(300, 400), 1.0)})
    now_ms = 400 * DAY_MS
    assert days.venues(now_ms, ("binance", "okx", "bybit")) == ("okx",)
    assert days.venues(now_ms, ("binance",)) == ()
    assert days.peak(("binance", "okx"), now_ms) == (2.0, 30)


def test_a_peak_of_the_days_counts_where_the_hours_do_not_reach() -> None:
    slow, now_ms = lived([(100.0, THREE)] * 720)
    assert slow.from_peak(80.0, now_ms, THREE, (160.0, 60)) == (pytest.approx(-0.5), 1.0)
    assert slow.from_peak(80.0, now_ms, THREE, (90.0, 60)) == (pytest.approx(-0.2), 1.0)
    assert slow.from_peak(80.0, now_ms, ("okx",), (160.0, 60)) == (pytest.approx(-0.5), 1.0)
    fall, warm = slow.from_peak(80.0, now_ms, ("okx",), (160.0, 10))
    assert fall is None
    assert warm == pytest.approx(240 / 504)


def test_without_any_hour_nothing_is_known() -> None:
    slow, now_ms = lived([])
    assert slow.peak_venues(now_ms) == ()
    assert slow.from_peak(80.0, now_ms) == (None, 0.0)
