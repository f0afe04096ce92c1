"""Incidents on disk, so that old ones never ring again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from desktop.alerts.incidents import Incident
from desktop.storage.one_writer import OneWriter, TableTrouble

_SCHEMA = """
CREATE TABLE IF NOT EXISTS incidents (
    id TEXT PRIMARY KEY, opened_ms INTEGER NOT NULL, body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS incidents_by_time ON incidents (opened_ms);
"""


class IncidentFile:
    """Keeps incidents as they stand; fills the port IncidentJournal. Raises TableTrouble naming the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._table = OneWriter(path, _SCHEMA)

    async def keep(self, incident: Incident) -> None:
        """Store the incident as it stands; the same id replaces it."""
        row = (incident.id, incident.opened_ms, msgspec.json.encode(incident))

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO incidents (id, opened_ms, body) VALUES (?, ?, ?)", row)

        await self._table.call(write)

    async def recent(self, limit: int) -> list[Incident]:
        """Return the latest incidents, newest first."""
        query = "SELECT body FROM incidents ORDER BY opened_ms DESC, id DESC LIMIT ?"

        def read(connection: sqlite3.Connection) -> list[bytes]:
            return [body for (body,) in connection.execute(query, (limit,))]

        try:
            return [msgspec.json.decode(body, type=Incident) for body in await self._table.call(read)]
        except msgspec.MsgspecError as error:
            raise TableTrouble(f"{self._path}: an incident cannot be read: {error}", "Move the file away.") from error

    async def close(self) -> None:
        """Finish pending writes and close the file."""
        await self._table.close()
