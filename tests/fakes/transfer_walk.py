"""A person at the guide: reads the page, does what it says, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

from desktop.engine import commands as cmd
from desktop.engine.desk_view import TransferView
from desktop.engine.ports import TransferJournal
from desktop.engine.transfers.own_positions import OwnPositions
from desktop.engine.transfers.transfer_runner import TransferRunner
from tests.fakes.fake_device import FakeDevice
from tests.fakes.manual_clock import ManualClock
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.outside_world import FakeChain, FakeExchange, Outside

MOST_STEPS = 2000


class TransferScene:
    """A runner with everything around it in the test's hand. Use `async with`."""

    def __init__(
        self,
        *,
        journal: TransferJournal | None = None,
        outside: Outside | None = None,
        device: FakeDevice | None = None,
        on_change: Callable[[], None] = lambda: None,
        hurried: bool = False,
        positions: OwnPositions | None = None,
    ) -> None:
        self.outside = outside or Outside()
        self.clock = ManualClock(self.outside.now_ms)
        self.journal = journal if journal is not None else MemoryJournal()
        self.device = device or FakeDevice()
        self.exchange = FakeExchange(self.outside, self.clock)
        self.chain = [
            FakeChain(self.outside, self.clock, "first"),
            FakeChain(self.outside, self.clock, "second", 2000),
        ]
        self.on_change = on_change
        self._hurried = hurried
        self._positions = positions
        self.runner = self._runner()
        self._running: asyncio.Task[None] | None = None

    def _runner(self) -> TransferRunner:
        return TransferRunner(
            clock=self.clock,
            journal=self.journal,
            device=self.device,
            exchanges={"binance": self.exchange},
            chain=self.chain,
            world="practice",
            on_change=lambda: self.on_change(),
            positions=self._positions,
        )

    async def __aenter__(self) -> TransferScene:
        await self.runner.restore()
        self._running = asyncio.create_task(self.runner.run())
        if not self._hurried:  # a hurried person acts on the first page, before anything was looked at
            await self.pass_time(0)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.runner.close()
        assert self._running is not None
        await self._running

    @property
    def view(self) -> TransferView:
        """The newest transfer's view."""
        return self.runner.views()[-1]

    @property
    def id(self) -> str:
        """The newest transfer's id."""
        return self.view.transfer.id

    async def do(self, command: cmd.Command) -> TransferView:
        """Hand in a command and wait until nothing is waited for."""
        await self.runner.handle(command)
        await self.quiet()
        return self.view

    async def start(self, **wishes: object) -> TransferView:
        """Begin a transfer of the outside's coin from binance."""
        return await self.do(cmd.StartTransfer(self.outside.coin, "binance", **wishes))  # type: ignore[arg-type]

    async def quiet(self) -> None:
        """Wait until neither device, exchange, chain nor journal is waited for."""
        for _ in range(12):
            await asyncio.sleep(0)  # lets the runner's own loop take its turn
            await self.runner.settled()

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and what it brings be looked at."""
        await self.clock.advance(seconds)
        self.outside.now_ms = self.clock.now_ms()
        self.outside.keep()
        await self.quiet()

    async def pass_until(self, holds: Callable[[], bool], *, seconds: float = 5) -> None:
        """Let time pass until something holds."""
        for _ in range(MOST_STEPS):
            if holds():
                return
            await self.pass_time(seconds)
        raise AssertionError(f"it never came: {self.view}")

    async def walk_to(self, page: str) -> None:
        """Do what the guide says until it shows this page (and beyond 'send' let time pass)."""
        if not self.runner.views() or self.view.transfer.state in ("verified", "dropped", "failed"):
            await self.start()
        for _ in range(MOST_STEPS):
            if self.view.page == page:
                return
            await self.step()
        raise AssertionError(f"{page} was never reached: {self.view}")

    async def walk_to_verified(self) -> None:
        """Walk the whole way."""
        await self.walk_to("done")
        await self.pass_until(lambda: self.view.transfer.state == "arrived")
        await self.do(cmd.VerifyAgain(self.id))
        assert self.view.transfer.state == "verified", self.view

    async def step(self) -> None:
        """Do the one thing that the page asks for."""
        view = self.view
        match view.page, view.transfer.state:
            case "what", _:
                await self.do(cmd.ConfirmWhat(self.id))
            case "route", _:
                await self.do(cmd.ChooseRoute(self.id, self.outside.network))
            case "destination", "needs_address":
                await self.do(cmd.ShowAddress(self.id))
            case "destination", _:
                await self.do(cmd.ComparePage(self.id, self.save_on_exchange()))
            case "proof", _:
                await self.do(cmd.ProveControl(self.id))
            case "send", _:
                await self.send()
            case "done", "arrived":
                await self.do(cmd.VerifyAgain(self.id))
            case _:
                await self.pass_time(5)

    def save_on_exchange(self) -> str:
        """Save the address that the device showed in the exchange's address book; return what its page then holds."""
        proof = self.view.transfer.destination
        assert proof is not None
        if proof.address not in self.outside.saved:
            self.outside.saved = [*self.outside.saved, proof.address]
            self.outside.keep()
        return proof.address

    async def send(self) -> None:
        """Send on the exchange's own page, unless the guide objects, and say so."""
        if self.view.objections:
            await self.pass_time(1)
            return
        transfer = self.view.transfer
        assert transfer.amount is not None
        assert transfer.destination is not None
        self.outside.withdraw(transfer.destination.address, transfer.amount)
        await self.do(cmd.HaveSent(self.id))


def play(scene: Callable[[TransferScene], object], **parts: object) -> None:
    """Run a scene from start to end on a loop of its own."""

    async def run() -> None:
        async with TransferScene(**parts) as stage:  # type: ignore[arg-type]
            await scene(stage)  # type: ignore[misc]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


TEST_AMOUNT = Decimal("0.0011")
