"""Bars joined over venues: prices in one unit, open interest over named venues, funding per 8 h."""

from __future__ import annotations

import pytest

from desktop.venues.history_bars import VenuePast, bars, day_values, funding_by_bar
from desktop.venues.history_rows import DAY_MS, HOUR_MS, FundingRow, InterestRow, PriceRow

T = 1_790_006_400_000 // DAY_MS * DAY_MS


def price(hour: int, close: float = 100.0) -> PriceRow:
    return PriceRow(T + hour * HOUR_MS, close, close + 1, close - 1, close)


def test_the_first_venue_carries_the_price_and_others_fill_its_holes_all_per_coin() -> None:
    first = VenuePast(1000.0, (price(0), price(2)))
    second = VenuePast(1.0, (price(0, 0.2), price(1, 0.2)))
    found = bars({"binance": first, "okx": second}, HOUR_MS)
    assert [(bar.open_ms - T) // HOUR_MS for bar in found] == [0, 1, 2]
    assert [bar.close for bar in found] == pytest.approx([0.1, 0.2, 0.1])
    assert [bar.low for bar in found] == pytest.approx([0.099, -0.8, 0.099])


def test_open_interest_at_the_end_of_a_bar_is_summed_over_the_venues_that_said_it() -> None:
    a = VenuePast(
        1000.0, (price(0), price(1)), (InterestRow(T + HOUR_MS, 5_000.0), InterestRow(T + 2 * HOUR_MS, 6.0))
    )
    b = VenuePast(1.0, (), (InterestRow(T + HOUR_MS + 9, 7_000.0, 777.0),))
    first, second = bars({"a": a, "b": b}, HOUR_MS)
    assert (first.oi_coins, first.oi_usd, first.oi_venues) == (12_000.0, 500.0 + 777.0, ("a", "b"))
    assert (second.oi_coins, second.oi_venues) == (6.0, ("a",))
    assert (first.long_usd, first.short_usd) == (None, None)


def test_without_any_open_interest_there_is_none_and_no_funding_weight() -> None:
    past = VenuePast(1.0, (price(0),), (), (FundingRow(T, 0.001), FundingRow(T + 8 * HOUR_MS, 0.001)))
    (bar,) = bars({"hyperliquid": past}, HOUR_MS)
    assert (bar.oi_coins, bar.oi_usd, bar.oi_venues, bar.funding_8h) == (None, None, (), None)


def test_a_settlement_pays_for_the_time_before_it_and_its_interval_is_found() -> None:
    times = [(0, 0.0001), (8, 0.0008), (12, 0.0002), (16, 0.0003)]
    rates = funding_by_bar([FundingRow(T + hour * HOUR_MS + 7, rate) for hour, rate in times], HOUR_MS)
    assert rates[T + 7 * HOUR_MS] == pytest.approx(0.0008)
    assert rates[T + 8 * HOUR_MS] == pytest.approx(0.0004)
    assert rates[T + 15 * HOUR_MS] == pytest.approx(0.0006)
    assert T + 16 * HOUR_MS not in rates


def test_a_missing_settlement_leaves_its_hours_unknown() -> None:
    rates = funding_by_bar([FundingRow(T + hour * HOUR_MS, 0.001) for hour in (0, 8, 24)], HOUR_MS)
    assert T + 10 * HOUR_MS not in rates
    assert rates[T + 20 * HOUR_MS] == pytest.approx(0.001)


def test_a_day_needs_most_of_its_settlements() -> None:
    hourly = [FundingRow(T + hour * HOUR_MS, 0.0001) for hour in range(1, 25)]
    assert funding_by_bar(hourly, DAY_MS)[T] == pytest.approx(0.0008)
    assert T not in funding_by_bar(hourly[:12], DAY_MS)


def test_funding_is_weighted_by_open_interest() -> None:
    def past(rate: float, coins: float) -> VenuePast:
        settled = (FundingRow(T, rate), FundingRow(T + 8 * HOUR_MS, rate))
        return VenuePast(1.0, (price(0),), (InterestRow(T + HOUR_MS, coins),), settled)

    (bar,) = bars({"a": past(0.001, 30.0), "b": past(0.003, 10.0)}, HOUR_MS)
    assert bar.funding_8h == pytest.approx(0.0015)


def test_days_are_kept_under_the_names_of_what_they_are() -> None:
    row = PriceRow(T, 100.0, 120.0, 80.0, 110.0)
    past = VenuePast(1.0, (row,), (InterestRow(T + DAY_MS, 9.0),))
    found = day_values(bars({"a": past}, DAY_MS))
    assert set(found) == {"PRICE", "OI_COINS", "OI_USD"}
    (day,) = found["PRICE"]
    assert (day.least, day.most, day.last, day.minutes, day.origin) == (80.0, 120.0, 110.0, 1440, "filled")
    assert found["OI_COINS"][0].last == 9.0
