"""Minutes of one venue, with the turnover of all of them."""

from __future__ import annotations

import numpy as np

from desktop.venues.history_minutes import traded_minutes
from desktop.venues.history_rows import HOUR_MS, MINUTE_MS, PriceRow

T = 1_790_000_000_000 // HOUR_MS * HOUR_MS


def minute(number: int, turnover: float | None = 100.0, bought: float | None = 60.0) -> PriceRow:
    return PriceRow(T + number * MINUTE_MS, 10.0, 11.0, 9.0, 10.0 + number / 100, turnover, bought)


def hour(number: int, turnover: float | None) -> PriceRow:
    return PriceRow(T + number * HOUR_MS, 10.0, 11.0, 9.0, 10.0, turnover)


def test_each_minute_carries_what_all_venues_turned_over_in_its_hour() -> None:
    minutes = [minute(number) for number in range(120)]
    others = {"bybit": [hour(0, 3_000.0), hour(1, 6_000.0)], "okx": [hour(0, 3_000.0), hour(1, 0.0)]}
    found = traded_minutes(minutes, others, T, T + 2 * HOUR_MS)
    assert found.first_ms == T
    np.testing.assert_allclose(found.turnover_usd, 200.0)
    np.testing.assert_allclose(found.signed_usd, 40.0)
    assert (found.high[5], found.low[5], found.close[5]) == (11.0, 9.0, 10.05)


def test_a_minute_nobody_told_is_unknown_and_no_zero() -> None:
    minutes = [minute(0), minute(1, turnover=None), minute(2, bought=None), minute(500)]
    found = traded_minutes(minutes, {}, T, T + HOUR_MS)
    assert np.isnan(found.close[3:]).all()
    assert (found.turnover_usd[0], found.signed_usd[0]) == (100.0, 20.0)
    assert np.isnan([found.turnover_usd[1], found.signed_usd[1], found.signed_usd[2]]).all()
    assert found.turnover_usd[2] == 100.0


def test_an_hour_one_venue_is_silent_about_has_no_turnover_and_before_its_first_it_traded_nothing() -> None:
    minutes = [minute(number) for number in range(240)]
    found = traded_minutes(minutes, {"okx": [hour(1, 6_000.0), hour(3, 6_000.0)]}, T, T + 4 * HOUR_MS)
    by_hour = found.turnover_usd.reshape(4, 60)[:, 0]
    np.testing.assert_array_equal(by_hour, [100.0, 200.0, np.nan, 200.0])
    assert not np.isnan(found.close).any()
