"""The transfer journal: one SQLite file, append-only, on disk before anything follows from it.

WAL with synchronous=FULL: when `append` returns, the entry survives a power cut. Every row carries a link, the
SHA-256 of the row before it and its own content, and the file says how many rows there are: a row that was changed,
left out or cut off is found when the file is opened. The file names its world and opens in no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec

from desktop.custody.transfer import DestinationProof
from desktop.domain.errors import BadInput, SeawallError, WrongUsage
from desktop.engine.ports import JournalEntry

T = TypeVar("T")

JOURNAL_FILE = "transfers.sqlite"
FORM = 1
_APPLICATION_ID = 0x5EA3A110
_FIRST_LINK = bytes(32)
_MEND = "Keep the file and move it aside; look at the exchange and the chain themselves before you send anything."

_TABLES = (
    "CREATE TABLE journal (form INTEGER NOT NULL, world TEXT NOT NULL, rows INTEGER NOT NULL, link BLOB NOT NULL,"
    " only INTEGER PRIMARY KEY CHECK (only = 1))",
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, transfer_id TEXT NOT NULL, number INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, body BLOB NOT NULL, link BLOB NOT NULL UNIQUE, UNIQUE (transfer_id, number))",
    "CREATE TABLE destinations (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL)",
    "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never removed'); END",
)

_proof_decoder = msgspec.json.Decoder(DestinationProof)


class SqliteTransferJournal:
    """The journal in a file (`engine.ports.TransferJournal`). All work is done on one thread of its own.

    Open it with `open_journal`. A failed write raises SeawallError, a file that is not as it was left BadInput.
    """

    def __init__(self, path: Path, world: str, *, read_only: bool = False) -> None:
        self._path = path
        self._world = world
        self._read_only = read_only
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="transfer journal")
        self._db: sqlite3.Connection | None = None

    async def append(self, transfer_id: str, at_ms: int, body: bytes) -> int:
        """Write one event durably and return its sequence number. Raises SeawallError if it could not."""
        return await self._do(lambda db: _append(db, transfer_id, at_ms, body))

    async def entries(self) -> list[JournalEntry]:
        """Return everything in order of writing. Raises BadInput if a row is not as it was written."""
        return await self._do(lambda db: _entries(db, self._path))

    async def keep_destination(self, proof: DestinationProof) -> None:
        """Store a destination by its id; the same id again replaces it."""
        await self._do(lambda db: _keep(db, proof))

    async def destinations(self) -> list[DestinationProof]:
        """Return all stored destinations, oldest first."""
        return await self._do(lambda db: _destinations(db, self._path))

    async def close(self) -> None:
        """Finish pending writes and close the file. May be called twice."""
        db, self._db = self._db, None
        if db is not None:
            await asyncio.get_running_loop().run_in_executor(self._worker, db.close)
        self._worker.shutdown(wait=True)

    async def open(self) -> None:
        """Open or create the file and check all of it. Raises BadInput for a foreign or damaged file."""
        loop = asyncio.get_running_loop()
        try:
            self._db = await loop.run_in_executor(self._worker, _opened, self._path, self._world, self._read_only)
        except BaseException:
            self._worker.shutdown(wait=True)
            raise

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        db = self._db
        if db is None:
            raise WrongUsage("the transfer journal is closed")
        return await asyncio.get_running_loop().run_in_executor(self._worker, _told, work, db, self._path)


async def open_journal(path: Path, world: str, *, read_only: bool = False) -> SqliteTransferJournal:
    """Return the journal of this world at `path`, created if it is not there (unless `read_only`).

    Raises BadInput naming the file when it belongs to another world, is damaged, or was tampered with.
    """
    journal = SqliteTransferJournal(path, world, read_only=read_only)
    await journal.open()
    return journal


def _told(work: Callable[[sqlite3.Connection], T], db: sqlite3.Connection, path: Path) -> T:
    try:
        return work(db)
    except sqlite3.DatabaseError as error:
        if isinstance(error, (sqlite3.OperationalError, sqlite3.IntegrityError)):
            raise SeawallError(
                f"the journal {path} could not be written: {error}", "Free the disk, then try again."
            ) from error
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, what: str) -> BadInput:
    return BadInput(f"the transfer journal is damaged: {what}", _MEND, where=str(path))


def _opened(path: Path, world: str, read_only: bool) -> sqlite3.Connection:
    if read_only and not path.exists():
        raise BadInput("there is no transfer journal", "No transfer was begun in this world.", where=str(path))
    db: sqlite3.Connection | None = None
    try:
        if not path.exists():
            _create(path, world)
        db = _connected(path, read_only)
        _check_whose(db, path, world)
        if not read_only:
            # Only now: a file that is not ours is left as it is.
            _make_durable(db)
        _check(db, path)
        return db
    except sqlite3.DatabaseError as error:
        if db is not None:
            db.close()
        if isinstance(error, sqlite3.OperationalError):
            raise BadInput(f"the transfer journal cannot be opened: {error}", _MEND, where=str(path)) from error
        raise _damaged(path, str(error)) from error
    except BaseException:
        if db is not None:
            db.close()
        raise


def _connected(path: Path, read_only: bool) -> sqlite3.Connection:
    if read_only:
        try:
            return _to_look_at(path)
        except sqlite3.OperationalError:
            return _copied(path)
    return sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5)


def _to_look_at(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    db.isolation_level = None
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def _copied(path: Path) -> sqlite3.Connection:
    """Return a copy in memory. SQLite looks at a file of this kind only where it may put another beside it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        for ending in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{ending}", f"{copy}{ending}")
        db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        with contextlib.closing(sqlite3.connect(copy)) as source:
            source.backup(db)
    db.execute("PRAGMA query_only=1")
    return db


def _make_durable(db: sqlite3.Connection) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "checkpoint_fullfsync=1"):
        db.execute(f"PRAGMA {pragma}")


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_whose(db: sqlite3.Connection, path: Path, world: str) -> None:
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        raise _damaged(path, "it is empty")
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION_ID or "journal" not in tables:
        raise BadInput("this is no transfer journal of Seawall", "Choose another data folder.", where=str(path))
    form, stamped = db.execute("SELECT form, world FROM journal").fetchone() or (None, None)
    if form != FORM:
        raise BadInput(
            f"the journal is of form {form}, this Seawall reads {FORM}", "Update Seawall.", where=str(path)
        )
    if stamped != world:
        words = f"this journal belongs to the {stamped} world and does not open in the {world} world"
        raise BadInput(words, "Choose another data folder or profile.", where=str(path))


def _check(db: sqlite3.Connection, path: Path) -> None:
    (sound,) = db.execute("PRAGMA quick_check").fetchone()
    if sound != "ok":
        raise _damaged(path, str(sound))
    _entries(db, path)
    _destinations(db, path)


def _create(path: Path, world: str) -> None:
    """Make the file beside its place and move it there whole: a journal that is there is never half made."""
    part = path.with_name(path.name + ".new")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # only the person may read it
    db = sqlite3.connect(part, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous=FULL")
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        for statement in _TABLES:
            db.execute(statement)
        db.execute("INSERT INTO journal VALUES (?, ?, 0, ?, 1)", (FORM, world, _FIRST_LINK))
        db.execute("COMMIT")
    finally:
        db.close()
    os.replace(part, path)
    _sync_folder(path.parent)


def _link(before: bytes, seq: int, transfer_id: str, number: int, at_ms: int, body: bytes) -> bytes:
    head = f"{seq}|{transfer_id}|{number}|{at_ms}|{len(body)}|".encode()
    return hashlib.sha256(before + head + body).digest()


def _append(db: sqlite3.Connection, transfer_id: str, at_ms: int, body: bytes) -> int:
    db.execute("BEGIN IMMEDIATE")
    try:
        rows, before = db.execute("SELECT rows, link FROM journal").fetchone()
        counted = db.execute("SELECT count(*) FROM events WHERE transfer_id = ?", (transfer_id,)).fetchone()
        seq, number = int(rows) + 1, int(counted[0]) + 1
        link = _link(before, seq, transfer_id, number, at_ms, body)
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", (seq, transfer_id, number, at_ms, body, link))
        db.execute("UPDATE journal SET rows = ?, link = ?", (seq, link))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return seq


def _entries(db: sqlite3.Connection, path: Path) -> list[JournalEntry]:
    db.execute("BEGIN")  # one picture, also while another program appends
    try:
        rows, last = db.execute("SELECT rows, link FROM journal").fetchone()
        found = db.execute("SELECT seq, transfer_id, number, at_ms, body, link FROM events ORDER BY seq").fetchall()
    finally:
        db.execute("COMMIT")
    link, entries = _FIRST_LINK, []
    for place, (seq, transfer_id, number, at_ms, body, written) in enumerate(found, start=1):
        if seq != place:
            raise _damaged(path, f"row {place} is missing")
        link = _link(link, seq, transfer_id, number, at_ms, body)
        if link != written:
            raise _damaged(path, f"row {place} is not as it was written")
        entries.append(JournalEntry(transfer_id, seq, at_ms, body))
    if len(entries) != rows or link != last:
        raise _damaged(path, f"it should hold {rows} rows and holds {len(entries)}")
    return entries


def _keep(db: sqlite3.Connection, proof: DestinationProof) -> None:
    # A single statement is its own transaction: on disk when this returns.
    db.execute(
        "INSERT INTO destinations (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        (proof.id, msgspec.json.encode(proof)),
    )


def _destinations(db: sqlite3.Connection, path: Path) -> list[DestinationProof]:
    proofs = []
    for place, body in db.execute("SELECT place, body FROM destinations ORDER BY place").fetchall():
        try:
            proofs.append(_proof_decoder.decode(body))
        except msgspec.MsgspecError as error:
            raise _damaged(path, f"destination {place} cannot be read: {error}") from error
    return proofs
