"""The transfers as the journal has them: every event is on disk before it counts.

One fold for everything: what a restart reads is what normal running wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from desktop.custody.destination import proved_destinations
from desktop.custody.lookout import claims_of
from desktop.custody.transfer import FINAL_STATES, DestinationProof, Transfer
from desktop.custody.transfer_events import Event, decode, encode
from desktop.custody.transfer_fold import apply
from desktop.domain.errors import BadInput
from desktop.engine.ports import JournalEntry, TransferJournal

Judge = Callable[[Transfer | None], tuple[Event, ...]]


class TransferBook:
    """Hold all transfers of one world and write what happens to them. Engine thread.

    `write` asks a judge for events while nothing else can change the transfer, appends each durably, and only then
    lets it count. After a write that failed the journal is read again: what counts is what is on disk.
    """

    def __init__(self, journal: TransferJournal, world: str, on_change: Callable[[], None]) -> None:
        self._journal = journal
        self._world = world
        self._on_change = on_change
        self._transfers: dict[str, Transfer] = {}
        self._events: dict[str, list[Event]] = {}
        self._one_writer = asyncio.Lock()
        self._doubtful = False

    async def restore(self) -> None:
        """Fold the journal. Raises BadInput naming the row that cannot be."""
        async with self._one_writer:
            await self._read()

    async def write(self, transfer_id: str, judge: Judge) -> Transfer | None:
        """Write the events the judge returns for this transfer; return it as it then stands.

        Raises what the judge raises (Refused), and SeawallError when the journal cannot be written.
        """
        async with self._one_writer:
            if self._doubtful:
                await self._read()
            for event in judge(self._transfers.get(transfer_id)):
                await self._append(transfer_id, event)
            return self._transfers.get(transfer_id)

    def transfer(self, transfer_id: str) -> Transfer | None:
        """Return the transfer as it stands, or None."""
        return self._transfers.get(transfer_id)

    def transfers(self) -> tuple[Transfer, ...]:
        """Return all transfers, in the order in which they were begun."""
        return tuple(self._transfers.values())

    def open_transfers(self) -> tuple[Transfer, ...]:
        """Return those that still go on."""
        return tuple(t for t in self._transfers.values() if t.state not in FINAL_STATES)

    def events(self, transfer_id: str) -> tuple[Event, ...]:
        """Return what happened to this transfer, oldest first."""
        return tuple(self._events.get(transfer_id, ()))

    def claimed_by_others(self, transfer_id: str) -> frozenset[str]:
        """Return the withdrawals and payments that belong to other transfers."""
        claims = (claims_of(t) for t in self._transfers.values() if t.id != transfer_id)
        return frozenset[str]().union(*claims)

    def destinations(self) -> tuple[DestinationProof, ...]:
        """Return the proved destinations, oldest first, as the journal's events tell them."""
        return proved_destinations(self._transfers.values())

    def pinned_fingerprint(self) -> str:
        """Return the fingerprint of the wallet that proved the first destination, or nothing."""
        return next((proof.fingerprint for proof in self.destinations()), "")

    async def close(self) -> None:
        """Close the journal after the write that may be under way."""
        async with self._one_writer:
            await self._journal.close()

    async def _append(self, transfer_id: str, event: Event) -> None:
        # What cannot be folded is not written; what is not written does not count.
        after = apply(self._transfers.get(transfer_id), event)
        try:
            await self._journal.append(transfer_id, event.at_ms, encode(event))
        except BaseException:
            self._doubtful = True
            raise
        before = self.destinations()
        self._transfers[transfer_id] = after
        self._events.setdefault(transfer_id, []).append(event)
        for proof in self.destinations():
            if proof not in before:
                await self._journal.keep_destination(proof)
        self._on_change()

    async def _read(self) -> None:
        transfers: dict[str, Transfer] = {}
        events: dict[str, list[Event]] = {}
        for entry in await self._journal.entries():
            event, transfer = self._folded(transfers.get(entry.transfer_id), entry)
            transfers[entry.transfer_id] = transfer
            events.setdefault(entry.transfer_id, []).append(event)
        self._transfers, self._events, self._doubtful = transfers, events, False
        await self._check_destinations()

    def _folded(self, before: Transfer | None, entry: JournalEntry) -> tuple[Event, Transfer]:
        where = f"transfer journal, row {entry.seq}"
        remedy = "Keep the journal and look at the exchange and the chain themselves before you send anything."
        try:
            event = decode(entry.body)
            transfer = apply(before, event)
        except BadInput as error:
            raise BadInput(error.message, remedy, where=where) from error
        if transfer.id != entry.transfer_id or transfer.world != self._world:
            words = f"it tells of transfer {transfer.id} of the {transfer.world} world"
            raise BadInput(words, remedy, where=where)
        return event, transfer

    async def _check_destinations(self) -> None:
        """Bring the stored destinations in line with the events; one that no event proved was put there by others."""
        stored = {proof.id: proof for proof in await self._journal.destinations()}
        proved = {proof.id: proof for proof in self.destinations()}
        for key, proof in stored.items():
            told = proved.get(key)
            if told is None or (told.address, told.fingerprint) != (proof.address, proof.fingerprint):
                words = f"the stored destination {proof.address} was never proved by a transfer"
                raise BadInput(words, "Do not send to it. Keep the journal, and begin with a new profile.", where=key)
        for key, proof in proved.items():
            # The program may have ended between an event and the copy that follows from it.
            if stored.get(key) != proof:
                await self._journal.keep_destination(proof)
