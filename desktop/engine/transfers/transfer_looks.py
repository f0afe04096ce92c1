"""Looks at exchange and chain for every open transfer, each place on its own clock. It only ever asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from desktop.custody import transfer_events as ev
from desktop.custody.amount_guards import proposed_amount
from desktop.custody.exposure_guards import safe_amount
from desktop.custody.guards import Facts, usable_network
from desktop.custody.lookout import (
    EXCHANGE_CLOCK_MS,
    UNKNOWN_AFTER_MS,
    chain_events,
    exchange_events,
    offered_ms,
    overdue,
    payment_key,
    withdrawal_key,
)
from desktop.custody.reports import Payment, VenueWithdrawal
from desktop.custody.routes import route
from desktop.custody.transfer import Transfer, TransferState
from desktop.domain.chain_addresses import is_same
from desktop.domain.errors import NetworkTrouble, Refused, SeawallError
from desktop.domain.money import plain
from desktop.engine.ports import ChainSource, Clock
from desktop.engine.transfers.look_schedule import WATCHING, Look, LookSchedule, answered
from desktop.engine.transfers.own_positions import OwnPositions, leaving_of
from desktop.engine.transfers.transfer_accounts import ANSWER_SECONDS, Account, Accounts
from desktop.engine.transfers.transfer_book import TransferBook

_log = logging.getLogger(__name__)

EARLIER_MS = 7 * 86_400_000
# Where a chain is read by its blocks: what a look takes in, and more than that of what stood there before. Nodes keep
# the state of some 25 minutes.
CHAIN_SLACK_MS = 120_000
CHAIN_EARLIER_MS = 1_200_000
_SHORTEST_WAIT_SECONDS = 0.01
_RETRY_MS = 1000
_OTHER_SEED = "Take a wallet with another seed: what arrives there may not be yours alone."


class TransferLooks:
    """Ask, hand what is seen to the rules, and let the journal have what follows. Engine thread."""

    def __init__(
        self,
        clock: Clock,
        book: TransferBook,
        accounts: Accounts,
        chain: Sequence[ChainSource],
        on_answer: Callable[[], None],
        positions: OwnPositions | None = None,
    ) -> None:
        self._clock = clock
        self._positions = positions
        self._on_answer = on_answer
        self._book = book
        self._accounts = accounts
        self._chain = {source.name: source for source in chain}
        self.schedule = LookSchedule(self._watchers)
        self._records_of: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._asking: set[asyncio.Task[None]] = set()
        self._closed = False

    def renew(self) -> None:
        """Take in that transfers have changed."""
        self.schedule.renew(self._book.open_transfers(), self._clock.now_ms())
        self._wake.set()

    def now(self, transfer_id: str) -> None:
        """Ask every place of this transfer at once."""
        self.schedule.now(transfer_id, self._clock.now_ms())
        self._wake.set()

    def records(self, transfer_id: str) -> str:
        """Return whether the exchange's records were read for it since start-up: asked, read or silent."""
        return self._records_of.get(transfer_id, "asked")

    def asking(self) -> tuple[asyncio.Task[None], ...]:
        """Return the looks that wait for an answer."""
        return tuple(self._asking)

    async def run(self) -> None:
        """Look until closed. Only a fault of the program itself ends it earlier."""
        self.renew()
        while not self._closed:
            self._wake.clear()
            for look in self.schedule.due(self._clock.now_ms()):
                self._start(look)
            await self._note_overdue()
            await self._wait()

    async def close(self) -> None:
        """End all looks."""
        self._closed = True
        self._wake.set()
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def look_at_records(self, transfer: Transfer) -> None:
        """Read the exchange's records for this transfer now and journal what follows. Raises SeawallError."""
        found = await self._withdrawals(transfer, offered_ms(transfer) - EXCHANGE_CLOCK_MS)
        self._records_of[transfer.id] = "read"
        now_ms = self._clock.now_ms()
        others = self._book.claimed_by_others(transfer.id)
        await self._book.write(transfer.id, lambda t: () if t is None else exchange_events(t, found, others, now_ms))

    async def check_destination(self, transfer: Transfer, address: str) -> None:
        """Raise Refused where any source of the chain speaks against paying this address; the silent do not count."""
        answers = await asyncio.gather(*(self._why_not(name, address) for name in self._watchers(transfer)))
        for words in answers:
            if words:
                raise Refused(f"Do not send to {address}: {words}.", _OTHER_SEED, rule="G4")

    async def _why_not(self, place: str, address: str) -> str:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._chain[place].why_not_pay(address)
        except (NetworkTrouble, TimeoutError):
            return ""

    async def note_earlier(self, transfer: Transfer, address: str) -> None:
        """Journal what stands on exchange and chain before the destination is handed out; the silent are left out."""
        places = [p for p in (transfer.venue, *self._watchers(transfer)) if p not in transfer.earlier_places]
        await asyncio.gather(*(self._note_earlier_at(transfer, place, address) for place in places))

    async def _note_earlier_at(self, transfer: Transfer, place: str, address: str) -> None:
        try:
            if place == transfer.venue:
                withdrawals = await self._withdrawals(transfer, self._clock.now_ms() - EARLIER_MS)
                refs = tuple(withdrawal_key(transfer.venue, w.ref) for w in withdrawals)
                self._records_of[transfer.id] = "read"
            else:
                since_ms = self._clock.now_ms() - CHAIN_EARLIER_MS
                refs = tuple(payment_key(p) for p in await self._payments(transfer, place, address, since_ms))
        except (SeawallError, TimeoutError):
            return  # without its list, the place is judged by the times it tells
        event = ev.EarlierSeen(at_ms=self._clock.now_ms(), place=place, refs=refs)
        await self._book.write(transfer.id, lambda t: (event,))

    def _start(self, look: Look) -> None:
        look.asking = True
        task = asyncio.get_running_loop().create_task(self._ask(look), name=f"look {look.title}")
        self._asking.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a look failed", exc_info=task.exception())

    async def _ask(self, look: Look) -> None:
        transfer = self._book.transfer(look.transfer_id)
        try:
            if transfer is not None:
                await self._look(look, transfer)
        except (SeawallError, TimeoutError) as error:
            words = error.message if isinstance(error, SeawallError) else "no answer in time"
            self._silent(look, words)
        finally:
            if look.asking:  # cancelled, or failed in a way that nobody foresaw
                answered(look, "silent", "no answer", self._clock.now_ms())
            self._wake.set()
            self._on_answer()

    def _silent(self, look: Look, words: str) -> None:
        answered(look, "silent", words, self._clock.now_ms())
        if look.kind == "records" and self.records(look.transfer_id) == "asked":
            self._records_of[look.transfer_id] = "silent"

    async def _look(self, look: Look, transfer: Transfer) -> None:
        if look.kind == "account":
            await self._look_at_account(look, transfer)
            return
        if look.kind == "records":
            await self.look_at_records(transfer)
        else:
            await self._look_at_chain(look, transfer)
        seen = self._book.transfer(look.transfer_id)
        state, words = ("absent", "") if seen is None else _answer(seen, look)
        # Both sides of the answer are on disk by now: only here does the window hear of it.
        answered(look, "found" if state == "found" else "absent", words, self._clock.now_ms())

    async def _look_at_account(self, look: Look, transfer: Transfer) -> None:
        account = await self._accounts.ask(transfer.venue, transfer.coin)
        await self.note_account(transfer.id, account)
        now_ms = self._clock.now_ms()
        if account.idle is None or account.trouble:
            answered(look, "silent", account.trouble, now_ms)
            return
        gone = transfer.balance_before is not None and account.idle < transfer.balance_before
        words = f"{plain(account.idle)} {transfer.coin} idle"
        answered(look, "found" if gone else "absent", words, now_ms)

    async def note_account(self, transfer_id: str, account: Account) -> None:
        """Journal what the account means: a draft's first amount, or that the address book holds the destination."""
        now_ms = self._clock.now_ms()

        def judge(transfer: Transfer | None) -> tuple[ev.Event, ...]:
            if transfer is None:
                return ()
            return self._first_amount(transfer, account, now_ms) or _book_events(transfer, account, now_ms)

        await self._book.write(transfer_id, judge)

    def _first_amount(self, transfer: Transfer, account: Account, now_ms: int) -> tuple[ev.Event, ...]:
        if transfer.state is not TransferState.DRAFT or transfer.amount is not None or account.idle is None:
            return ()
        network = usable_network(transfer, Facts(networks=account.networks))
        amount = None if network is None else proposed_amount(transfer, account.idle, network)
        if network is None or amount is None:
            return ()
        # What open positions need is never proposed.
        amount = safe_amount(amount, network.step, leaving_of(self._positions, transfer, account.idle))
        return (ev.AmountSet(at_ms=now_ms, amount=amount, proposed=True),) if amount > 0 else ()

    async def _look_at_chain(self, look: Look, transfer: Transfer) -> None:
        if transfer.destination is None:
            return
        since_ms = offered_ms(transfer) - CHAIN_SLACK_MS
        found = await self._payments(transfer, look.place, transfer.destination.address, since_ms)
        now_ms, others = self._clock.now_ms(), self._book.claimed_by_others(transfer.id)

        def judge(now: Transfer | None) -> tuple[ev.Event, ...]:
            return () if now is None else chain_events(now, look.place, found, others, now_ms)

        await self._book.write(transfer.id, judge)

    async def _withdrawals(self, transfer: Transfer, since_ms: int) -> list[VenueWithdrawal]:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await self._accounts.exchange(transfer.venue).withdrawals(transfer.coin, since_ms)

    async def _payments(self, transfer: Transfer, place: str, address: str, since_ms: int) -> list[Payment]:
        named = tuple(dict.fromkeys(s.txid for s in transfer.sightings if s.txid))
        async with asyncio.timeout(ANSWER_SECONDS):
            return await self._chain[place].payments_to(address, coin=transfer.coin, since_ms=since_ms, named=named)

    def _watchers(self, transfer: Transfer) -> tuple[str, ...]:
        """Return the sources that see the chain of this transfer; none while no network is chosen."""
        way = route(transfer.venue, transfer.coin, transfer.network)
        return () if way is None else tuple(name for name, one in self._chain.items() if one.chain == way.chain)

    async def _note_overdue(self) -> None:
        now_ms = self._clock.now_ms()

        def judge(transfer: Transfer | None) -> tuple[ev.Event, ...]:
            late = transfer is not None and overdue(transfer, now_ms)
            return (ev.OutcomeUnknown(at_ms=now_ms),) if late else ()

        for transfer in self._book.open_transfers():
            if overdue(transfer, now_ms):
                try:
                    await self._book.write(transfer.id, judge)
                except SeawallError:
                    continue  # the journal cannot be written now; the next round tries again

    def _next_ms(self) -> int | None:
        now_ms = self._clock.now_ms()
        said = [t.said_sent_ms for t in self._book.open_transfers() if t.state is TransferState.SENT]
        dues = [max(ms + UNKNOWN_AFTER_MS, now_ms + _RETRY_MS) for ms in said if ms is not None]
        look_ms = self.schedule.next_ms()
        return min([*dues, *([] if look_ms is None else [look_ms])], default=None)

    async def _wait(self) -> None:
        """Wait for the next look, or until woken."""
        loop, next_ms = asyncio.get_running_loop(), self._next_ms()
        waiting: list[asyncio.Task[object]] = [loop.create_task(self._wake.wait())]
        if next_ms is not None:
            seconds = max(_SHORTEST_WAIT_SECONDS, (next_ms - self._clock.now_ms()) / 1000)
            waiting.append(loop.create_task(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


def _book_events(transfer: Transfer, account: Account, now_ms: int) -> tuple[ev.Event, ...]:
    proof = transfer.destination
    offered = (TransferState.ADDRESS_SHOWN, TransferState.COMPARED, TransferState.PROVED)
    if proof is None or transfer.state not in offered:
        return ()
    for entry in account.saved or ():
        if is_same(entry.address, proof.address, proof.script) and entry.network in ("", transfer.network):
            if proof.book_seen_ms is None or proof.usable_from_ms != entry.usable_from_ms:
                return (ev.BookSeen(at_ms=now_ms, usable_from_ms=entry.usable_from_ms),)
            return ()
    return ()


def _answer(transfer: Transfer, look: Look) -> tuple[str, str]:
    seen = next((s for s in transfer.sightings if s.place == look.place), None)
    if transfer.state not in WATCHING and seen is None:
        return "absent", ""
    if seen is None:
        return "absent", "not listed" if look.kind == "records" else "no payment to this address"
    if look.kind == "records":
        return "found", f"listed: {seen.status}"
    count = seen.confirmations or 0
    return "found", "seen, in no block yet" if count == 0 else f"{count} confirmation{'s' if count > 1 else ''}"
