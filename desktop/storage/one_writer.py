"""A SQLite file behind one thread of its own: callers on an event loop never wait for the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from desktop.domain.errors import SeawallError

_T = TypeVar("_T")


class TableTrouble(SeawallError):
    """A table of Seawall's own could not be read or written."""


class OneWriter:
    """Runs every call on the file in one thread, in order. WAL, so that readers of other processes do not wait.

    `before_tables` is said to a new file before anything is written to it; `upgrade` brings the tables of an older
    Seawall into the form of this one. `form` is the number of that form: a file of a higher one was made by a newer
    Seawall and is left as it is.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        *,
        before_tables: str = "",
        upgrade: Callable[[sqlite3.Connection], None] = lambda connection: None,
        form: int = 1,
    ) -> None:
        self._path = path
        self._schema = schema
        self._before_tables = before_tables
        self._upgrade = upgrade
        self._form = form
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"table-{path.stem}")
        self._connection: sqlite3.Connection | None = None

    async def call(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Return what `work` returns. It runs in one transaction. Raise TableTrouble naming the file if it fails."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)

    async def close(self) -> None:
        """Finish what was asked for and close the file."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._shut)
        self._thread.shutdown(wait=True)

    def _run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        try:
            connection = self._opened()
            with connection:
                return work(connection)
        except sqlite3.Error as error:
            raise TableTrouble(f"{self._path}: {error}", _remedy(error)) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path)
            try:
                form = self._form_of(connection)
                if self._before_tables:
                    connection.execute(self._before_tables)
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
                connection.executescript(self._schema)
                with connection:
                    self._upgrade(connection)
                if form < self._form:
                    connection.execute(f"PRAGMA user_version={self._form}")
            except (sqlite3.Error, TableTrouble):
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _form_of(self, connection: sqlite3.Connection) -> int:
        """Return the number of the file's form, 0 for a new file or one of the first Seawall."""
        form = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if form > self._form:
            words = f"{self._path} was made by a newer Seawall (form {form}, this one knows {self._form})"
            remedy = "Start the newer Seawall, or move the file away: it is neither read nor changed here."
            raise TableTrouble(words, remedy)
        return form

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _remedy(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return "Free some space on this disk; what could not be written is tried again."
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR", "SQLITE_BUSY")):
        return "Let Seawall write in this folder, and see that no other program holds the file."
    return "Move the file away; a new one is made at the next start."
