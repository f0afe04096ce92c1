"""Reads the transfer journal of a world for the command line: it opens the file for reading alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from desktop.custody.destination import proved_destinations
from desktop.custody.transfer import DestinationProof, Transfer
from desktop.custody.transfer_events import Event, decode
from desktop.custody.transfer_fold import apply
from desktop.domain.errors import BadInput
from desktop.engine.ports import JournalEntry
from desktop.storage.transfer_journal import JOURNAL_FILE, open_journal


class JournalPicture(msgspec.Struct, frozen=True):
    """Everything that the journal tells: transfers by id in the order of their beginning, and their events."""

    transfers: dict[str, Transfer]
    events: dict[str, tuple[tuple[int, Event], ...]]

    @property
    def destinations(self) -> tuple[DestinationProof, ...]:
        """The destinations that were proved, oldest first."""
        return proved_destinations(self.transfers.values())


def read_journal(folder: Path, world: str) -> JournalPicture:
    """Return what the journal in this folder tells; nothing if there is none yet. Raise BadInput naming the row."""
    path = folder / JOURNAL_FILE
    if not path.exists():
        return JournalPicture({}, {})
    transfers: dict[str, Transfer] = {}
    events: dict[str, tuple[tuple[int, Event], ...]] = {}
    for entry in asyncio.run(_entries(path, world)):
        try:
            event = decode(entry.body)
            transfers[entry.transfer_id] = apply(transfers.get(entry.transfer_id), event)
        except BadInput as error:
            raise BadInput(error.message, error.remedy, where=f"{path}, row {entry.seq}") from error
        events[entry.transfer_id] = (*events.get(entry.transfer_id, ()), (entry.seq, event))
    return JournalPicture(transfers, events)


async def _entries(path: Path, world: str) -> list[JournalEntry]:
    journal = await open_journal(path, world, read_only=True)
    try:
        return await journal.entries()
    finally:
        await journal.close()
