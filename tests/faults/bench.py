"""A real feed, a real market desk, a clock in the test's hand: what a fault looks like to the person."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Gap, Message, Trade, Unparsed
from desktop.engine.desk_view import ChannelView, FeedView
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.ports import Feed
from desktop.venues.catalogue import VenueHosts, feeds
from tests.fakes.manual_clock import ManualClock

MOST_TURNS = 20_000


def bybit_trade(at_ms: int, price: str = "80000", extra: str = "") -> bytes:
    """Return a trade in the documented form."""
    row = {"T": at_ms, "s": "BTCUSDT", "S": "Sell", "v": "1", "p": price, **({"x": extra} if extra else {})}
    return json.dumps({"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": at_ms, "data": [row]}).encode()


class Bench:
    """Follows one feed, folds what it says, and keeps it."""

    def __init__(self, feed: Feed, clock: ManualClock) -> None:
        self.feed = feed
        self.clock = clock
        self.market = MarketDesk(("BTC",), (), (feed.venue,))
        self.heard: list[Message] = []
        self._task = asyncio.create_task(self._follow())

    @property
    def view(self) -> FeedView:
        """Return the feed as the person sees it."""
        (view,) = self.market.pictures.feed_views(self.clock.now_ms())
        return view

    def channel(self, part: str) -> ChannelView:
        """Return the one channel whose name has this part."""
        (found,) = [channel for channel in self.view.channels if part in channel.name]
        return found

    def gaps(self) -> list[Gap]:
        """Return the gaps told so far."""
        return [one for one in self.heard if isinstance(one, Gap)]

    async def until(self, wanted: Callable[[], bool]) -> None:
        """Wait for what comes through sockets; the time of the clock stands still."""
        for _ in range(MOST_TURNS):
            if wanted():
                return
            await asyncio.sleep(0)
        raise AssertionError(f"it never came; heard {self.heard[-5:]}")

    async def pass_until(self, wanted: Callable[[], bool], seconds: float = 1.0, most: int = 400) -> None:
        """Let time pass, step by step, each with room for sockets to speak, until it is so."""
        for _ in range(most):
            for _ in range(60):
                if wanted():
                    return
                await asyncio.sleep(0)
            await self.clock.advance(seconds)
            self.market.tick(self.clock.now_ms())
        raise AssertionError(f"{most * seconds:.0f} s passed; heard {self.heard[-5:]}")

    async def until_trade(self, count: int = 1) -> None:
        """Wait until so many trades have come."""
        await self.until(lambda: sum(isinstance(one, Trade) for one in self.heard) >= count)

    async def pass_until_down(self, reason: str) -> None:
        """Let time pass until the person sees the feed down for this reason."""
        await self.pass_until(lambda: self.view.state == "down" and reason in self.view.reason)

    async def pass_until_live(self) -> None:
        """Let time pass until the feed has come back by itself, with a gap over what was missed."""
        await self.pass_until(lambda: self.view.state == "live")
        self.market.tick(self.clock.now_ms())
        assert self.view.reason == ""

    def kinds(self) -> set[type]:
        """Return the kinds of trouble told so far."""
        return {type(one) for one in self.heard} & {Gap, FeedStatus, Unparsed}

    async def _follow(self) -> None:
        async for batch in self.feed.messages():
            for message in batch:
                self.market.fold(message, self.clock.now_ms())
                self.heard.append(message)


@asynccontextmanager
async def following(feed: Feed, clock: ManualClock) -> AsyncIterator[Bench]:
    """Follow this feed within the block."""
    bench = Bench(feed, clock)
    try:
        yield bench
    finally:
        await feed.close()
        await bench._task


@asynccontextmanager
async def bybit(url: str, clock: ManualClock | None = None) -> AsyncIterator[Bench]:
    """Follow Bybit's main stream, listening at this address."""
    clock = clock or ManualClock()
    (feed,) = feeds({"bybit": VenueHosts(url)}, ["BTC"], clock, InstrumentTable())
    async with following(feed, clock) as bench:
        yield bench


def play(scene: Callable[[], Awaitable[None]]) -> None:
    """Run a scene on a loop of its own."""

    async def whole() -> None:
        # Names of this machine are known at once: asked in another thread, they would come late by the test's clock.
        asyncio.get_running_loop().getaddrinfo = _known_at_once  # type: ignore[method-assign]
        async with asyncio.timeout(60):
            await scene()

    asyncio.run(whole())


async def _known_at_once(host: str, port: int, **wishes: int) -> object:
    return socket.getaddrinfo(host, port, **wishes)
