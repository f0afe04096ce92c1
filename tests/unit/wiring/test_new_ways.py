"""A proxy or a host that a person changes counts at once: all is opened anew by the new way, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable

import pytest

from desktop.domain.errors import BadInput
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Gap, Liquidation
from desktop.engine.commands import KeepPreferences
from desktop.engine.engine import Engine
from desktop.engine.engine_parts import EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.preferences import PreferenceDesk, Preferences, VenueAddresses
from desktop.venues.catalogue import LIVE_HOSTS, VenueHosts, feeds
from desktop.venues.http import RestDoor
from desktop.venues.outbound import Outbound, Way
from desktop.wiring import new_ways
from desktop.wiring.new_ways import NewWays
from tests.fakes.manual_clock import ManualClock
from tests.fakes.proxy import Proxy
from tests.fakes.venue_server import Client, VenueServer
from tests.faults.bad_venue import BadVenue, Talk
from tests.faults.bench import bybit_trade


class Kept:
    """Keeps preferences for the length of a test."""

    addresses: tuple[VenueAddresses, ...] = ()

    async def load(self) -> Preferences:
        return Preferences()

    async def keep(self, wanted: Preferences) -> None:
        """Take them."""


def no_secrets() -> object:
    """Return a keychain without anything in it."""

    class Empty:
        def get(self, name: str) -> None:
            return None

    return Empty()


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(30):
            await scene()

    asyncio.run(whole())


def ways(outbound: Outbound, *names: str) -> NewWays:
    return NewWays(outbound, names, no_secrets)  # type: ignore[arg-type]


def forced(at_ms: int, size: str) -> str:
    row = {"T": at_ms, "s": "BTCUSDT", "S": "Buy", "v": size, "p": "80000"}
    return json.dumps({"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": at_ms, "data": [row]})


async def until(wanted: Callable[[], bool]) -> None:
    for _ in range(20_000):
        if wanted():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came")


async def joined(server: VenueServer) -> Client:
    client = await server.joined.get()
    assert "allLiquidation.BTCUSDT" in await client.heard.get()
    return client


def test_another_proxy_renews_the_socket_at_once_and_what_was_counted_stays() -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with VenueServer() as server, Proxy("http", server.port) as one, Proxy("socks5", server.port) as other:
            outbound = Outbound(clock, one.url)
            hosts = {"bybit": VenueHosts("ws://stream.test")}
            made = feeds(hosts, ["BTC"], clock, InstrumentTable(), outbound=outbound)
            market = MarketDesk(("BTC",), (), ("bybit",))
            parts = EngineParts("live", "", clock, ("BTC",), made, market)
            parts.preferences, parts.take_ways = PreferenceDesk(Kept()), ways(outbound, "bybit").take
            engine = Engine(parts)
            heard: list[object] = []
            fold = market.fold_all
            market.fold_all = lambda told, now_ms: (heard.extend(told), fold(told, now_ms))[1]  # type: ignore[method-assign]
            running = asyncio.create_task(engine.run())
            first = await joined(server)
            first.send(forced(clock.now_ms(), "1"))
            await until(lambda: any(isinstance(message, Liquidation) for message in heard))
            engine.take(KeepPreferences(Preferences(proxy=other.url)))
            await first.gone.wait()
            second = await joined(server)
            await clock.advance(1)
            second.send(bybit_trade(clock.now_ms()).decode())
            second.send(forced(clock.now_ms(), "2"))
            await until(lambda: sum(isinstance(message, Liquidation) for message in heard) == 2)
            assert (one.led, other.led) == (1, 1)
            assert other.asked_for.get_nowait() == "stream.test:80"
            gaps = [message for message in heard if isinstance(message, Gap)]
            assert [gap.reason for gap in gaps] == ["data is back: the way there was changed in the settings"]
            (coin,) = market.pictures.coin_views(clock.now_ms())
            assert coin.readings["LIQ_VOL_LONG_1H"].value == 240_000
            assert market.incidents() == ()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await engine.close()

    play(scene)


def test_requests_go_the_new_way_and_one_under_way_still_has_its_answer() -> None:
    async def scene() -> None:
        clock = ManualClock()
        goes_on = asyncio.Event()

        async def slow(talk: Talk) -> None:
            await talk.head()
            await goes_on.wait()
            await talk.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow")

        async def quick(talk: Talk) -> None:
            await talk.answer("200 OK", b"quick")

        async with (
            BadVenue(slow, quick) as host,
            Proxy("socks5", host.port) as one,
            Proxy("http", host.port) as other,
        ):
            outbound = Outbound(clock, one.url)
            async with RestDoor("http://venue.test", clock, outbound=outbound) as door:
                asking = asyncio.create_task(door.get("/x", {}))
                await until(lambda: host.joined == 1)
                await outbound.change(other.url.replace("http", "socks5"), {})
                await outbound.change("", {"http://venue.test": f"http://127.0.0.1:{host.port}"})
                assert await door.get("/x", {}) == b"quick"
                goes_on.set()
                assert await asking == b"slow"
            assert (one.led, other.led) == (1, 0)

    play(scene)


@pytest.mark.parametrize(
    ("wanted", "renewed"),
    [
        (Preferences(), set()),
        (Preferences(proxy="http://10.0.0.1:3128"), {"binance", "bybit", "context"}),
        (Preferences(hosts={"bybit": {"rest": "https://api.bybit.eu"}}), {"bybit"}),
        (Preferences(hosts={"bybit": {"rest": LIVE_HOSTS["bybit"].rest}}), set()),
    ],
)
def test_only_what_goes_another_way_is_renewed(wanted: Preferences, renewed: set[str]) -> None:
    async def scene() -> None:
        outbound = Outbound(ManualClock())
        new = ways(outbound, "binance", "bybit", "context")
        assert await new.take(wanted) == renewed
        assert await new.take(wanted) == set()
        assert await new.take(Preferences()) == renewed

    play(scene)


def test_another_host_takes_the_place_of_the_shipped_one_with_path_and_query() -> None:
    async def scene() -> None:
        outbound = Outbound(ManualClock())
        new = ways(outbound)
        await new.take(Preferences(hosts={"bybit": {"ws": "wss://stream.bybit.eu"}}))
        assert outbound.way_to("wss://stream.bybit.com/v5/public/linear?a=1") == Way(
            "wss://stream.bybit.eu/v5/public/linear?a=1"
        )
        assert outbound.way_to("wss://stream.bybit.com.evil.test/x") == Way("wss://stream.bybit.com.evil.test/x")
        with pytest.raises(BadInput, match=r"evil\.test"):
            await new.take(Preferences(hosts={"bybit": {"ws": "wss://evil.test"}}))
        assert outbound.way_to("wss://stream.bybit.com/x").url == "wss://stream.bybit.eu/x"

    play(scene)


def test_a_keychain_that_waits_for_the_person_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_ways, "KEYCHAIN_SECONDS", 0.01)
    asked = threading.Event()

    class Locked:
        def get(self, name: str) -> None:
            asked.wait(20)

    async def scene() -> None:
        outbound = Outbound(ManualClock())
        new = NewWays(outbound, ("bybit",), lambda: Locked())  # type: ignore[arg-type, return-value]
        assert await new.take(Preferences(proxy="http://10.0.0.1:3128")) == {"bybit"}
        assert outbound.way_to("https://venue.test").proxy == "http://10.0.0.1:3128"
        asked.set()

    play(scene)


def test_a_login_stays_with_its_proxy_until_there_is_another() -> None:
    held = {"proxy-login": "me:secret"}

    class Keychain:
        def get(self, name: str) -> str | None:
            return held.get(name)

    async def scene() -> None:
        outbound = Outbound(ManualClock())
        new = NewWays(outbound, ("bybit",), lambda: Keychain())  # type: ignore[arg-type, return-value]
        wanted = Preferences(proxy="http://10.0.0.1:3128")

        async def proxy_after(wanted: Preferences) -> tuple[str, set[str]]:
            renewed = await new.take(wanted)
            return outbound.way_to("https://venue.test").proxy, set(renewed)

        assert await proxy_after(wanted) == ("http://me:secret@10.0.0.1:3128", {"bybit"})
        held.clear()
        assert await proxy_after(wanted) == ("http://me:secret@10.0.0.1:3128", set())
        held["proxy-login"] = "me:other"
        assert await proxy_after(wanted) == ("http://me:other@10.0.0.1:3128", {"bybit"})
        held.clear()
        assert await proxy_after(Preferences(proxy="http://10.0.0.2:3128")) == ("http://10.0.0.2:3128", {"bybit"})
        assert await proxy_after(Preferences()) == ("", {"bybit"})

    play(scene)
