"""Hourly bars on disk, so that percentiles are warm at the next start: those lived, and those filled in later."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from desktop.domain.kept_values import Origin
from desktop.domain.market import HourBar
from desktop.storage.one_writer import OneWriter

_COLUMNS = HourBar.__struct_fields__
_NAMES = ", ".join(_COLUMNS)
_PLACES = ", ".join("?" * (len(_COLUMNS) + 1))
_NUMBERS = """
    coin TEXT NOT NULL, open_ms INTEGER NOT NULL,
    open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL,
    long_usd REAL, short_usd REAL, funding_8h REAL, oi_usd REAL, oi_coins REAL, oi_venues TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (coin, open_ms)
"""
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS hours ({_NUMBERS}) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS filled_hours ({_NUMBERS}) WITHOUT ROWID;
"""
_TABLES: dict[Origin, str] = {"own": "hours", "filled": "filled_hours"}


class IndicatorHistory:
    """Keeps hours by coin; fills the ports HistorySource and HistorySink. Raises TableTrouble naming the file.

    Hours Seawall lived through and hours a venue told later lie apart: an own hour wins, and only what it does not
    know of funding and open interest comes from the filled one.
    """

    def __init__(self, path: Path) -> None:
        self._table = OneWriter(path, _SCHEMA, upgrade=_name_interest_venues)

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        """Return the known bars of `coin` that opened at or after `since_ms`, oldest first."""

        def read(connection: sqlite3.Connection) -> list[HourBar]:
            own, filled = (_read(connection, table, coin, since_ms) for table in ("hours", "filled_hours"))
            both = {bar.open_ms: bar for bar in filled}
            both |= {bar.open_ms: _joined(bar, both.get(bar.open_ms)) for bar in own}
            return [both[open_ms] for open_ms in sorted(both)]

        return await self._table.call(read)

    async def own_hours(self, coin: str, since_ms: int) -> list[HourBar]:
        """Return the bars that Seawall itself lived through since then, oldest first."""
        return await self._table.call(lambda connection: _read(connection, "hours", coin, since_ms))

    async def keep_hour(self, coin: str, bar: HourBar) -> None:
        """Store one finished hour; the same hour again replaces it."""
        await self.keep_hours(coin, [bar])

    async def keep_hours(self, coin: str, bars: Sequence[HourBar], origin: Origin = "own") -> None:
        """Store hours of this origin, all or none; the same hour of the same origin again replaces it."""
        table = _TABLES[origin]
        statement = f"INSERT OR REPLACE INTO {table} (coin, {_NAMES}) VALUES ({_PLACES})"  # noqa: S608
        rows = [(coin, *msgspec.structs.astuple(bar)[:-1], ",".join(bar.oi_venues)) for bar in bars]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(statement, rows)

        await self._table.call(write)

    async def close(self) -> None:
        """Finish pending writes and close the file."""
        await self._table.close()


def _read(connection: sqlite3.Connection, table: str, coin: str, since_ms: int) -> list[HourBar]:
    query = f"SELECT {_NAMES} FROM {table} WHERE coin = ? AND open_ms >= ? ORDER BY open_ms"  # noqa: S608
    found = []
    for *numbers, venues in connection.execute(query, (coin, since_ms)):
        bar = HourBar(*numbers)
        found.append(msgspec.structs.replace(bar, oi_venues=tuple(venues.split(","))) if venues else bar)
    return found


def _joined(own: HourBar, filled: HourBar | None) -> HourBar:
    if filled is None:
        return own
    changes: dict[str, object] = {}
    if own.funding_8h is None:
        changes["funding_8h"] = filled.funding_8h
    if own.oi_coins is None and own.oi_usd is None:
        changes |= {"oi_usd": filled.oi_usd, "oi_coins": filled.oi_coins, "oi_venues": filled.oi_venues}
    return msgspec.structs.replace(own, **changes) if changes else own


def _name_interest_venues(connection: sqlite3.Connection) -> None:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(hours)")}
    if "oi_venues" not in columns:
        connection.execute("ALTER TABLE hours ADD COLUMN oi_venues TEXT NOT NULL DEFAULT ''")
