"""Sockets that misbehave: each ends as a state with its reason, and then the feed comes back by itself."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from desktop.domain.market import FeedStatus, Gap, Trade, Unparsed
from desktop.venues.socket_session import SessionLimits
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import VenueServer
from tests.faults.bad_venue import CERTIFICATE, BadVenue, Part, Talk, framed
from tests.faults.bench import bybit, bybit_trade, play

NOW_MS = ManualClock().now_ms()
TRADE = bybit_trade(NOW_MS)
ACK = b'{"success":true,"ret_msg":"","conn_id":"1","req_id":"1","op":"subscribe"}'


async def well(talk: Talk) -> None:
    """Behave: trades come."""
    await talk.upgrade()
    await talk.say(ACK)
    await talk.say(TRADE)
    await talk.say_nothing()


async def half_open(talk: Talk) -> None:
    """Trades came; then the other end is gone without a word, and even a close is never answered."""
    await talk.upgrade()
    await talk.say(TRADE)
    await talk.say_nothing()


async def silent_after_ack(talk: Talk) -> None:
    await talk.upgrade()
    await talk.say(ACK)
    await talk.say_nothing()


async def mute(talk: Talk) -> None:
    await talk.upgrade()
    await talk.say_nothing()


async def handshake_drips(talk: Talk) -> None:
    await talk.head()
    await talk.write(b"HTTP/1.1 101 Swi")
    await talk.say_nothing()


async def frame_drips(talk: Talk) -> None:
    await talk.upgrade()
    await talk.write(framed(TRADE)[:-1])
    await talk.say_nothing()


async def lies_about_length(talk: Talk) -> None:
    await talk.upgrade()
    await talk.write(framed(b"", said=2**40))
    await talk.say_nothing()


async def no_websocket(talk: Talk) -> None:
    await talk.answer("200 OK", b"<html>Sorry, you have been blocked</html>")


async def rubbish(talk: Talk) -> None:
    await talk.head()
    await talk.write(b"\x00\xff not even HTTP\r\n\r\n")


async def hangs_up(talk: Talk) -> None:
    await talk.head()


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (half_open, "no data for 20 s"),
        (silent_after_ack, "acknowledged but silent for 15 s"),
        (mute, "connected but silent for 15 s"),
        (handshake_drips, "did not answer within 10 s"),
        (frame_drips, "connected but silent for 15 s"),
        (lies_about_length, ""),
        (no_websocket, "it answered 200 instead of a websocket"),
        (rubbish, "cannot be reached"),
        (hangs_up, ""),
    ],
)
def test_a_socket_that_misbehaves_is_down_with_its_reason_and_comes_back(part: Part, reason: str) -> None:
    async def scene() -> None:
        async with BadVenue(part, well) as venue, bybit(f"ws://127.0.0.1:{venue.port}") as bench:
            await bench.pass_until(lambda: any(one.reason for one in bench.gaps()))
            (gap,) = bench.gaps()
            assert reason in gap.reason
            assert gap.reason
            closed = [one for one in bench.heard if isinstance(one, FeedStatus) and one.event == "closed"]
            assert [one.detail for one in closed] == [gap.reason]
            assert bench.view.state == "down"
            assert gap.reason in bench.view.reason
            await bench.pass_until_live()
            assert bench.gaps()[-1].reason == "data is back"
            assert venue.joined == 2

    play(scene)


def test_a_redirect_to_another_host_is_refused() -> None:
    async def scene() -> None:
        async with VenueServer() as elsewhere:
            there = f"{elsewhere.url}/v5/public/linear"
            async with VenueServer(status=HTTPStatus.FOUND, location=there) as venue, bybit(venue.url) as bench:
                await bench.pass_until(lambda: len(bench.gaps()) >= 3)
                assert "it answered 302 instead of a websocket" in bench.view.reason
                assert bench.view.state == "down"
                assert elsewhere.asked == 0

    play(scene)


def test_a_megabyte_in_one_frame_is_read_as_any_other() -> None:
    async def scene() -> None:
        async with VenueServer() as server, bybit(server.url) as bench:
            client = await server.joined.get()
            client.send(bybit_trade(NOW_MS, extra="x" * 1_000_000).decode())
            await bench.until_trade()
            assert (bench.view.state, bench.view.unparsed) == ("live", 0)
            client.send("x" * 1_000_000)
            await bench.until(lambda: bench.view.unparsed == 1)
            client.send(TRADE.decode())
            await bench.until_trade(2)
            assert bench.view.state == "live"

    play(scene)


@pytest.mark.expects_log("Protocol writing (pause|resume) requested")
def test_more_than_any_message_can_be_ends_the_socket_and_the_next_one_serves() -> None:
    async def scene() -> None:
        async with VenueServer() as server, bybit(server.url) as bench:
            client = await server.joined.get()
            client.send(TRADE.decode())
            await bench.until_trade()
            client.send("x" * 10_500_000)
            await bench.pass_until_down("")
            again = asyncio.create_task(server.joined.get())
            await bench.pass_until(again.done)
            again.result().send(TRADE.decode())
            await bench.pass_until_live()

    play(scene)


@pytest.mark.parametrize("bad", [b'{"topic":"publicTrade.\xff', b"\xc3\x28", b"{", b"[" * 100_000, b"\x00"])
def test_bytes_that_are_no_message_are_unparsed_with_their_place_and_the_feed_goes_on(bad: bytes) -> None:
    async def scene() -> None:
        async with BadVenue(_says(bad, TRADE)) as venue, bybit(f"ws://127.0.0.1:{venue.port}") as bench:
            await bench.until_trade()
            (unparsed,) = [one for one in bench.heard if isinstance(one, Unparsed)]
            assert unparsed.reason
            assert unparsed.offset is not None
            assert (bench.view.state, bench.view.unparsed) == ("live", 1)
            assert bench.kinds() == {FeedStatus, Unparsed}

    play(scene)


def _says(*messages: bytes) -> Part:
    async def says(talk: Talk) -> None:
        await talk.upgrade()
        for message in messages:
            await talk.say(message)
        await talk.say_nothing()

    return says


@pytest.mark.parametrize(
    ("ahead_ms", "notice"),
    [
        (60_000, "this computer's clock is 60 s behind Bybit's"),
        (-60_000, "Bybit's messages are 60 s late, or this computer's clock is ahead"),
        (0, ""),
    ],
)
def test_a_clock_that_is_a_minute_off_is_said(ahead_ms: int, notice: str) -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with VenueServer() as server, bybit(server.url, clock) as bench:
            client = await server.joined.get()
            for number in range(1, 31):
                at_ms = clock.now_ms() + ahead_ms
                client.send(_ticker(at_ms))
                client.send(bybit_trade(at_ms).decode())
                await bench.until_trade(number)
                await clock.advance(1)
                bench.market.tick(clock.now_ms())
            assert (bench.view.state, bench.view.notice) == ("live", notice)

    play(scene)


def _ticker(at_ms: int) -> str:
    data = {
        "symbol": "BTCUSDT",
        "lastPrice": "80000",
        "markPrice": "80000",
        "indexPrice": "80000",
        "openInterest": "10",
        "openInterestValue": "800000",
        "fundingRate": "0.0001",
        "nextFundingTime": str(at_ms + 60_000),
        "fundingIntervalHour": "8",
    }
    return json.dumps({"topic": "tickers.BTCUSDT", "type": "snapshot", "cs": 1, "ts": at_ms, "data": data})


def test_a_certificate_that_nobody_signed_is_refused_until_it_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with BadVenue(well, tls=True) as venue, bybit(f"wss://localhost:{venue.port}") as bench:
            await bench.pass_until_down("CERTIFICATE_VERIFY_FAILED")
            assert Trade not in {type(one) for one in bench.heard}
            monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
            await bench.pass_until_live()

    play(scene)


def test_a_name_that_is_not_found_for_an_hour_is_down_all_the_while_and_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        async with BadVenue(well) as venue, bybit(f"ws://venue.test:{venue.port}") as bench:
            names = Names(monkeypatch)
            since_ms = bench.clock.now_ms()
            await bench.pass_until_down("Temporary failure in name resolution")
            longest = SessionLimits().longest_pause_s
            await bench.pass_until(lambda: bench.clock.now_ms() - since_ms >= 3_600_000, seconds=10)
            assert bench.view.state == "down"
            # Asked again and again, but no faster than the longest pause allows.
            assert 3600 / longest / 2 <= names.asked <= 3 * 3600 / longest
            names.known = True
            await bench.pass_until_live()
            gap = bench.gaps()[-1]
            assert (gap.reason, gap.since_ms) == ("data is back", since_ms)
            assert gap.at_ms - gap.since_ms >= 3_600_000

    play(scene)


class Names:
    """A name service of the test's own for the running loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known = False
        self.asked = 0
        loop = asyncio.get_running_loop()
        real: Callable[..., Any] = loop.getaddrinfo

        async def getaddrinfo(host: str, port: int, **wishes: int) -> object:
            self.asked += 1
            if not self.known:
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            return await real("127.0.0.1", port, **wishes)

        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)


def test_a_network_that_is_gone_and_comes_back_costs_one_gap() -> None:
    async def scene() -> None:
        async with VenueServer() as server:
            port = server.port
            async with bybit(server.url) as bench:
                client = await server.joined.get()
                client.send(TRADE.decode())
                await bench.until_trade()
                heard_ms = bench.clock.now_ms()
                await server.__aexit__()
                await bench.pass_until_down("")
                await bench.clock.advance(120)
                async with VenueServer(port) as again:
                    joined = asyncio.create_task(again.joined.get())
                    await bench.pass_until(joined.done)
                    joined.result().send(TRADE.decode())
                    await bench.pass_until_live()
                    assert bench.gaps()[-1].since_ms == heard_ms
                    assert {type(one) for one in bench.heard} >= {Gap, FeedStatus, Trade}

    play(scene)
