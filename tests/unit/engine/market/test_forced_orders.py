"""Forced orders are counted at once, and measured whenever somebody looks."""

from __future__ import annotations

from desktop.domain.market import HourBar, Liquidation
from desktop.engine.market.forced_orders import ForcedOrders
from desktop.risk.windows import HOUR_MS, MINUTE_MS

_NOW_MS = 480_000 * HOUR_MS


def _order(number: int, usd: float | None = 10.0, *, at_ms: int = _NOW_MS) -> Liquidation:
    return Liquidation("binance", "BTCUSDT", "BTC", "long", f"{number}", "80000", "fill", usd, at_ms)


def test_what_was_taken_is_measured_at_the_next_look_however_much_it_is() -> None:
    orders = ForcedOrders()
    for number in range(1_300):
        assert orders.take(_order(number), _NOW_MS) == 10.0
        assert len(orders._fresh) < 600
    assert orders.measures.tally.long_usd(MINUTE_MS, _NOW_MS) == 13_000.0
    assert orders.unjudged_usd == 13_000.0
    orders.take(_order(2_000), _NOW_MS)
    assert orders.measures.counter.at(_NOW_MS).prints == 1_301


def test_one_seen_before_or_without_a_size_counts_for_nothing() -> None:
    orders = ForcedOrders()
    assert orders.take(_order(1), _NOW_MS) == 10.0
    assert orders.take(_order(1), _NOW_MS) is None
    for usd in (None, 0.0, float("nan"), float("inf")):
        assert orders.take(_order(2, usd), _NOW_MS) is None
    assert orders.measures.tally.long_usd(MINUTE_MS, _NOW_MS) == 10.0


def test_one_dated_ahead_of_the_clock_happens_now() -> None:
    orders = ForcedOrders()
    orders.take(_order(1, at_ms=_NOW_MS + 90_000), _NOW_MS)
    assert orders.newest_ms == _NOW_MS
    assert orders.measures.tally.long_usd(MINUTE_MS, _NOW_MS + MINUTE_MS) == 0.0


def test_stored_hours_are_as_old_as_their_end() -> None:
    orders = ForcedOrders()
    orders.warm(HourBar(_NOW_MS, 1.0, 1.0, 1.0, 1.0, 60.0, 0.0), _NOW_MS)
    assert orders.newest_ms == _NOW_MS + HOUR_MS
    orders.warm(HourBar(_NOW_MS + HOUR_MS, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0), _NOW_MS)
    assert orders.newest_ms == _NOW_MS + HOUR_MS
    assert orders.measures.tally.long_usd(HOUR_MS, _NOW_MS + HOUR_MS) == 60.0
