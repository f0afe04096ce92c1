"""The steps of a transfer that wait for somebody: the device, the exchange, the chain.

Each errand ends with events in the journal, or raises what the page then says; the transfer stays where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from desktop.custody import transfer_wishes as wish
from desktop.custody.guards import Facts, wrong_wallet
from desktop.custody.transfer import DestinationProof, Transfer, TransferState
from desktop.custody.transfer_rules import decide, possible, way_home
from desktop.domain.errors import DeviceTrouble, Refused, SeawallError
from desktop.engine.ports import Clock, DeviceDesk
from desktop.engine.transfers.own_positions import FRESH_MS, OwnPositions
from desktop.engine.transfers.transfer_accounts import Accounts
from desktop.engine.transfers.transfer_book import TransferBook
from desktop.engine.transfers.transfer_looks import TransferLooks


class TransferErrands:
    """Run one step of one transfer. Engine thread. Raises SeawallError with words and remedy."""

    def __init__(
        self,
        clock: Clock,
        book: TransferBook,
        accounts: Accounts,
        looks: TransferLooks,
        device: DeviceDesk,
        facts: Callable[[Transfer | None], Facts],
        positions: OwnPositions | None = None,
    ) -> None:
        self._clock = clock
        self._book = book
        self._accounts = accounts
        self._looks = looks
        self._device = device
        self._facts = facts
        self._positions = positions

    async def take(self, transfer_id: str, asked: wish.Wish) -> None:
        """Let the rules decide, and journal what follows."""
        now_ms = self._clock.now_ms()
        await self._book.write(transfer_id, lambda t: decide(t, asked, now_ms, self._facts(t)))

    async def propose(self, transfer_id: str) -> None:
        """Fill in the amount of a new draft, once the exchange has said what is idle."""
        transfer = self._transfer(transfer_id)
        await self._refresh_positions(transfer)
        await self._looks.note_account(transfer_id, await self._accounts.fresh(transfer.venue, transfer.coin))

    async def agree(self, transfer_id: str) -> None:
        """Agree with coin and amount, on facts and positions that are not older than ten seconds."""
        await self._fresh(transfer_id)
        await self.take(transfer_id, wish.AgreeWhat())

    async def route(self, transfer_id: str, network: str) -> None:
        """Take the network; for a stored destination the device has to hold it, without showing it again."""
        transfer = await self._fresh(transfer_id)
        proof = transfer.destination
        if not transfer.stored_destination or proof is None:
            await self.take(transfer_id, wish.TakeRoute(network=network))
            return
        self._must_fit(transfer, wish.TakeRoute)
        derived = await self._device.address(transfer.coin, proof.path, show=False)
        await self._looks.note_earlier(transfer, proof.address)
        asked = wish.TakeRoute(network=network, fingerprint=derived.fingerprint, address=derived.address)
        await self.take(transfer_id, asked)

    async def show(self, transfer_id: str) -> None:
        """Let the device derive the address twice: unshown for this program, and shown for the person to confirm."""
        transfer = self._must_fit(self._transfer(transfer_id), wish.Shown)
        path = way_home(transfer, self._facts(transfer))
        unshown = await self._device.address(transfer.coin, path, show=False)
        wrong = wrong_wallet(unshown.fingerprint, self._facts(transfer))
        if wrong is not None:
            raise Refused(wrong.message, wrong.remedy, rule=wrong.rule)
        shown = await self._device.address(transfer.coin, path, show=True)
        if not shown.shown:
            raise DeviceTrouble("The device did not show the address.", "Reconnect it and let it show again.")
        asked = wish.Shown(
            address=shown.address,
            path=shown.path,
            script=shown.script,
            fingerprint=shown.fingerprint,
            program_address=unshown.address,
            program_source="device_unshown",
        )
        await self.take(transfer_id, asked)

    async def compare(self, transfer_id: str, pasted: str) -> None:
        """Compare what was pasted back; the exchange's address book is read beside it, on its own time."""
        await self.take(transfer_id, wish.Pasted(text=pasted))
        self._looks.now(transfer_id)

    async def prove(self, transfer_id: str) -> None:
        """Note what stands on exchange and chain, pose the challenge, let the device sign it, verify it here."""
        transfer = self._must_fit(self._transfer(transfer_id), wish.PoseChallenge)
        await self._looks.note_earlier(transfer, self._proof(transfer).address)
        await self.take(transfer_id, wish.PoseChallenge())
        proof = self._proof(self._transfer(transfer_id))
        signed = await self._device.sign_message(transfer.coin, proof.path, proof.challenge)
        # The next page is the one to send from: what stands there rests on positions as they are now.
        await self._refresh_positions(transfer)
        await self.take(transfer_id, wish.Signed(address=signed.address, signature=signed.signature))

    async def say_not_sent(self, transfer_id: str) -> None:
        """Take the person's word that it was never sent, unless anything speaks against it."""
        transfer = self._transfer(transfer_id)
        await self._accounts.ask(transfer.venue, transfer.coin)
        await self.take(transfer_id, wish.SayUnsent())

    async def verify(self, transfer_id: str) -> None:
        """Let the device derive the address again, shown and confirmed once more."""
        transfer = self._must_fit(self._transfer(transfer_id), wish.DerivedOnDevice)
        again = await self._device.address(transfer.coin, self._proof(transfer).path, show=True)
        await self.take(transfer_id, wish.DerivedOnDevice(address=again.address, fingerprint=again.fingerprint))

    async def drop(self, transfer_id: str) -> None:
        """Give up; where it could have been sent already, the exchange's records are read first."""
        transfer = self._transfer(transfer_id)
        if transfer.state is TransferState.PROVED:
            # A silent exchange does not hold the person: what may have left goes to the own wallet.
            with suppress(SeawallError, TimeoutError):
                await self._looks.look_at_records(transfer)
        await self.take(transfer_id, wish.GiveUp())

    async def _fresh(self, transfer_id: str) -> Transfer:
        transfer = self._transfer(transfer_id)
        await self._refresh_positions(transfer)
        await self._accounts.fresh(transfer.venue, transfer.coin)
        return self._transfer(transfer_id)

    async def _refresh_positions(self, transfer: Transfer) -> None:
        if self._positions is not None:
            await self._positions.refresh(transfer.venue, FRESH_MS)

    def _must_fit(self, transfer: Transfer, kind: type[wish.Wish]) -> Transfer:
        """Return the transfer if a wish of this kind fits it now: the device is not asked in vain."""
        if possible(transfer, kind):
            return transfer
        where = transfer.state.value.replace("_", " ")
        raise Refused(f"That step does not fit here: the transfer is {where}.", "Follow its page.", rule="state")

    def _transfer(self, transfer_id: str) -> Transfer:
        transfer = self._book.transfer(transfer_id)
        if transfer is None:
            raise Refused("There is no such transfer.", "Start one.", rule="state")
        return transfer

    def _proof(self, transfer: Transfer) -> DestinationProof:
        if transfer.destination is None:
            raise Refused("No destination was shown by the device yet.", "Let the device show it.", rule="G1")
        return transfer.destination
