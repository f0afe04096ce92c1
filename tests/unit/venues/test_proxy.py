"""A person's proxy carries every socket and every request, resolves the names, and is named when it fails."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal
from urllib.parse import urlsplit

import pytest

from desktop.domain.errors import NetworkTrouble
from desktop.domain.instrument import InstrumentTable
from desktop.venues.catalogue import LIVE_HOSTS, feeds
from desktop.venues.http import WHOLE_SECONDS, RestDoor
from desktop.venues.outbound import Outbound, is_loopback
from desktop.venues.reach import seconds_to_reach
from desktop.venues.rest_line import RestLine
from desktop.venues.socket_line import SocketLine
from desktop.worlds.practice.http_server import HttpServer, text_answer
from tests.fakes.manual_clock import ManualClock
from tests.fakes.proxy import Manner, Proxy
from tests.fakes.venue_server import VenueServer

Kind = Literal["http", "socks5"]
KINDS: list[Kind] = ["http", "socks5"]


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20):
            await scene()

    asyncio.run(whole())


def play_refused(scene: Callable[[], Awaitable[None]]) -> None:
    """Play a scene in which a SOCKS proxy refuses requests: httpx leaves the connection to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        play(scene)
        gc.collect()


@pytest.mark.parametrize("kind", KINDS)
def test_a_socket_goes_through_the_proxy_which_resolves_the_name(kind: Kind) -> None:
    async def scene() -> None:
        async with VenueServer() as venue, Proxy(kind, venue.port) as proxy:
            heard: asyncio.Queue[Sequence[bytes]] = asyncio.Queue()
            line = SocketLine(heard.put_nowait)
            await line.open("ws://venue.test:8080/x", ManualClock(), 10, proxy.url)
            (await venue.joined.get()).send("hello")
            assert await heard.get() == [b"hello"]
            assert proxy.asked_for.get_nowait() == "venue.test:8080"
            await line.close()

    play(scene)


def test_a_request_goes_through_a_socks_proxy_which_resolves_the_name() -> None:
    async def scene() -> None:
        server = HttpServer(lambda request: text_answer(request.path))
        await server.start()
        clock = ManualClock()
        async with Proxy("socks5", server.port) as proxy:
            async with RestDoor("http://venue.test", clock, outbound=Outbound(clock, proxy.url)) as door:
                assert await door.get("/x", {}) == b"/x"
            assert proxy.asked_for.get_nowait() == "venue.test:80"
        await server.close()

    play(scene)


def test_a_request_goes_through_an_http_proxy_to_tls_at_the_host() -> None:
    async def scene() -> None:
        server = HttpServer(lambda request: text_answer("never"))
        await server.start()
        clock = ManualClock()
        async with Proxy("http", server.port) as proxy:
            async with RestDoor("https://venue.test", clock, outbound=Outbound(clock, proxy.url)) as door:
                with pytest.raises(
                    NetworkTrouble, match=r"venue\.test through the proxy .* cannot be reached: \[SSL"
                ):
                    await door.get("/x", {})
            assert proxy.asked_for.get_nowait() == "venue.test:443"
        await server.close()

    play(scene)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("manner", ["refuse", "hang up"])
def test_a_proxy_that_will_not_is_named(kind: Kind, manner: Manner) -> None:
    async def scene() -> None:
        async with Proxy(kind, manner=manner) as proxy:
            with pytest.raises(
                NetworkTrouble, match=r"venue\.test through the proxy 127\.0\.0\.1:\d+ cannot be reached"
            ):
                await SocketLine(lambda messages: None).open("wss://venue.test/x", ManualClock(), 10, proxy.url)

    play(scene)


@pytest.mark.parametrize("manner", ["refuse", "hang up"])
def test_an_http_proxy_that_will_not_is_named_for_requests_too(manner: Manner) -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with (
            Proxy("http", manner=manner) as proxy,
            RestDoor("https://venue.test", clock, outbound=Outbound(clock, proxy.url)) as door,
        ):
            with pytest.raises(
                NetworkTrouble, match=r"venue\.test through the proxy 127\.0\.0\.1:\d+ cannot be reached"
            ):
                await door.get("/x", {})

    play(scene)


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_says_nothing_is_given_up_in_time(kind: Kind) -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with Proxy(kind, manner="say nothing") as proxy:
            line = SocketLine(lambda messages: None)
            opening = asyncio.create_task(line.open("wss://venue.test/x", clock, 10, proxy.url))
            await proxy.asked_for.get()
            await clock.advance(10)
            with pytest.raises(NetworkTrouble, match="did not answer within 10 s"):
                await opening

    play(scene)


@pytest.mark.parametrize("kind", KINDS)
def test_requests_go_on_when_a_proxy_that_said_nothing_speaks_again(kind: Kind) -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with (
            Proxy(kind, manner="say nothing") as proxy,
            RestDoor("https://venue.test", clock, outbound=Outbound(clock, proxy.url)) as door,
        ):
            for _ in range(5):  # more than there are connections to a host
                asking = asyncio.create_task(door.get("/x", {}))
                await proxy.asked_for.get()
                await clock.advance(WHOLE_SECONDS)
                with pytest.raises(NetworkTrouble, match=r"through the proxy .* did not answer in time"):
                    await asking
            proxy.manner = "refuse"
            with pytest.raises(NetworkTrouble, match=r"through the proxy .* cannot be reached"):
                await door.get("/x", {})

    play_refused(scene)


def test_nobody_listens_where_the_proxy_should_be() -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with Proxy("http") as proxy:
            url = proxy.url
        words = r"the proxy 127\.0\.0\.1:\d+ on the way to venue\.test cannot be reached: .*\. Start it, or choose"
        with pytest.raises(NetworkTrouble, match=words) as by_socket:
            await SocketLine(lambda messages: None).open("wss://venue.test/x", clock, 10, url)
        async with RestDoor("https://venue.test", clock, outbound=Outbound(clock, url)) as door:
            with pytest.raises(NetworkTrouble, match=words) as by_rest:
                await door.get("/x", {})
        for caught in (by_socket, by_rest):
            assert caught.value.remedy == "Start it, or choose another one in the settings, Network."

    play(scene)


LOGIN = "me@home:p:a/ss word?"


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_wants_name_and_password_gets_them_for_sockets(kind: Kind) -> None:
    async def scene() -> None:
        async with VenueServer() as venue, Proxy(kind, venue.port, login=LOGIN) as proxy:
            way = Outbound(ManualClock(), proxy.url, login=LOGIN).way_to("ws://venue.test/x")
            line = SocketLine(lambda messages: None)
            await line.open(way.url, ManualClock(), 10, way.proxy)
            assert proxy.asked_for.get_nowait() == "venue.test:80"
            await line.close()

    play(scene)


def test_a_proxy_that_wants_name_and_password_gets_them_for_requests() -> None:
    async def scene() -> None:
        server = HttpServer(lambda request: text_answer(request.path))
        await server.start()
        clock = ManualClock()
        async with Proxy("socks5", server.port, login=LOGIN) as proxy:
            outbound = Outbound(clock, proxy.url, login=LOGIN)
            async with RestDoor("http://venue.test", clock, outbound=outbound) as door:
                assert await door.get("/x", {}) == b"/x"
        await server.close()

    play(scene)


@pytest.mark.parametrize("login", ["", "me:wrong-password"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_login_that_a_proxy_does_not_take_is_said_and_stands_in_no_message(kind: Kind, login: str) -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with Proxy(kind, login=LOGIN) as proxy:
            outbound = Outbound(clock, proxy.url, login=login)
            way = outbound.way_to("wss://venue.test/x")
            with pytest.raises(NetworkTrouble, match=r"venue\.test through the proxy 127\.0\.0\.1") as by_socket:
                await SocketLine(lambda messages: None).open(way.url, clock, 10, way.proxy)
            async with RestDoor("https://venue.test", clock, outbound=outbound) as door:
                with pytest.raises(NetworkTrouble, match=r"venue\.test through the proxy 127\.0\.0\.1") as by_rest:
                    await door.get("/x", {})
            assert proxy.led == 0
        for caught in (by_socket, by_rest):
            assert "wrong-password" not in caught.value.message
            assert "name and password" in caught.value.remedy

    play_refused(scene)


@pytest.mark.parametrize("code", range(1, 9))
def test_each_refusal_of_a_socks_proxy_is_said_for_sockets_and_requests(code: int) -> None:
    async def scene() -> None:
        clock = ManualClock()
        words = r"venue\.test through the proxy 127\.0\.0\.1:\d+ cannot be reached: [A-Za-z]{3}"
        async with Proxy("socks5", manner="refuse", code=code) as proxy:
            with pytest.raises(NetworkTrouble, match=words):
                await SocketLine(lambda messages: None).open("wss://venue.test/x", clock, 10, proxy.url)
            async with RestDoor("https://venue.test", clock, outbound=Outbound(clock, proxy.url)) as door:
                with pytest.raises(NetworkTrouble, match=words):
                    await door.get("/x", {})

    play_refused(scene)


def test_every_feed_goes_through_the_proxy_and_no_other_way() -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with Proxy("http", manner="refuse") as proxy:
            outbound = Outbound(clock, proxy.url)
            made = feeds(LIVE_HOSTS, ["BTC"], clock, InstrumentTable(), outbound=outbound)
            streams = [asyncio.ensure_future(anext(aiter(feed.messages()))) for feed in made]
            wanted = {urlsplit(where.ws).hostname for where in LIVE_HOSTS.values()}
            while wanted:
                wanted.discard((await proxy.asked_for.get()).partition(":")[0])
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
            for feed in made:
                await feed.close()

    play(scene)


def test_this_machine_is_never_reached_through_a_proxy() -> None:
    outbound = Outbound(ManualClock(), "http://10.0.0.1:3128")
    for url in ("http://127.0.0.1:8545", "ws://[::1]:9/x", "http://localhost/"):
        assert outbound.way_to(url).proxy == ""
    assert outbound.way_to("wss://venue.test/x").proxy == "http://10.0.0.1:3128"
    assert not is_loopback("localhost.evil.test")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("manner", ["refuse", "hang up"])
def test_the_doctor_is_told_of_a_proxy_that_will_not(kind: Kind, manner: Manner) -> None:
    async def scene() -> None:
        async with Proxy(kind, manner=manner, login=LOGIN) as proxy:
            way = Outbound(ManualClock(), proxy.url, login=LOGIN).way_to("https://venue.test")
            with pytest.raises(
                NetworkTrouble, match=r"venue\.test through the proxy 127\.0\.0\.1:\d+ cannot be"
            ) as caught:
                await asyncio.to_thread(seconds_to_reach, "venue.test", way.proxy)
            assert "p:a" not in caught.value.message
            url = proxy.url
        with pytest.raises(NetworkTrouble, match=r"the proxy 127\.0\.0\.1:\d+ on the way to venue\.test"):
            await asyncio.to_thread(seconds_to_reach, "venue.test", url)

    play_refused(scene)


def test_a_door_that_was_closed_is_not_opened_again_by_another_way() -> None:
    async def scene() -> None:
        clock = ManualClock()
        outbound = Outbound(clock)
        opened: list[str] = []

        class Door(RestDoor):
            def _opened(self) -> RestLine:
                opened.append(self._outbound.proxy)
                return super()._opened()

        one, other = Door("http://a.test", clock, outbound=outbound), Door("http://b.test", clock, outbound=outbound)
        await one.close()
        await outbound.change("http://10.0.0.1:3128", {})
        await outbound.change("http://10.0.0.1:3128", {})
        assert opened == ["", "", "http://10.0.0.1:3128"]
        await other.close()

    play(scene)
