"""The practice world's own positions: they fail the wick test from the start, and live through the storm."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop.domain.position import Holding, Position
from desktop.engine.clock import WallClock
from desktop.risk.account.exposure import stand
from desktop.risk.account.exposure_pool import HoldingFacts, PositionFacts
from desktop.risk.account.maintenance import schedule
from desktop.risk.account.wick import Shock, beta_of
from desktop.worlds.practice.exchange import PracticeExchange
from desktop.worlds.practice.positions import TIERS, PracticePositions
from desktop.worlds.practice.practice_store import PracticeStore
from desktop.worlds.practice.storm_shape import SHAPES

PRICES = {coin: shape.start_price for coin, shape in SHAPES.items()} | {"USDT": 1.0, "USDC": 1.0}


class Start:
    """The market at the first moment of the storm."""

    def of_position(self, position: Position) -> PositionFacts:
        """Return the facts of a position."""
        return PositionFacts(PRICES[position.coin], schedule(TIERS), beta_of(position.coin))

    def of_holding(self, holding: Holding) -> HoldingFacts:
        """Return the facts of a holding."""
        return HoldingFacts(PRICES[holding.coin])


def test_the_long_fails_the_wick_and_the_storm_does_not_reach_it(tmp_path: Path) -> None:
    store = PracticeStore(tmp_path / "practice.sqlite")
    try:
        clock = WallClock()
        exchange = PracticeExchange(store, clock)
        held = asyncio.run(PracticePositions(exchange, clock).holdings())
    finally:
        store.close()
    standing = stand(held, Start(), Shock(0.10))
    (position,) = standing.positions
    assert position.survives is False
    assert position.liquidation == pytest.approx(position.computed, rel=1e-4)
    assert {one.holding.coin: one.holding.amount for one in standing.holdings} == exchange.balances()
    assert standing.apart_idle is not None
    assert standing.apart_idle > 100_000
    shape = SHAPES["ETH"]
    assert position.liquidation is not None
    assert position.liquidation < shape.start_price * (1 - shape.fall) * 0.97
