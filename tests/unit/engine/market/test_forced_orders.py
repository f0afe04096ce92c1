"""Forced orders are taken as they come, and measured whenever somebody looks."""

from __future__ import annotations

from desktop.domain.market import HourBar, Liquidation
from desktop.engine.market.forced_orders import ForcedOrders
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.windows import HOUR_MS, MINUTE_MS

_NOW_MS = 480_000 * HOUR_MS


def _order(number: int, usd: float | None = 10.0, *, at_ms: int = _NOW_MS, coin: str = "BTC") -> Liquidation:
    return Liquidation("binance", f"{coin}USDT", coin, "long", f"{number}", "80000", "fill", usd, at_ms)


def _desk() -> MarketDesk:
    return MarketDesk(("BTC", "ETH"), (), ("binance",))


def _orders(desk: MarketDesk, coin: str = "BTC") -> ForcedOrders:
    return desk._floor.orders[coin]


def test_what_was_taken_is_measured_at_the_next_look_however_much_it_is() -> None:
    desk = _desk()
    orders, settled = _orders(desk), list[Liquidation]()
    orders.on_settled = settled.extend
    for number in range(0, 1_300, 13):
        desk.fold_all([_order(one) for one in range(number, number + 13)], _NOW_MS)
        assert len(orders.waiting) < 600
    assert orders.measures.tally.long_usd(MINUTE_MS, _NOW_MS) == 13_000.0
    assert [one.quantity for one in settled] == [f"{number}" for number in range(1_300)]
    desk.fold(_order(2_000), _NOW_MS)
    assert orders.measures.counter.at(_NOW_MS).prints == 1_301


def test_one_seen_before_or_without_a_size_counts_for_nothing() -> None:
    desk = _desk()
    desk.fold(_order(1), _NOW_MS)
    desk.fold(_order(1), _NOW_MS)
    desk.fold_all([_order(1), _order(3), _order(3), _order(4, coin="ETH")], _NOW_MS)
    for usd in (None, 0.0, float("nan"), float("inf")):
        desk.fold(_order(2, usd), _NOW_MS)
    assert _orders(desk).measures.tally.long_usd(MINUTE_MS, _NOW_MS) == 20.0
    assert _orders(desk, "ETH").measures.tally.long_usd(MINUTE_MS, _NOW_MS) == 10.0


def test_one_dated_ahead_of_the_clock_happens_now() -> None:
    desk = _desk()
    desk.fold_all([_order(1, at_ms=_NOW_MS + 90_000), _order(2)], _NOW_MS)
    assert _orders(desk).newest_ms == _NOW_MS
    assert _orders(desk).measures.tally.long_usd(MINUTE_MS, _NOW_MS) == 20.0
    assert _orders(desk).measures.tally.long_usd(MINUTE_MS, _NOW_MS + MINUTE_MS) == 0.0


def test_what_was_judged_weighs_no_more() -> None:
    orders = ForcedOrders()
    orders.waiting.append(_order(1))
    orders.unjudged_usd = 10.0
    assert [orders.weigh(usd) for usd in (11.0, 10.0, 10.0)] == [False, True, False]


def test_stored_hours_are_as_old_as_their_end() -> None:
    orders = ForcedOrders()
    orders.warm(HourBar(_NOW_MS, 1.0, 1.0, 1.0, 1.0, 60.0, 0.0), _NOW_MS)
    assert orders.newest_ms == _NOW_MS + HOUR_MS
    orders.warm(HourBar(_NOW_MS + HOUR_MS, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0), _NOW_MS)
    assert orders.newest_ms == _NOW_MS + HOUR_MS
    assert orders.measures.tally.long_usd(HOUR_MS, _NOW_MS + HOUR_MS) == 60.0
