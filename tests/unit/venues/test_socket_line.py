"""A connection hands over what came together, loses nothing at its end, and survives no mistake in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from desktop.venues.socket_line import SocketLine
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import Client, VenueServer

MANY = 40
Batches = list[list[bytes]]


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20):
            await scene()

    asyncio.run(whole())


async def opened(line: SocketLine, server: VenueServer) -> Client:
    await line.open(f"{server.url}/x", ManualClock(), 10)
    return await server.joined.get()


def test_the_first_message_comes_at_once_and_the_rest_together_in_order() -> None:
    async def scene() -> None:
        batches: Batches = []
        whole = asyncio.Event()

        def take(messages: Sequence[bytes]) -> None:
            batches.append(list(messages))
            if sum(map(len, batches)) == MANY:
                whole.set()

        async with VenueServer() as server:
            line = SocketLine(take)
            client = await opened(line, server)
            for number in range(MANY):
                client.send(f"{number}")
            await whole.wait()
            await line.close()
        assert [one for batch in batches for one in batch] == [f"{number}".encode() for number in range(MANY)]
        assert batches[0] == [b"0"]
        assert max(map(len, batches)) > 1

    play(scene)


def test_what_came_just_before_the_end_is_handed_over_before_the_end_is_told() -> None:
    async def scene() -> None:
        batches: Batches = []

        async with VenueServer() as server:
            line = SocketLine(lambda messages: batches.append(list(messages)))
            client = await opened(line, server)
            for number in range(5):
                client.send(f"{number}")
            client.transport.disconnect()
            await line.ended.wait()
            assert [one for batch in batches for one in batch] == [b"0", b"1", b"2", b"3", b"4"]
            await line.close()

    play(scene)


@pytest.mark.expects_log("messages could not be taken")
@pytest.mark.parametrize("fails_at", [b"0", b"1"])
def test_a_mistake_in_taking_ends_the_connection_with_its_reason(fails_at: bytes) -> None:
    async def scene() -> None:
        def take(messages: Sequence[bytes]) -> None:
            if fails_at in messages:
                raise ZeroDivisionError

        async with VenueServer() as server:
            line = SocketLine(take)
            client = await opened(line, server)
            client.send("0")
            client.send("1")
            await line.ended.wait()
            assert line.reason == "internal error: ZeroDivisionError"
            await client.gone.wait()
            await line.close()

    play(scene)
