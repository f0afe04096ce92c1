"""The prints drawn in the chart: the newest ones, in order, whoever looks and however many have come."""

from __future__ import annotations

import pytest

from desktop.engine.market.chart_series import KEEP_PRINTS, ChartSeries
from desktop.engine.market.minute_bars import Column, MinuteBars

_ROW = tuple(100.0 for _ in Column)


@pytest.mark.parametrize("count", [0, 1, KEEP_PRINTS, KEEP_PRINTS + 1, 2 * KEEP_PRINTS, 7 * KEEP_PRINTS + 3])
def test_the_newest_prints_are_drawn_in_order(count: int) -> None:
    chart = ChartSeries("BTC", MinuteBars())
    for number in range(count):
        chart.add_print("long" if number % 2 else "short", 100.0 + number, 5.0 * number, 1_000 + number)
    view = chart.view(60_000, (1, _ROW), (None, None))
    assert view is not None
    kept = range(max(0, count - KEEP_PRINTS), count)
    assert view.print_ms.tolist() == [1_000.0 + number for number in kept]
    assert view.print_price.tolist() == [100.0 + number for number in kept]
    assert view.print_usd.tolist() == [5.0 * number for number in kept]
    assert view.print_long.tolist() == [number % 2 == 1 for number in kept]
    assert len(chart._prints) < 8 * KEEP_PRINTS


def test_a_view_once_given_stays_as_it_was() -> None:
    chart = ChartSeries("BTC", MinuteBars())
    chart.add_print("long", 100.0, 5.0, 1_000)
    before = chart.view(60_000, (1, _ROW), (None, None))
    chart.add_print("long", 101.0, 6.0, 2_000)
    after = chart.view(60_000, (1, _ROW), (None, None))
    assert before is not None
    assert after is not None
    assert before.print_ms.tolist() == [1_000.0]
    assert after.print_ms.tolist() == [1_000.0, 2_000.0]
