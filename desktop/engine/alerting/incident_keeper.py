"""Between the engine and the journal of incidents: no disk, full, damaged or silent, keeps an alert from ringing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from desktop.alerts.incidents import Incident
from desktop.domain.errors import SeawallError
from desktop.engine.ports import IncidentJournal

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
_MOST_UNSAVED = 500


class IncidentKeeper:
    """Fill the port IncidentJournal with another one that may fail, or with none. Engine thread.

    What could not be kept is kept with the next incident; `on_trouble` hears of each kind of trouble once.
    """

    def __init__(self, journal: IncidentJournal | None, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._journal = journal
        self._patience_seconds = patience_seconds
        self._unsaved: dict[str, Incident] = {}
        self._writing: asyncio.Task[None] | None = None
        self._trouble = ""
        self.on_trouble: Callable[[SeawallError], None] = lambda error: None

    async def keep(self, incident: Incident) -> None:
        """Store the incident as it stands. Return when it is on disk, or when the disk fails or takes too long."""
        if self._journal is None:
            return
        self._unsaved.pop(incident.id, None)
        self._unsaved[incident.id] = incident
        while len(self._unsaved) > _MOST_UNSAVED:
            del self._unsaved[next(iter(self._unsaved))]
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="incidents")
        # Real seconds: how long a disk may take does not change with the speed of a world's clock.
        await asyncio.wait({self._writing}, timeout=self._patience_seconds)

    async def recent(self, limit: int) -> list[Incident]:
        """Return the latest incidents, newest first; none when they cannot be read."""
        try:
            return [] if self._journal is None else await self._journal.recent(limit)
        except SeawallError as error:
            self._told(error)
            return []

    async def close(self) -> None:
        """Wait until what is being written is written."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=self._patience_seconds)
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _write(self) -> None:
        while self._unsaved and self._journal is not None:
            incident = next(iter(self._unsaved.values()))
            try:
                await self._journal.keep(incident)
            except SeawallError as error:
                self._told(error)
                return
            if self._unsaved.get(incident.id) is incident:
                del self._unsaved[incident.id]
        self._trouble = ""

    def _told(self, error: SeawallError) -> None:
        if error.message != self._trouble:
            self._trouble = error.message
            _log.warning("incidents: %s", error.message)
            self.on_trouble(error)
