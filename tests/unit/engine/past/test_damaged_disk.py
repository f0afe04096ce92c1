"""Whatever the disk does, the feeds go on, alerts ring, and the view says what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from desktop.alerts.incidents import Incident
from desktop.domain.errors import SeawallError
from desktop.domain.market import Message, Trade
from desktop.engine.alerting.incident_keeper import IncidentKeeper
from desktop.engine.desk_view import DeskView
from desktop.engine.engine import Engine, EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.reading import Level
from desktop.storage.incident_journal import IncidentFile
from desktop.storage.indicator_history import IndicatorHistory
from desktop.storage.value_history import ValueHistory
from tests.fakes.manual_clock import ManualClock

pytestmark = pytest.mark.expects_log(r"history: |incidents: ")
RUBBISH = b"this was a table once, and a disk ate it " * 200


class Feed:
    """A feed that says what the test wants."""

    venue = "binance"

    def __init__(self) -> None:
        self.said: asyncio.Queue[tuple[Message, ...] | None] = asyncio.Queue()

    async def messages(self) -> AsyncIterator[Sequence[Message]]:
        while (said := await self.said.get()) is not None:
            yield said

    async def watch(self, coins: Sequence[str]) -> None: ...

    async def rest(self, reason: str) -> None: ...

    async def resume(self) -> None: ...

    async def close(self) -> None:
        self.said.put_nowait(None)


def incident(name: str, level: Level = Level.WARNING) -> Incident:
    return Incident(name, "r", "BTC", level, level, 1, 1, (), None)


class Journal:
    """A journal that refuses while it has a trouble, and waits while it has a gate."""

    def __init__(self) -> None:
        self.trouble = ""
        self.gate: asyncio.Event | None = None
        self.kept: list[str] = []

    async def keep(self, incident: Incident) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble:
            raise SeawallError(self.trouble)
        self.kept.append(f"{incident.id} {incident.level}")

    async def recent(self, limit: int) -> list[Incident]:
        if self.trouble:
            raise SeawallError(self.trouble)
        return [incident("old")]


def keeping(scene: Callable[[IncidentKeeper, Journal, list[str]], Awaitable[None]]) -> None:
    async def run() -> None:
        journal, told = Journal(), list[str]()
        keeper = IncidentKeeper(journal, patience_seconds=0.02)
        keeper.on_trouble = lambda error: told.append(error.message)
        async with asyncio.timeout(20):
            await scene(keeper, journal, told)
            await keeper.close()

    asyncio.run(run())


def test_with_every_table_damaged_prices_are_seen_and_the_view_names_the_files(tmp_path: Path) -> None:
    names = ("history.sqlite", "values.sqlite", "incidents.sqlite")
    for name in names:
        (tmp_path / name).write_bytes(RUBBISH)

    async def run() -> DeskView:
        clock, feed = ManualClock(), Feed()
        bars, values = IndicatorHistory(tmp_path / names[0]), ValueHistory(tmp_path / names[1])
        journal = IncidentFile(tmp_path / names[2])
        market = MarketDesk(["BTC"], (), ("binance",))
        parts = EngineParts("live", "", clock, ("BTC",), [feed], market)
        parts.history = parts.history_sink = bars
        parts.values, parts.incidents = values, journal
        parts.closers = [bars.close, values.close, journal.close]
        engine = Engine(parts)
        running = asyncio.create_task(engine.run())
        at_ms = clock.now_ms()
        feed.said.put_nowait((Trade("binance", "BTCUSDT", "BTC", "buy", "1", "80000", at_ms),))
        while True:
            await clock.next_sleep(1.0)
            await clock.advance(61.0)
            await asyncio.wait({running}, timeout=0.05)
            assert not running.done()
            view = engine.view
            if view is not None and view.history is not None and "values.sqlite" in view.history.reason:
                break
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await engine.close()
        return view

    async def in_time() -> DeskView:
        async with asyncio.timeout(60):
            return await run()

    view = asyncio.run(in_time())
    assert view.coins[0].price.as_of_ms > 0
    assert view.history is not None
    assert view.history.state == "trouble"
    for name in names:
        assert any(name in note for note in view.notes)


def test_an_incident_that_could_not_be_kept_is_kept_with_the_next_one_as_it_stood_last() -> None:
    async def scene(keeper: IncidentKeeper, journal: Journal, told: list[str]) -> None:
        journal.trouble = "disk full"
        await keeper.keep(incident("a"))
        await keeper.keep(incident("a", Level.CRITICAL))
        assert told == ["disk full"]
        journal.trouble = ""
        await keeper.keep(incident("b"))
        assert journal.kept == ["a 3", "b 2"]
        journal.trouble = "disk full"
        await keeper.keep(incident("c"))
        assert told == ["disk full", "disk full"]

    keeping(scene)


def test_nobody_waits_for_a_disk_that_does_not_answer() -> None:
    async def scene(keeper: IncidentKeeper, journal: Journal, told: list[str]) -> None:
        journal.gate = asyncio.Event()
        await keeper.keep(incident("a"))
        await keeper.keep(incident("b"))
        assert journal.kept == []
        journal.gate.set()
        await keeper.keep(incident("c"))
        assert journal.kept == ["a 2", "b 2", "c 2"]

    keeping(scene)


def test_incidents_that_cannot_be_read_are_none_and_that_is_told() -> None:
    async def scene(keeper: IncidentKeeper, journal: Journal, told: list[str]) -> None:
        assert [one.id for one in await keeper.recent(5)] == ["old"]
        journal.trouble = "damaged"
        assert await keeper.recent(5) == []
        assert told == ["damaged"]
        await keeper.keep(incident("a"))

    keeping(scene)
