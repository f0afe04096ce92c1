"""Offline is off, not dead; a sleep is one gap and nobody's failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from desktop.domain.market import FeedStatus, Gap, Liquidation, Mark, Message
from desktop.engine.commands import SetOffline
from desktop.engine.desk_view import DeskView, FeedView, World
from desktop.engine.engine import Engine
from desktop.engine.engine_parts import EngineParts
from desktop.engine.market.connections import Connections
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.market.market_state import VenueFeed
from desktop.engine.market.venue_health import VenueHealth
from tests.fakes.manual_clock import ManualClock


class PlayedFeed:
    """A feed of a venue that exists only as what the test lets it say."""

    def __init__(self, venue: str, clock: ManualClock) -> None:
        self.venue = venue
        self.rested: list[str] = []
        self.resumed = 0
        self._clock = clock
        self._said: asyncio.Queue[tuple[Message, ...] | None] = asyncio.Queue()

    def say(self, *messages: Message) -> None:
        self._said.put_nowait(messages)

    def mark(self) -> Mark:
        at_ms = self._clock.now_ms()
        return Mark(self.venue, "BTCUSDT", "BTC", "80000", "80000", 0.0001, 8.0, at_ms + 60_000, at_ms)

    async def messages(self) -> AsyncIterator[Sequence[Message]]:
        while (said := await self._said.get()) is not None:
            yield said

    async def watch(self, coins: Sequence[str]) -> None: ...

    async def rest(self, reason: str) -> None:
        self.rested.append(reason)
        self.say(FeedStatus(self.venue, "/x", "closed", reason, self._clock.now_ms()))

    async def resume(self) -> None:
        self.resumed += 1

    async def close(self) -> None:
        self._said.put_nowait(None)


class Bench:
    """A whole engine over played feeds and a clock moved by hand."""

    def __init__(self, world: World = "live", *, offline: bool = False) -> None:
        self.clock = ManualClock()
        self.feeds = [PlayedFeed("binance", self.clock), PlayedFeed("bybit", self.clock)]
        self.market = MarketDesk(("BTC",), (), ("binance", "bybit"))
        self.gated: list[bool] = []
        parts = EngineParts(world, "", self.clock, ("BTC",), self.feeds, self.market, offline=offline)
        parts.gate = self.gated.append
        self.engine = Engine(parts)

    def view(self, venue: str) -> FeedView:
        return next(view for view in self.market.pictures.feed_views(self.clock.now_ms()) if view.venue == venue)

    async def seconds(self, count: int, *, said: bool) -> None:
        for _ in range(count):
            if said:
                for feed in self.feeds:
                    feed.say(feed.mark())
                await turns()
            await self.clock.next_sleep(1.0)
            await self.clock.advance(1.0)
            await turns()

    async def seen(self, wanted: Callable[[DeskView], bool]) -> DeskView:
        while True:
            await turns()
            if self.engine.view is not None and wanted(self.engine.view):
                return self.engine.view


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def play(scene: Callable[[Bench], Awaitable[None]], world: World = "live", *, offline: bool = False) -> None:
    async def whole() -> None:
        bench = Bench(world, offline=offline)
        async with asyncio.timeout(30):
            running = asyncio.create_task(bench.engine.run())
            await turns()
            await scene(bench)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await bench.engine.close()

    asyncio.run(whole())


def _blind_to(market: MarketDesk) -> set[str]:
    """Return the venues that the one incident of silent feeds speaks of."""
    [blind] = [incident for incident in market.incidents() if incident.rule == "feed-dead"]
    return {blind.venue, *blind.venues}


def test_offline_is_shown_as_off_and_is_no_incident() -> None:
    async def scene(bench: Bench) -> None:
        await bench.seconds(3, said=True)
        assert bench.view("binance").state == "live"
        bench.engine.take(SetOffline(True))
        await turns()
        assert [feed.rested for feed in bench.feeds] == [["you are offline by choice"]] * 2
        await bench.seconds(120, said=False)
        view = bench.view("binance")
        assert (view.state, view.reason) == ("off", "Binance is off: you are offline by choice")
        assert bench.market.incidents() == ()
        assert bench.market.pictures.coin_views(bench.clock.now_ms())[0].price.as_of_ms
        bench.engine.take(SetOffline(False))
        await turns()
        assert [feed.resumed for feed in bench.feeds] == [1, 1]
        assert bench.gated == [True, False]
        assert bench.view("binance").state == "connecting"
        await bench.seconds(2, said=True)
        assert bench.view("binance").state == "live"
        assert bench.market.incidents() == ()

    play(scene)


def test_a_dead_feed_that_is_switched_off_closes_its_incident() -> None:
    async def scene(bench: Bench) -> None:
        await bench.seconds(40, said=False)
        assert _blind_to(bench.market) == {"binance", "bybit"}
        bench.engine.take(SetOffline(True))
        await bench.seconds(10, said=False)
        assert all(incident.closed_ms is not None for incident in bench.market.incidents())

    play(scene)


def test_an_engine_may_begin_offline() -> None:
    async def scene(bench: Bench) -> None:
        assert [feed.rested for feed in bench.feeds] == [["you are offline by choice"]] * 2
        view = await bench.seen(lambda view: view.feeds != ())
        assert {feed.state for feed in view.feeds} == {"off"}

    play(scene, offline=True)


def test_a_recording_has_nothing_to_switch_off() -> None:
    async def scene(bench: Bench) -> None:
        bench.engine.take(SetOffline(True))
        view = await bench.seen(lambda view: view.notes != ())
        assert "A recording needs no network" in view.notes[0]
        assert bench.feeds[0].rested == []

    play(scene, "replay")


def test_a_sleep_renews_every_feed_and_blames_none() -> None:
    async def scene(bench: Bench) -> None:
        await bench.seconds(3, said=True)
        await bench.clock.next_sleep(1.0)
        await bench.clock.advance(7 * 3600)
        await turns()
        for feed in bench.feeds:
            (reason,) = feed.rested
            assert reason.startswith("this computer slept from ")
            assert feed.resumed == 1
        assert bench.market.incidents() == ()
        await bench.seconds(20, said=False)
        assert bench.market.incidents() == ()
        since_ms = bench.clock.now_ms() - 7 * 3600_000
        for feed in bench.feeds:
            feed.say(Gap(feed.venue, "/x", "data is back", since_ms, bench.clock.now_ms()), feed.mark())
        await bench.seconds(2, said=True)
        assert bench.view("bybit").state == "live"
        assert bench.market.incidents() == ()

    play(scene)


def test_a_feed_that_does_not_come_back_after_a_sleep_is_an_incident_half_a_minute_later() -> None:
    async def scene(bench: Bench) -> None:
        await bench.seconds(3, said=True)
        await bench.clock.next_sleep(1.0)
        await bench.clock.advance(3600)
        await bench.seconds(33, said=False)
        assert _blind_to(bench.market) == {"binance", "bybit"}

    play(scene)


@pytest.mark.parametrize("off_first", [True, False])
def test_a_venue_that_a_person_closed_stays_closed_when_the_program_comes_back(off_first: bool) -> None:
    async def scene() -> None:
        clock = ManualClock()
        feed = PlayedFeed("binance", clock)
        market = MarketDesk(("BTC",), (), ("binance",))
        connections = Connections([feed], market, clock, lambda messages, now_ms: None)
        if off_first:
            await connections.set_venue("binance", False, "you closed it")
            await connections.set_offline(True)
        else:
            await connections.set_offline(True)
            await connections.set_venue("binance", False, "you closed it")
        await connections.set_offline(False)
        (view,) = market.pictures.feed_views(clock.now_ms())
        assert (view.state, view.reason, feed.resumed) == ("off", "Binance is off: you closed it", 0)
        await connections.set_venue("binance", True, "")
        (view,) = market.pictures.feed_views(clock.now_ms())
        assert (view.state, feed.resumed) == ("connecting", 1)

    asyncio.run(scene())


def test_a_venue_opened_while_offline_comes_back_with_the_program() -> None:
    async def scene() -> None:
        clock = ManualClock()
        feed = PlayedFeed("binance", clock)
        market = MarketDesk(("BTC",), (), ("binance",))
        connections = Connections([feed], market, clock, lambda messages, now_ms: None)
        await connections.set_venue("binance", False, "you closed it")
        await connections.set_offline(True)
        await connections.set_venue("binance", True, "")
        assert feed.resumed == 0
        await connections.set_offline(False)
        assert feed.resumed == 1

    asyncio.run(scene())


def test_a_feed_that_is_coming_to_rest_is_not_resumed_meanwhile() -> None:
    class SlowFeed(PlayedFeed):
        """A feed that takes its time to rest."""

        def __init__(self, clock: ManualClock) -> None:
            super().__init__("binance", clock)
            self.told: list[str] = []
            self.may_rest = asyncio.Event()

        async def rest(self, reason: str) -> None:
            self.told.append("rests")
            await self.may_rest.wait()
            self.told.append("rested")

        async def resume(self) -> None:
            self.told.append("resumes")

    async def scene() -> None:
        clock = ManualClock()
        feed = SlowFeed(clock)
        market = MarketDesk(("BTC",), (), ("binance",))
        connections = Connections([feed], market, clock, lambda messages, now_ms: None)
        slept = asyncio.create_task(connections.renew("this computer slept"))
        await asyncio.sleep(0)
        offline = asyncio.create_task(connections.set_offline(True))
        await asyncio.sleep(0)
        feed.may_rest.set()
        await asyncio.gather(slept, offline)
        assert feed.told == ["rests", "rested", "resumes", "rests", "rested"]

    asyncio.run(scene())


def test_forced_closings_from_before_the_engine_began_are_in_stored_hours_already() -> None:
    async def scene() -> None:
        clock = ManualClock()
        feed = PlayedFeed("hyperliquid", clock)
        market = MarketDesk(("BTC",), (), ("hyperliquid",))
        heard: list[Message] = []
        connections = Connections([feed], market, clock, lambda messages, now_ms: heard.extend(messages))

        def closed(at_ms: int) -> Liquidation:
            return Liquidation("hyperliquid", "BTC", "BTC", "long", "1", "80000", "fill", 8e4, at_ms)

        now_ms = clock.now_ms()
        feed.say(closed(now_ms - 3_600_000), closed(now_ms - 2_000), closed(now_ms))
        await feed.close()
        await connections.follow(feed)
        assert [one.at_ms for one in heard if isinstance(one, Liquidation)] == [now_ms - 2_000, now_ms]

    asyncio.run(scene())


class AskingFeed(PlayedFeed):
    """A feed that also asks questions."""

    share: float | None = 0.4

    def error_share(self, now_ms: int) -> float | None:
        return self.share


def test_failing_questions_are_shown_and_complained_of_and_unknown_stays_unknown() -> None:
    async def whole() -> None:
        bench = Bench()
        asking = AskingFeed("binance", bench.clock)
        connections = Connections([asking, bench.feeds[1]], bench.market, bench.clock, lambda messages, now_ms: None)
        connections.tell_errors(bench.clock.now_ms())
        assert bench.view("binance").error_share == 0.4
        assert bench.view("bybit").error_share is None
        health = VenueHealth(VenueFeed("binance"))
        health.feed.error_share = bench.view("binance").error_share
        assert "answers 40% of requests with an error" in health.complaints(frozenset(), 0)[0].words
        asking.share = None
        connections.tell_errors(bench.clock.now_ms())
        assert bench.view("binance").error_share is None
        asking.share = 0.2
        await connections.set_offline(True)
        connections.tell_errors(bench.clock.now_ms())
        assert bench.view("binance").error_share is None, "of what is off nothing is known"
        await bench.engine.close()

    asyncio.run(whole())
