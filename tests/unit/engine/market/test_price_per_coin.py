"""Some contracts are quoted per thousand coins: what a person sees is the price of one, whichever venue tells it."""

from __future__ import annotations

import pytest

from desktop.domain.market import Liquidation, Mark, Message, Trade
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.windows import MINUTE_MS
from tests.fakes.market_tape import START_MS

THOUSAND, SINGLE = ("binance", "1000PEPEUSDT"), ("okx", "PEPE-USDT-SWAP")


class Pepe:
    """A desk that watches PEPE on a venue that quotes a thousand of it, and on one that quotes one."""

    def __init__(self) -> None:
        self.desk = MarketDesk(("PEPE",), (), ("binance", "okx"))
        self.now_ms = START_MS

    def fold(self, message: Message) -> None:
        self.desk.fold(message, self.now_ms)

    def trade(self, contract: tuple[str, str], price: str) -> None:
        self.fold(Trade(*contract, "PEPE", "sell", "1000", price, self.now_ms))

    def seconds(self, count: int, contract: tuple[str, str], price: str) -> None:
        """Let one venue alone be heard."""
        for _ in range(count):
            self.now_ms += 1_000
            self.trade(contract, price)
            self.desk.tick(self.now_ms)

    def price(self) -> float | None:
        return self.desk.pictures.coin_views(self.now_ms)[0].price.value


def test_the_price_is_that_of_one_coin_and_does_not_jump_with_the_venue() -> None:
    pepe = Pepe()
    pepe.trade(SINGLE, "0.0123")
    pepe.trade(THOUSAND, "12.3")
    pepe.seconds(2, THOUSAND, "12.3")
    assert pepe.price() == pytest.approx(0.0123)
    pepe.seconds(1, THOUSAND, "12.4")
    assert pepe.price() == pytest.approx(0.0124)
    pepe.seconds(12, SINGLE, "0.0125")
    assert pepe.price() == pytest.approx(0.0125)
    chart = pepe.desk.pictures.chart("PEPE", MINUTE_MS, pepe.now_ms)
    assert chart is not None
    assert (chart.low[-1], chart.high[-1]) == (pytest.approx(0.0123), pytest.approx(0.0125))


def test_marks_and_forced_orders_are_drawn_at_the_price_of_one_coin() -> None:
    pepe = Pepe()
    pepe.fold(Mark(*THOUSAND, "PEPE", "12.5", "12.5", 0.0001, 8.0, None, pepe.now_ms))
    pepe.desk.tick(pepe.now_ms)
    assert pepe.price() == pytest.approx(0.0125)
    pepe.fold(Liquidation(*THOUSAND, "PEPE", "long", "1000000", "12.25", "fill", 12_250.0, pepe.now_ms))
    pepe.seconds(1, THOUSAND, "12.5")
    chart = pepe.desk.pictures.chart("PEPE", MINUTE_MS, pepe.now_ms)
    assert chart is not None
    assert list(chart.print_price) == [pytest.approx(0.01225)]
    assert list(chart.print_usd) == [12_250.0]
