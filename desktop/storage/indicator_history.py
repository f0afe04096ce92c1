"""Hourly bars on disk, so that percentiles are warm at the next start."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from desktop.domain.market import HourBar
from desktop.storage.one_writer import OneWriter

_COLUMNS = HourBar.__struct_fields__
_SCHEMA = """
CREATE TABLE IF NOT EXISTS hours (
    coin TEXT NOT NULL, open_ms INTEGER NOT NULL,
    open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL,
    long_usd REAL, short_usd REAL, funding_8h REAL, oi_usd REAL, oi_coins REAL,
    PRIMARY KEY (coin, open_ms)
) WITHOUT ROWID;
"""


class IndicatorHistory:
    """Keeps hours by coin; fills the ports HistorySource and HistorySink. Raises TableTrouble naming the file."""

    def __init__(self, path: Path) -> None:
        self._table = OneWriter(path, _SCHEMA)

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        """Return the known bars of `coin` that opened at or after `since_ms`, oldest first."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM hours WHERE coin = ? AND open_ms >= ? ORDER BY open_ms"  # noqa: S608

        def read(connection: sqlite3.Connection) -> list[HourBar]:
            return [HourBar(*row) for row in connection.execute(query, (coin, since_ms))]

        return await self._table.call(read)

    async def keep_hour(self, coin: str, bar: HourBar) -> None:
        """Store one finished hour; the same hour again replaces it."""
        places = ", ".join("?" * (len(_COLUMNS) + 1))
        statement = f"INSERT OR REPLACE INTO hours (coin, {', '.join(_COLUMNS)}) VALUES ({places})"  # noqa: S608
        values = (coin, *msgspec.structs.astuple(bar))

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        await self._table.call(write)

    async def close(self) -> None:
        """Finish pending writes and close the file."""
        await self._table.close()
