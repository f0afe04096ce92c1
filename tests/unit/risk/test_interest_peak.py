"""Open interest against its peak: over the same venues only."""

from __future__ import annotations

import pytest

from desktop.domain.market import HourBar
from desktop.risk.slow_hours import SlowHours
from desktop.risk.windows import HOUR_MS

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


def test_without_any_hour_nothing_is_known() -> None:
    slow, now_ms = lived([])
    assert slow.peak_venues(now_ms) == ()
    assert slow.from_peak(80.0, now_ms) == (None, 0.0)
