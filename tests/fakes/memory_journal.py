"""A transfer journal in memory, with the manners of the real one."""

from __future__ import annotations

from desktop.custody.transfer import DestinationProof
from desktop.domain.errors import SeawallError, WrongUsage
from desktop.engine.ports import JournalEntry


class MemoryJournal:
    """`TransferJournal` without a file. `broken` makes every write fail; `lose_answer` writes and then fails."""

    def __init__(self) -> None:
        self.rows: list[JournalEntry] = []
        self.kept: dict[str, DestinationProof] = {}
        self.broken = False
        self.lose_answer = False
        self._closed = False

    async def append(self, transfer_id: str, at_ms: int, body: bytes) -> int:
        """Write one event and return its sequence number."""
        self._must_be_open()
        if self.broken:
            raise SeawallError("the journal could not be written", "Free the disk.")
        self.rows.append(JournalEntry(transfer_id, len(self.rows) + 1, at_ms, bytes(body)))
        if self.lose_answer:
            raise SeawallError("the journal could not be written", "Free the disk.")
        return len(self.rows)

    async def entries(self) -> list[JournalEntry]:
        """Return everything in order of writing."""
        self._must_be_open()
        return list(self.rows)

    async def keep_destination(self, proof: DestinationProof) -> None:
        """Store a destination by its id."""
        self._must_be_open()
        self.kept[proof.id] = proof

    async def destinations(self) -> list[DestinationProof]:
        """Return all stored destinations, oldest first."""
        self._must_be_open()
        return list(self.kept.values())

    async def close(self) -> None:
        """Close it; twice does no harm."""
        self._closed = True

    def _must_be_open(self) -> None:
        if self._closed:
            raise WrongUsage("the transfer journal is closed")
