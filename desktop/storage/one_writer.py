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
    Seawall into the form of this one.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        *,
        before_tables: str = "",
        upgrade: Callable[[sqlite3.Connection], None] = lambda connection: None,
    ) -> None:
        self._path = path
        self._schema = schema
        self._before_tables = before_tables
        self._upgrade = upgrade
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
            remedy = "Move the file away; a new one is made at the next start."
            raise TableTrouble(f"{self._path}: {error}", remedy) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path)
            try:
                if self._before_tables:
                    connection.execute(self._before_tables)
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
                connection.executescript(self._schema)
                with connection:
                    self._upgrade(connection)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
