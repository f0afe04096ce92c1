"""What every transfer journal promises, asked of the file and of the one in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from desktop.custody.transfer import DestinationProof
from desktop.domain.errors import SeawallError
from desktop.engine.ports import TransferJournal
from desktop.storage.transfer_journal import open_journal
from tests.fakes.memory_journal import MemoryJournal

Opener = Callable[[], Awaitable[TransferJournal]]


@pytest.fixture(params=["file", "memory"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    async def of_file() -> TransferJournal:
        return await open_journal(tmp_path / "transfers.sqlite", "practice")

    async def of_memory() -> TransferJournal:
        return MemoryJournal()

    return of_file if request.param == "file" else of_memory


def with_journal(opener: Opener, scene: Callable[[TransferJournal], Awaitable[None]]) -> None:
    async def run() -> None:
        journal = await opener()
        try:
            await scene(journal)
        finally:
            await journal.close()

    asyncio.run(run())


def proof(key: str, address: str = "bc1qa", **facts: object) -> DestinationProof:
    return DestinationProof(key, "BTC", "BTC", address, "m/84'/0'/0'/0/0", "p2wpkh", "5c9e228d", 1, **facts)


def test_a_new_journal_is_empty(opener: Opener) -> None:
    async def scene(journal: TransferJournal) -> None:
        assert await journal.entries() == []
        assert await journal.destinations() == []

    with_journal(opener, scene)


def test_entries_come_back_in_order_of_writing_with_their_bytes(opener: Opener) -> None:
    async def scene(journal: TransferJournal) -> None:
        bodies = [b"one", b"", bytes(range(256))]
        numbers = [await journal.append(f"t{i % 2}", 1000 + i, body) for i, body in enumerate(bodies)]
        assert numbers == [1, 2, 3]
        found = await journal.entries()
        assert [(e.transfer_id, e.seq, e.at_ms, e.body) for e in found] == [
            ("t0", 1, 1000, b"one"),
            ("t1", 2, 1001, b""),
            ("t0", 3, 1002, bytes(range(256))),
        ]

    with_journal(opener, scene)


def test_appends_at_one_moment_all_arrive_once(opener: Opener) -> None:
    async def scene(journal: TransferJournal) -> None:
        numbers = await asyncio.gather(*(journal.append("t", i, b"%d" % i) for i in range(25)))
        assert sorted(numbers) == list(range(1, 26))
        assert {e.body for e in await journal.entries()} == {b"%d" % i for i in range(25)}

    with_journal(opener, scene)


def test_a_destination_with_the_same_id_replaces_the_one_before_and_keeps_its_place(opener: Opener) -> None:
    async def scene(journal: TransferJournal) -> None:
        await journal.keep_destination(proof("first"))
        await journal.keep_destination(proof("second"))
        await journal.keep_destination(proof("first", verified_ms=7))
        assert [(p.id, p.verified_ms) for p in await journal.destinations()] == [("first", 7), ("second", None)]

    with_journal(opener, scene)


def test_a_closed_journal_takes_nothing_and_closing_twice_does_no_harm(opener: Opener) -> None:
    async def scene(journal: TransferJournal) -> None:
        await journal.close()
        await journal.close()
        with pytest.raises(SeawallError):
            await journal.append("t", 1, b"late")
        with pytest.raises(SeawallError):
            await journal.entries()

    with_journal(opener, scene)
