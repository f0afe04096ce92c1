"""A person's proxy carries every socket and every request, resolves the names, and is named when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal
from urllib.parse import urlsplit

import pytest

from desktop.domain.errors import NetworkTrouble
from desktop.domain.instrument import InstrumentTable
from desktop.venues.catalogue import LIVE_HOSTS, feeds
from desktop.venues.http import RestDoor
from desktop.venues.outbound import Outbound, is_loopback
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_socket_goes_through_the_proxy_which_resolves_the_name(kind: Kind) -> None:
    async def scene() -> None:
        async with VenueServer() as venue, Proxy(kind, venue.port) as proxy:
            heard: asyncio.Queue[bytes] = asyncio.Queue()
            line = SocketLine(heard.put_nowait)
            await line.open("ws://venue.test:8080/x", ManualClock(), 10, proxy.url)
            (await venue.joined.get()).send("hello")
            assert await heard.get() == b"hello"
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
                with pytest.raises(NetworkTrouble, match=r"venue\.test through .* cannot be reached: \[SSL"):
                    await door.get("/x", {})
            assert proxy.asked_for.get_nowait() == "venue.test:443"
        await server.close()

    play(scene)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("manner", ["refuse", "hang up"])
def test_a_proxy_that_will_not_is_named(kind: Kind, manner: Manner) -> None:
    async def scene() -> None:
        async with Proxy(kind, manner=manner) as proxy:
            with pytest.raises(NetworkTrouble, match=r"venue\.test through 127\.0\.0\.1:\d+ cannot be reached"):
                await SocketLine(lambda message: None).open("wss://venue.test/x", ManualClock(), 10, proxy.url)

    play(scene)


@pytest.mark.parametrize("manner", ["refuse", "hang up"])
def test_an_http_proxy_that_will_not_is_named_for_requests_too(manner: Manner) -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with (
            Proxy("http", manner=manner) as proxy,
            RestDoor("https://venue.test", clock, outbound=Outbound(clock, proxy.url)) as door,
        ):
            with pytest.raises(NetworkTrouble, match=r"venue\.test through 127\.0\.0\.1:\d+ cannot be reached"):
                await door.get("/x", {})

    play(scene)


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_says_nothing_is_given_up_in_time(kind: Kind) -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with Proxy(kind, manner="say nothing") as proxy:
            line = SocketLine(lambda message: None)
            opening = asyncio.create_task(line.open("wss://venue.test/x", clock, 10, proxy.url))
            await proxy.asked_for.get()
            await clock.advance(10)
            with pytest.raises(NetworkTrouble, match="did not answer within 10 s"):
                await opening

    play(scene)


def test_nobody_listens_where_the_proxy_should_be() -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with Proxy("http") as proxy:
            url = proxy.url
        with pytest.raises(NetworkTrouble, match="through"):
            await SocketLine(lambda message: None).open("wss://venue.test/x", clock, 10, url)

    play(scene)


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
        assert outbound.proxy_for(url) == ""
    assert outbound.proxy_for("wss://venue.test/x") == "http://10.0.0.1:3128"
    assert not is_loopback("localhost.evil.test")
