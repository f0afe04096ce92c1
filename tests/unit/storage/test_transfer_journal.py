"""The journal's file: durable, one world, and honest about damage."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import pytest

from desktop.custody.transfer import DestinationProof
from desktop.domain.errors import BadInput, SeawallError
from desktop.storage import transfer_journal
from desktop.storage.transfer_journal import SqliteTransferJournal, open_journal

T = TypeVar("T")
PROOF = DestinationProof("to-1", "BTC", "BTC", "bc1qa", "m/84'/0'/0'/0/0", "p2wpkh", "5c9e228d", 1)


def with_journal(path: Path, work: Callable[[SqliteTransferJournal], Coroutine[object, object, T]], **how: bool) -> T:
    async def run() -> T:
        journal = await open_journal(path, "practice", **how)
        try:
            return await work(journal)
        finally:
            await journal.close()

    return asyncio.run(run())


async def three_rows(journal: SqliteTransferJournal) -> None:
    for number in range(3):
        await journal.append("t", number, b"event %d" % number)
    await journal.keep_destination(PROOF)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "transfers.sqlite"
    with_journal(file, three_rows)
    return file


def change(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path)
    try:
        for statement in statements:
            db.execute(statement)
        db.commit()
    finally:
        db.close()


def test_what_was_written_is_there_after_opening_again(path: Path) -> None:
    found = with_journal(path, lambda j: j.entries())
    assert [e.body for e in found] == [b"event 0", b"event 1", b"event 2"]
    assert with_journal(path, lambda j: j.destinations()) == [PROOF]


def test_the_file_is_write_ahead_and_fully_synchronous_and_private(path: Path) -> None:
    async def pragmas(journal: SqliteTransferJournal) -> tuple[str, int]:
        def read(db: sqlite3.Connection) -> tuple[str, int]:
            return db.execute("PRAGMA journal_mode").fetchone()[0], db.execute("PRAGMA synchronous").fetchone()[0]

        return await journal._do(read)

    assert with_journal(path, pragmas) == ("wal", 2)
    assert path.stat().st_mode & 0o077 == 0


def test_all_work_is_done_on_one_thread_that_is_not_the_loops(path: Path) -> None:
    async def threads(journal: SqliteTransferJournal) -> set[str]:
        return {await journal._do(lambda db: threading.current_thread().name) for _ in range(5)}

    names = with_journal(path, threads)
    assert len(names) == 1
    assert next(iter(names)).startswith("transfer journal")


def test_a_journal_of_one_world_does_not_open_in_another(path: Path) -> None:
    async def run() -> None:
        with pytest.raises(BadInput, match="belongs to the practice world"):
            await open_journal(path, "live")

    asyncio.run(run())


def unable(path: Path) -> sqlite3.Connection:
    raise sqlite3.OperationalError("unable to open database file")


@pytest.mark.parametrize("folder_takes_files", [True, False])
def test_a_second_reader_sees_what_is_on_disk_while_the_first_writes(
    path: Path, monkeypatch: pytest.MonkeyPatch, folder_takes_files: bool
) -> None:
    if not folder_takes_files:
        monkeypatch.setattr(transfer_journal, "_to_look_at", unable)

    async def run() -> list[bytes]:
        writer = await open_journal(path, "practice")
        await writer.append("t", 9, b"event 3")
        reader = await open_journal(path, "practice", read_only=True)
        bodies = [e.body for e in await reader.entries()]
        with pytest.raises(SeawallError):
            await reader.append("t", 9, b"never")
        await reader.close()
        await writer.close()
        return bodies

    assert asyncio.run(run())[-1] == b"event 3"


def test_reading_alone_creates_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no transfer journal"):
        with_journal(tmp_path / "none.sqlite", lambda j: j.entries(), read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (
            ("DROP TRIGGER events_stay", "UPDATE events SET body = x'00' WHERE seq = 2"),
            "row 2 is not as it was written",
        ),
        (("DROP TRIGGER events_stay", "UPDATE events SET at_ms = 5 WHERE seq = 1"), "row 1 is not as it was written"),
        (("DROP TRIGGER events_stay", "UPDATE events SET transfer_id = 'x' WHERE seq = 1"), "row 1 is not"),
        (("DROP TRIGGER events_last", "DELETE FROM events WHERE seq = 2"), "row 2 is missing"),
        (("DROP TRIGGER events_last", "DELETE FROM events WHERE seq = 3"), "should hold 3 rows and holds 2"),
        (("UPDATE destinations SET body = 'x'",), "destination 1 cannot be read"),
        (("UPDATE journal SET form = 99",), "form 99"),
        (("DROP TABLE journal",), "no transfer journal of Seawall"),
    ],
)
def test_tampering_is_found_and_the_file_is_named(path: Path, statements: tuple[str, ...], words: str) -> None:
    change(path, *statements)
    with pytest.raises(BadInput, match=words) as caught:
        with_journal(path, lambda j: j.entries())
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_events_cannot_be_changed_or_removed_in_passing(path: Path) -> None:
    for statement in ("UPDATE events SET body = x'00'", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError, match="events are never"):
            change(path, statement)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_found(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadInput) as caught:
        with_journal(path, lambda j: j.entries())
    assert str(path) in str(caught.value)


def test_a_start_that_was_cut_short_while_making_the_file_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "transfers.sqlite.new").write_bytes(b"half a file")
    with_journal(tmp_path / "transfers.sqlite", three_rows)
    assert len(with_journal(tmp_path / "transfers.sqlite", lambda j: j.entries())) == 3


def test_any_other_file_is_not_taken_for_a_journal(tmp_path: Path) -> None:
    noise, other = tmp_path / "noise", tmp_path / "other"
    noise.write_bytes(b"this is no database, whatever its name says" * 40)
    change(other, "CREATE TABLE cats (name TEXT)")
    for file in (noise, other):
        before = file.read_bytes()
        with pytest.raises(BadInput) as caught:
            with_journal(file, lambda j: j.entries())
        assert str(file) in str(caught.value)
        assert file.read_bytes() == before


def test_a_write_that_fails_is_told_and_leaves_nothing_behind(path: Path) -> None:
    async def scene(journal: SqliteTransferJournal) -> int:
        await journal._do(lambda db: db.execute("PRAGMA query_only = 1"))
        with pytest.raises(SeawallError, match="could not be written"):
            await journal.append("t", 1, b"never")
        await journal._do(lambda db: db.execute("PRAGMA query_only = 0"))
        return await journal.append("t", 1, b"again")

    assert with_journal(path, scene) == 4
    assert len(with_journal(path, lambda j: j.entries())) == 4
