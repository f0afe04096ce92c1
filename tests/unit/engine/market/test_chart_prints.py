"""The prints drawn in the chart: the newest ones, in order, whoever looks and however many have come."""

from __future__ import annotations

import msgspec
import pytest

from desktop.domain.market import LiquidatedSide, Liquidation
from desktop.engine.market.chart_series import KEEP_PRINTS, ChartSeries
from desktop.engine.market.minute_bars import Column, MinuteBars

_ROW = tuple(100.0 for _ in Column)
_TOGETHER = 7


def _order(number: int) -> Liquidation:
    side: LiquidatedSide = "long" if number % 2 else "short"
    price, at_ms = f"{100.0 + number}", 1_000 + number
    return Liquidation("binance", "BTCUSDT", "BTC", side, "1", price, "fill", 5.0 * number, at_ms)


@pytest.mark.parametrize("count", [0, 1, KEEP_PRINTS, KEEP_PRINTS + 1, 2 * KEEP_PRINTS, 7 * KEEP_PRINTS + 3])
def test_the_newest_prints_are_drawn_in_order(count: int) -> None:
    chart = ChartSeries("BTC", MinuteBars())
    for number in range(0, count, _TOGETHER):
        chart.add_prints([_order(one) for one in range(number, min(count, number + _TOGETHER))])
    view = chart.view(60_000, (1, _ROW), (None, None))
    assert view is not None
    kept = range(max(0, count - KEEP_PRINTS), count)
    assert view.print_ms.tolist() == [1_000.0 + number for number in kept]
    assert view.print_price.tolist() == [100.0 + number for number in kept]
    assert view.print_usd.tolist() == [5.0 * number for number in kept]
    assert view.print_long.tolist() == [number % 2 == 1 for number in kept]
    assert all(len(numbers) < 2 * KEEP_PRINTS + 600 for numbers in chart._prints)


def test_a_view_once_given_stays_as_it_was() -> None:
    chart = ChartSeries("BTC", MinuteBars())
    chart.add_prints([_order(0)])
    before = chart.view(60_000, (1, _ROW), (None, None))
    chart.add_prints([_order(1_000)])
    after = chart.view(60_000, (1, _ROW), (None, None))
    assert before is not None
    assert after is not None
    assert before.print_ms.tolist() == [1_000.0]
    assert after.print_ms.tolist() == [1_000.0, 2_000.0]


def test_prices_of_a_contract_quoted_per_thousand_coins_are_drawn_per_coin() -> None:
    chart = ChartSeries("PEPE", MinuteBars())
    chart.per_coin = lambda: {"binance": 0.001}
    for venue in ("binance", "okx"):
        chart.add_prints([msgspec.structs.replace(_order(1), venue=venue)])
    view = chart.view(60_000, (1, _ROW), (None, None))
    assert view is not None
    assert view.print_price.tolist() == [0.101, 101.0]
