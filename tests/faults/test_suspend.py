"""This computer sleeps for a night: every socket is opened anew, there is one gap, and the venues' past fills it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import numpy as np

from desktop.alerts.incidents import IncidentChange
from desktop.domain.instrument import InstrumentTable
from desktop.domain.kept_values import DayValue, TradedMinutes
from desktop.domain.market import Gap, HourBar, Message, Trade
from desktop.engine.engine import Engine
from desktop.engine.engine_parts import EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.venues.catalogue import VenueHosts, feeds
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import Client, VenueServer
from tests.faults.bench import MOST_TURNS, bybit_trade, play

MINUTE_MS = 60_000
NIGHT_S = 7 * 3600


class Night:
    """Venues that tell the minutes of every span they are asked for, and nothing else."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def leave_out(self, venues: Collection[str]) -> None: ...

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        self.asked.append((since_ms, until_ms))
        return [HourBar(at, 81_000.0, 81_000.0, 81_000.0, 81_000.0) for at in range(since_ms, until_ms, MINUTE_MS)]

    async def traded(self, coin: str, since_ms: int, until_ms: int) -> TradedMinutes:
        unknown = np.full((until_ms - since_ms) // MINUTE_MS, np.nan)
        return TradedMinutes(since_ms, *[unknown] * 5)

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        return []

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        return {}


class HeardMarket(MarketDesk):
    """A market that keeps what it was told."""

    def __init__(self, coins: Sequence[str], venues: Sequence[str]) -> None:
        super().__init__(coins, (), venues)
        self.told: list[Message] = []

    def fold(self, message: Message, now_ms: int) -> tuple[IncidentChange, ...]:
        self.told.append(message)
        return super().fold(message, now_ms)

    def kinds(self, kind: type) -> list[Message]:
        return [message for message in self.told if isinstance(message, kind)]


async def until_trades(market: HeardMarket, count: int) -> None:
    for _ in range(MOST_TURNS):
        if len(market.kinds(Trade)) >= count:
            return
        await asyncio.sleep(0)
    raise AssertionError("the trade never came")


async def seconds(clock: ManualClock, client: Client, market: HeardMarket, count: int) -> None:
    """Let seconds pass, each with a trade."""
    for _ in range(count):
        before = len(market.kinds(Trade))
        client.send(bybit_trade(clock.now_ms()).decode())
        await until_trades(market, before + 1)
        await clock.next_sleep(1.0)
        await clock.advance(1)


def test_a_night_asleep_is_one_gap_and_is_filled() -> None:
    async def scene() -> None:
        clock, past = ManualClock(), Night()
        async with VenueServer() as server:
            market = HeardMarket(("BTC",), ("bybit",))
            made = feeds({"bybit": VenueHosts(server.url)}, ["BTC"], clock, InstrumentTable())
            engine = Engine(EngineParts("live", "", clock, ("BTC",), made, market, past=past))
            running = asyncio.create_task(engine.run())
            first = await server.joined.get()
            await seconds(clock, first, market, 5)
            asleep_ms, asked_before = clock.now_ms(), len(past.asked)
            await clock.advance(NIGHT_S)
            await first.gone.wait()
            second = await server.joined.get()
            await seconds(clock, second, market, 3)
            assert server.asked == 2, "one socket before, one after"
            (gap,) = market.kinds(Gap)
            assert isinstance(gap, Gap)
            assert gap.reason.startswith("data is back: this computer slept from ")
            assert asleep_ms - 2_000 <= gap.since_ms <= asleep_ms
            assert gap.at_ms - gap.since_ms >= NIGHT_S * 1000
            while not any(until_ms > asleep_ms + MINUTE_MS for _, until_ms in past.asked[asked_before:]):
                await seconds(clock, second, market, 1)
            since_ms, until_ms = past.asked[asked_before]
            assert since_ms <= asleep_ms + MINUTE_MS, "of the minute in which it fell asleep something was heard"
            assert until_ms >= asleep_ms + NIGHT_S * 1000 - MINUTE_MS
            (view,) = market.pictures.feed_views(clock.now_ms())
            assert view.state == "live"
            assert [one.rule for one in market.incidents()] in ([], ["digest"]), "no feed is blamed for the night"
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await engine.close()

    play(scene)
