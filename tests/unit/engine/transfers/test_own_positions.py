"""What a transfer does to open positions: asked freshly before each step, and judged again before sending."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from desktop.engine import commands as cmd
from desktop.risk.account.leaving import Leaving
from tests.fakes.transfer_walk import TransferScene


class Positions:
    """Positions that need all coins but `free` as soon as somebody looked at them `after` times."""

    def __init__(self, free: str, after: int = 0) -> None:
        self.free, self.after = Decimal(free), after
        self.looked: list[str] = []
        self.asked: list[tuple[str, str, Decimal | None]] = []

    async def refresh(self, venue: str, oldest_ms: int) -> None:
        """Note that somebody looks."""
        assert oldest_ms <= 10_000
        self.looked.append(venue)

    def leaving(self, venue: str, coin: str, amount: Decimal, apart: Decimal | None) -> Leaving:
        """Say that the rest is collateral."""
        self.asked.append((venue, coin, apart))
        needed = len(self.looked) > self.after and amount > self.free
        most = self.free if len(self.looked) > self.after else None
        return Leaving(venue, coin, amount, "margin", "", 0.1, True, not needed, most)


def scene(positions: Positions) -> TransferScene:
    """Return a scene in which these are the person's positions."""
    return TransferScene(positions=positions)


def test_no_more_than_what_is_safe_is_proposed_and_more_is_refused() -> None:
    async def run() -> None:
        positions = Positions("0.0011")
        async with scene(positions) as stage:
            await stage.start()
            assert stage.view.leaving is not None
            await stage.do(cmd.SetAmount(stage.id, Decimal("0.4")))
            assert "G7" in [rule for rule, _, _ in stage.view.objections]
            await stage.do(cmd.ConfirmWhat(stage.id))
            assert stage.view.page == "what"
            assert positions.asked[-1] == ("binance", "BTC", Decimal("0.5"))
            await stage.do(cmd.SetAmount(stage.id, Decimal("0.0011")))
            await stage.do(cmd.ConfirmWhat(stage.id))
            assert stage.view.page == "route"

    asyncio.run(run())


def test_nothing_is_proposed_where_nothing_may_leave() -> None:
    async def run() -> None:
        async with scene(Positions("0")) as stage:
            await stage.start()
            assert stage.view.transfer.amount is None

    asyncio.run(run())


def test_positions_are_looked_at_again_before_the_page_to_send_from() -> None:
    async def run() -> None:
        positions = Positions("0.0001", after=3)
        async with scene(positions) as stage:
            await stage.walk_to("proof")
            before = len(positions.looked)
            assert before <= 3
            positions.after = before
            await stage.do(cmd.ProveControl(stage.id))
            assert len(positions.looked) > before
            assert stage.view.page == "send"
            assert any("wick would liquidate" in text for _, text, _ in stage.view.objections)

    asyncio.run(run())


def test_what_was_sent_is_judged_no_more() -> None:
    async def run() -> None:
        positions = Positions("1")
        async with scene(positions) as stage:
            assert not stage.runner.leaves("binance")
            await stage.walk_to("send")
            assert stage.runner.leaves("binance")
            await stage.walk_to("watch")
            assert stage.view.leaving is None
            assert not stage.runner.leaves("binance")

    asyncio.run(run())
