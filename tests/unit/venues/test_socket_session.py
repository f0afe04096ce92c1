"""The supervised session against servers that behave and servers that do not. Time is moved by hand."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

import picows
import pytest

from desktop.venues.socket_plan import SocketPlan
from desktop.venues.socket_session import SessionLimits, SocketSession
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import VenueServer

LIMITS = SessionLimits(renew_s=600.0)


class Listener:
    """Keeps what a session hands over; every message that starts with `data` is market data."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[str] = asyncio.Queue()
        self.news: asyncio.Queue[tuple[str, str, int]] = asyncio.Queue()
        self.retiring: list[str] = []

    def take(self, messages: Sequence[bytes], retiring: bool) -> bool:
        for message in messages:
            if retiring:
                self.retiring.append(message.decode(errors="replace"))
            self.messages.put_nowait(message.decode(errors="replace"))
        return any(message.startswith(b"data") for message in messages)

    def tell(self, event: str, words: str, since_ms: int) -> None:
        self.news.put_nowait((event, words, since_ms))

    async def hears(self, event: str) -> tuple[str, int]:
        told, words, since_ms = await self.news.get()
        assert told == event, words
        return words, since_ms


@asynccontextmanager
async def running(
    url: str, clock: ManualClock, listener: Listener, plan: SocketPlan | None = None, limits: SessionLimits = LIMITS
) -> AsyncIterator[SocketSession]:
    session = SocketSession(
        plan or SocketPlan(f"{url}/stream?x=1"),
        clock,
        listener.take,
        listener.tell,
        limits=limits,
        chance=random.Random(1),
    )
    task = asyncio.create_task(session.run())
    try:
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def play(scene: Callable[[ManualClock, Listener], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20):
            await scene(ManualClock(), Listener())

    asyncio.run(whole())


async def tick_until_news(clock: ManualClock, listener: Listener) -> None:
    while listener.news.empty():
        await clock.tick(1)


async def after_a_pause(clock: ManualClock) -> None:
    await clock.advance(await clock.next_sleep_between(0.25, 0.5))


def test_messages_come_through_and_the_subscription_is_sent() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server:
            plan = SocketPlan(f"{server.url}/v5/public/linear?a=b", (b"subscribe 1", b"subscribe 2"))
            async with running(server.url, clock, listener, plan):
                client = await server.joined.get()
                assert client.path == "/v5/public/linear?a=b"
                assert [await client.heard.get(), await client.heard.get()] == ["subscribe 1", "subscribe 2"]
                client.send("data 1")
                client.send_in_parts(b"data ", b"", b"two")
                assert [await listener.messages.get(), await listener.messages.get()] == ["data 1", "data two"]
                await listener.hears("connected")
            await client.gone.wait()
            assert listener.news.empty()

    play(scene)


def test_a_refused_connection_is_told_and_tried_again() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server:
            port = server.port
        start_ms = clock.now_ms()
        async with running(f"ws://127.0.0.1:{port}", clock, listener):
            words, _ = await listener.hears("closed")
            assert f"127.0.0.1:{port} cannot be reached: " in words
            assert (await listener.hears("gap"))[1] == start_ms
            async with VenueServer(port) as server:
                await after_a_pause(clock)
                client = await server.joined.get()
                await listener.hears("connected")
                client.send("data")
                assert await listener.hears("gap") == ("data is back", start_ms)

    play(scene)


def test_a_handshake_that_never_comes_ends_after_ten_seconds() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        reached: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        mute = await asyncio.start_server(lambda _, writer: reached.put_nowait(writer), "127.0.0.1", 0)
        port = mute.sockets[0].getsockname()[1]
        async with running(f"ws://127.0.0.1:{port}", clock, listener):
            writer = await reached.get()
            await clock.next_sleep(10.0)
            await clock.advance(10.0)
            assert "did not answer within 10 s" in (await listener.hears("closed"))[0]
            await listener.hears("gap")
        writer.close()
        mute.close()
        await mute.wait_closed()

    play(scene)


def test_acknowledged_but_silent_is_a_failure() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server, running(server.url, clock, listener):
            client = await server.joined.get()
            client.send('{"result":null,"id":1}')
            await listener.messages.get()
            await listener.hears("connected")
            await clock.tick(14)
            await clock.next_sleep(1.0)
            assert listener.news.empty()
            await clock.tick(1)
            assert await listener.hears("closed") == ("acknowledged but silent for 15 s", 0)
            await listener.hears("gap")
            await client.gone.wait()
            await after_a_pause(clock)
            again = await server.joined.get()
            await listener.hears("connected")
            again.send("data")
            assert (await listener.hears("gap"))[0] == "data is back"

    play(scene)


def test_a_stream_that_dries_up_is_a_failure_since_its_last_data() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server, running(server.url, clock, listener):
            client = await server.joined.get()
            await listener.hears("connected")
            await clock.tick(5)
            client.send("data")
            await listener.messages.get()
            last_ms = clock.now_ms()
            await clock.tick(19)
            client.send("pong")
            await listener.messages.get()
            assert listener.news.empty()
            await clock.tick(1)
            assert await listener.hears("closed") == ("no data for 20 s", 0)
            assert await listener.hears("gap") == ("no data for 20 s", last_ms)

    play(scene)


def test_a_close_by_the_venue_is_told_in_its_words() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server, running(server.url, clock, listener):
            client = await server.joined.get()
            await listener.hears("connected")
            client.send("data")
            client.close(picows.WSCloseCode.SERVICE_RESTART, "maintenance")
            words, _ = await listener.hears("closed")
            assert words.startswith("closed by the venue (")
            assert "maintenance" in words
            await listener.hears("gap")
            await after_a_pause(clock)
            await server.joined.get()
            await listener.hears("connected")

    play(scene)


def test_bytes_outside_the_protocol_end_the_connection_and_it_comes_back() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server, running(server.url, clock, listener):
            client = await server.joined.get()
            await listener.hears("connected")
            client.send_bytes(b"\xff\xff not a frame at all, and long enough to be looked at")
            assert (await listener.hears("closed"))[0]
            await listener.hears("gap")
            await after_a_pause(clock)
            again = await server.joined.get()
            await listener.hears("connected")
            again.send("data")
            await listener.hears("gap")

    play(scene)


def test_messages_nobody_can_use_are_no_data() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server, running(server.url, clock, listener):
            client = await server.joined.get()
            await listener.hears("connected")
            for _ in range(15):
                client.send("garbage")
                await listener.messages.get()
                await clock.tick(1)
            assert (await listener.hears("closed"))[0] == "acknowledged but silent for 15 s"

    play(scene)


@pytest.mark.parametrize("status", [HTTPStatus.FOUND, HTTPStatus.FORBIDDEN])
def test_an_answer_that_is_no_websocket_is_told_and_no_redirect_is_followed(status: HTTPStatus) -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as elsewhere, VenueServer(status=status, location=f"{elsewhere.url}/") as server:
            async with running(server.url, clock, listener):
                assert f"it answered {int(status)} instead of a websocket" in (await listener.hears("closed"))[0]
            assert elsewhere.asked == 0

    play(scene)


def test_the_heartbeat_is_sent_every_twenty_seconds_and_pings_are_answered() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server:
            plan = SocketPlan(f"{server.url}/x", (), b'{"op":"ping"}', 20.0)
            async with running(server.url, clock, listener, plan):
                client = await server.joined.get()
                client.transport.send_ping(b"hello")
                assert await client.pongs.get() == b"hello"
                for _ in range(4):
                    client.send("data")
                    await listener.messages.get()
                    await clock.tick(10)
                assert [await client.heard.get(), await client.heard.get()] == ['{"op":"ping"}'] * 2

    play(scene)


def test_renewal_opens_the_new_socket_first_and_leaves_no_gap() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        limits = SessionLimits(renew_s=10.0)
        async with VenueServer() as server, running(server.url, clock, listener, limits=limits):
            old = await server.joined.get()
            await listener.hears("connected")
            old.send("data old")
            await listener.messages.get()
            await clock.tick(10)
            new = await server.joined.get()
            assert not old.gone.is_set()
            old.send("data while the new one opens")
            await listener.messages.get()
            new.send("data new")
            await listener.messages.get()
            await tick_until_news(clock, listener)
            assert await listener.hears("note") == ("renewed without a gap", 0)
            old.send("data late")
            assert await listener.messages.get() == "data late"
            assert listener.retiring == ["data late"]
            await clock.next_sleep(5.0)
            await clock.advance(5.0)
            await old.gone.wait()
            new.send("data after")
            assert await listener.messages.get() == "data after"
            assert listener.news.empty()

    play(scene)


def test_a_silent_new_socket_does_not_replace_the_old_one() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        limits = SessionLimits(renew_s=10.0)
        async with VenueServer() as server, running(server.url, clock, listener, limits=limits):
            old = await server.joined.get()
            await listener.hears("connected")
            old.send("data")
            await listener.messages.get()
            await clock.tick(10)
            mute = await server.joined.get()
            await clock.next_sleep(15.0)
            old.send("data")
            await listener.messages.get()
            await clock.advance(15.0)
            assert await listener.hears("note") == ("renewal failed: the new socket is silent", 0)
            await mute.gone.wait()
            old.send("data still")
            await listener.messages.get()
            await clock.tick(1)
            assert not old.gone.is_set()
            assert listener.news.empty()

    play(scene)


def test_a_venue_that_announces_its_end_is_renewed_at_once() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server, running(server.url, clock, listener) as session:
            old = await server.joined.get()
            old.send("data")
            await listener.messages.get()
            session.renew_soon()
            await clock.tick(1)
            assert await server.joined.get() is not old

    play(scene)


def test_pauses_grow_to_a_bound_and_differ_by_chance() -> None:
    session = SocketSession(SocketPlan("ws://x/y"), ManualClock(), lambda m, r: True, lambda e, w, s: None)
    for failures in range(1, 40):
        longest = min(30.0, 0.5 * 2.0 ** (failures - 1))
        pauses = {session._pause(failures) for _ in range(20)}
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(pauses) > 1


def test_subscriptions_are_said_no_faster_than_the_venue_allows() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server:
            plan = SocketPlan(
                f"{server.url}/x",
                topics=tuple("abcde"),
                words=lambda topics, wanted: [f"{'+' if wanted else '-'}{topic}".encode() for topic in topics],
                most_a_second=2,
            )
            async with running(server.url, clock, listener, plan) as session:
                client = await server.joined.get()
                assert [await client.heard.get() for _ in range(2)] == ["+a", "+b"]
                session.ask_again("a")
                assert client.heard.empty()
                for pair in (["+c", "+d"], ["+e", "-a"]):
                    await clock.tick(1)
                    assert [await client.heard.get() for _ in pair] == pair
                await clock.tick(1)
                assert await client.heard.get() == "+a"

    play(scene)


def test_a_quiet_channel_lives_by_its_pongs() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server:
            plan = SocketPlan(f"{server.url}/x", quiet=True, patience_s=45.0)
            async with running(server.url, clock, listener, plan):
                client = await server.joined.get()
                await listener.hears("connected")
                client.send("pong")
                await listener.messages.get()
                await clock.tick(44)
                assert listener.news.empty()
                await clock.tick(1)
                assert await listener.hears("closed") == ("no data for 45 s", 0)

    play(scene)
