"""What a connection says and when, where it leads, and how a session rests and ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest

from desktop.venues import socket_line
from desktop.venues.okx.stream import books_plan, public_plan
from desktop.venues.socket_life import Life
from desktop.venues.socket_plan import SocketPlan
from desktop.venues.socket_session import SessionLimits
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import VenueServer
from tests.unit.venues.test_socket_session import Listener, play, running, tick_until_news


class Said:
    """A connection that keeps what is said on it."""

    def __init__(self) -> None:
        self.words: list[bytes] = []

    def send(self, text: bytes) -> None:
        self.words.append(text)


def life_at(start_ms: int) -> tuple[Life, Said]:
    line = Said()
    return Life(line, start_ms, 600.0), line  # type: ignore[arg-type]


def test_a_heartbeat_is_due_every_twenty_seconds_and_never_before() -> None:
    start_ms = 1_790_000_000_000
    life, line = life_at(start_ms)
    plan = SocketPlan("ws://x/y", ping=b"ping", ping_s=20.0)
    due = []
    for second in range(65):
        before = len(line.words)
        life.ping(start_ms + second * 1000, plan)
        if len(line.words) > before:
            due.append(second)
    assert due == [20, 40, 60]
    assert set(line.words) == {b"ping"}
    life.ping(start_ms + 1_000_000, SocketPlan("ws://x/y"))
    assert len(line.words) == 3, "a plan without a heartbeat has none"


def test_what_is_to_be_said_keeps_the_venues_pace_in_any_second() -> None:
    start_ms = 1_790_000_000_000
    life, line = life_at(start_ms)
    life.say([str(number).encode() for number in range(12)])
    said = []
    for tenth in range(40):
        before = len(line.words)
        life.speak(start_ms + tenth * 100, SocketPlan("ws://x/y", most_a_second=5))
        said += [tenth * 100] * (len(line.words) - before)
    assert line.words == [str(number).encode() for number in range(12)]
    assert said == [0] * 5 + [1000] * 5 + [2000] * 2


def test_what_is_to_be_said_keeps_the_venues_pace_in_any_hour() -> None:
    start_ms = 1_790_000_000_000
    life, line = life_at(start_ms)
    plan = SocketPlan("ws://x/y", most_a_second=8, most_an_hour=400)
    life.say([str(number).encode() for number in range(1000)])
    said = []
    for second in range(0, 7300, 5):
        before = len(line.words)
        life.speak(start_ms + second * 1000, plan)
        said.append((second, len(line.words) - before))
    assert sum(count for second, count in said if second < 3600) == 400
    assert sum(count for second, count in said if second < 7200) == 800
    assert line.words == [str(number).encode() for number in range(1000)][: len(line.words)]
    for plan in (public_plan("ws://x", ["BTC-USDT-SWAP"]), books_plan("ws://x", ["BTC-USDT-SWAP"])):
        assert 0 < plan.most_an_hour < 480, "the venue's own limit"


@pytest.mark.parametrize("dead", ["silent", "refused"])
def test_an_address_that_leads_nowhere_leaves_time_for_the_next_one(
    dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_line, "ADDRESS_SECONDS", 0.01)
    tried: list[str] = []

    async def scene(clock: ManualClock, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        connect = loop.sock_connect
        async with VenueServer() as server:

            async def found(host: str, port: int, **wishes: int) -> list[tuple[object, ...]]:
                v6 = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (f"2001:db8::{n}", port, 0, 0)) for n in range(5)]
                return [*v6, (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

            async def connecting(plug: socket.socket, address: tuple[object, ...]) -> None:
                tried.append(str(address[0]))
                if address[0] == "127.0.0.1":
                    await connect(plug, address)
                elif dead == "refused":
                    raise ConnectionRefusedError(111, "Connection refused")
                else:
                    await asyncio.Event().wait()

            monkeypatch.setattr(loop, "getaddrinfo", found)
            monkeypatch.setattr(loop, "sock_connect", connecting)
            async with running(f"ws://venue.test:{server.port}", clock, listener):
                client = await server.joined.get()
                client.send("data")
                await listener.messages.get()
            assert tried == ["2001:db8::0", "127.0.0.1"], "families take turns"

    play(scene)


def said_plan(url: str, *topics: str) -> SocketPlan:
    def words(some: Sequence[str], wanted: bool) -> Sequence[bytes]:
        return [f"{'+' if wanted else '-'}{topic}".encode() for topic in some]

    return SocketPlan(f"{url}/x", topics=topics, words=words)


def test_without_topics_it_rests_and_comes_back_with_some() -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        async with VenueServer() as server, running("", clock, listener, said_plan(server.url, "a")) as session:
            first = await server.joined.get()
            assert await first.heard.get() == "+a"
            session.follow(said_plan(server.url))
            assert await first.heard.get() == "-a"
            await clock.tick(1)
            await first.gone.wait()
            assert (await listener.hears("connected"), await listener.hears("closed")) == (
                ("", 0), ("nothing is watched", 0),
            )  # fmt: skip
            for _ in range(50):
                await clock.advance(10)
            assert server.asked == 1
            session.follow(said_plan(server.url, "b", "c"))
            second = await server.joined.get()
            assert [await second.heard.get(), await second.heard.get()] == ["+b", "+c"]

    play(scene)


@pytest.mark.parametrize("retired", [False, True])
def test_at_the_end_every_socket_is_closed_also_in_the_middle_of_a_renewal(retired: bool) -> None:
    async def scene(clock: ManualClock, listener: Listener) -> None:
        limits = SessionLimits(renew_s=10.0)
        async with VenueServer() as server:
            async with running(server.url, clock, listener, limits=limits):
                old = await server.joined.get()
                old.send("data")
                await listener.messages.get()
                await clock.tick(10)
                new = await server.joined.get()
                if retired:
                    new.send("data")
                    await listener.messages.get()
                    await listener.hears("connected")
                    await tick_until_news(clock, listener)
                    await listener.hears("note")
                    await clock.next_sleep(limits.overlap_s)
            await old.gone.wait()
            await new.gone.wait()
            assert {task.get_name() for task in asyncio.all_tasks()} & {"renew socket", "retire socket"} == set()

    play(scene)
