"""The steps of a transfer that wait for somebody: the device, the exchange, the chain.

Each errand ends with events in the journal, or raises what the page then says; the transfer stays where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from msgspec.structs import replace

from desktop.custody import transfer_wishes as wish
from desktop.custody.guards import Facts, wrong_wallet
from desktop.custody.routes import Route, route
from desktop.custody.transfer import DestinationProof, Transfer, TransferState
from desktop.custody.transfer_rules import decide, possible, way_home
from desktop.domain.account_key import account_path, address_of_account
from desktop.domain.errors import DeviceTrouble, Refused, SeawallError
from desktop.engine.ports import Clock, DeviceAccount, DeviceAddress, DeviceDesk
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
        chain = _chain(transfer, proof)
        derived = await self._device.address(chain, proof.path, show=False, pinned=_pinned(proof))
        routed = replace(transfer, network=proof.network)
        await self._looks.check_destination(routed, proof.address)
        await self._looks.note_earlier(routed, proof.address)
        asked = wish.TakeRoute(network=network, fingerprint=derived.fingerprint, address=derived.address)
        await self.take(transfer_id, asked)

    async def show(self, transfer_id: str) -> None:
        """Let the device show the address for the person to confirm.

        The program's own copy is derived here, from the key of the account: the one pinned with an earlier
        destination where there is one, else the device's answer of this moment.
        """
        transfer = self._must_fit(self._transfer(transfer_id), wish.Shown)
        way = way_home(transfer, self._facts(transfer))
        account = await self._device.account(way.chain, way.path)
        wrong = wrong_wallet(account.fingerprint, self._facts(transfer))
        if wrong is not None:
            raise Refused(wrong.message, wrong.remedy, rule=wrong.rule)
        pinned = _pinned_before(self._book.destinations(), account) if account.xpub else None
        # Where no address follows from a public key, the device's own answer of a moment before stands beside it.
        unshown = await self._device.address(way.chain, way.path, show=False) if pinned is None else None
        shown = await self._device.address(way.chain, way.path, show=True, pinned=pinned)
        if not shown.shown:
            raise DeviceTrouble("The device did not show the address.", "Reconnect it and let it show again.")
        asked = wish.Shown(
            address=shown.address,
            path=shown.path,
            script=shown.script,
            fingerprint=shown.fingerprint,
            program_address=_held(pinned, unshown, way),
            program_source="account_key" if pinned is not None else "device_unshown",
            account_xpub="" if pinned is None else pinned.xpub,
        )
        await self.take(transfer_id, asked)

    async def compare(self, transfer_id: str, pasted: str) -> None:
        """Compare what was pasted back; the exchange's address book is read beside it, on its own time."""
        await self.take(transfer_id, wish.Pasted(text=pasted))
        self._looks.now(transfer_id)

    async def prove(self, transfer_id: str) -> None:
        """Note what stands on exchange and chain, pose the challenge, let the device sign it, verify it here."""
        transfer = self._must_fit(self._transfer(transfer_id), wish.PoseChallenge)
        await self._looks.check_destination(transfer, self._proof(transfer).address)
        await self._looks.note_earlier(transfer, self._proof(transfer).address)
        await self.take(transfer_id, wish.PoseChallenge())
        proof = self._proof(self._transfer(transfer_id))
        pinned = _pinned(proof)
        chain = _chain(transfer, proof)
        signed = await self._device.sign_message(chain, proof.path, proof.challenge, pinned=pinned)
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
        proof = self._proof(transfer)
        chain = _chain(transfer, proof)
        again = await self._device.address(chain, proof.path, show=True, pinned=_pinned(proof))
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


def _pinned(proof: DestinationProof) -> DeviceAccount | None:
    """Return the account that was pinned with this destination; None in journals from before there was one."""
    if not proof.account_xpub:
        return None
    return DeviceAccount(proof.fingerprint, account_path(proof.path), proof.account_xpub)


def _held(pinned: DeviceAccount | None, unshown: DeviceAddress | None, way: Route) -> str:
    """Return the address that Seawall holds beside the device's screen."""
    if pinned is not None:
        return address_of_account(pinned.xpub, way.path, way.script)
    return "" if unshown is None else unshown.address


def _chain(transfer: Transfer, proof: DestinationProof) -> str:
    """Return the chain that the destination lies on. Raise Refused where its route is not listed any more."""
    way = route(transfer.venue, transfer.coin, proof.network)
    if way is None:
        raise Refused(f"{transfer.coin} over {proof.network} is no listed way.", "Start a new transfer.", rule="G5")
    return way.chain


def _pinned_before(proofs: Iterable[DestinationProof], account: DeviceAccount) -> DeviceAccount:
    """Return the account as an earlier destination in it pinned it; else as the device says it is."""
    earlier = (_pinned(proof) for proof in proofs)
    return next((pinned for pinned in earlier if pinned is not None and pinned.path == account.path), account)
