"""Runs transfers: obeys the person, asks the device, keeps the journal ahead of everything.

Nothing is done or shown that follows from an event before that event is on disk. What waits for the device or for
the network runs beside, one thing at a time for each transfer; meanwhile the view says what is waited for.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from desktop.custody import transfer_wishes as wish
from desktop.custody.guards import Facts
from desktop.custody.readiness import ReadinessRow, board
from desktop.custody.routes import routes_of
from desktop.custody.transfer import FINAL_STATES, Transfer
from desktop.custody.transfer_rules import decide
from desktop.custody.wallet_use import WalletUse, wallet_use
from desktop.domain.errors import Refused, SeawallError
from desktop.engine import commands as cmd
from desktop.engine.desk_view import TransferView
from desktop.engine.ports import ChainSource, Clock, DeviceDesk, ExchangeRecords, TransferJournal
from desktop.engine.transfers.evidence_files import write_evidence
from desktop.engine.transfers.look_schedule import WATCHING
from desktop.engine.transfers.own_positions import UNSENT, OwnPositions, leaving_of
from desktop.engine.transfers.transfer_accounts import Accounts
from desktop.engine.transfers.transfer_book import TransferBook
from desktop.engine.transfers.transfer_errands import TransferErrands
from desktop.engine.transfers.transfer_looks import TransferLooks
from desktop.engine.transfers.transfer_views import Said, view_of

_log = logging.getLogger(__name__)
Work = Callable[[], Awaitable[str | None]]
_ID_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"


def new_transfer_id() -> str:
    """Return a new id: 20 of a-z and 2-7, which every venue takes as a client id."""
    return "sw" + "".join(secrets.choice(_ID_SIGNS) for _ in range(18))


class TransferRunner:
    """All transfers of one world. Engine thread.

    `restore` first, then `run`. `handle` never raises: a refusal stands in the transfer's view. `on_change` is called
    whenever a view may have changed.
    """

    def __init__(
        self,
        clock: Clock,
        journal: TransferJournal,
        device: DeviceDesk,
        exchanges: Mapping[str, ExchangeRecords],
        chain: Sequence[ChainSource],
        world: str,
        on_change: Callable[[], None] = lambda: None,
        new_id: Callable[[], str] = new_transfer_id,
        positions: OwnPositions | None = None,
    ) -> None:
        # A refusal that has no transfer to stand at goes here.
        self.on_refused: Callable[[SeawallError], None] = lambda error: None
        self._clock = clock
        self._device = device
        self._world = world
        self._on_change = on_change
        self._new_id = new_id
        self._chain = tuple(source.chain for source in chain)
        self._positions = positions
        self._book = TransferBook(journal, world, self._changed)
        self._accounts = Accounts(exchanges, clock)
        self._looks = TransferLooks(clock, self._book, self._accounts, chain, self._touched, positions)
        self._errands = TransferErrands(
            clock, self._book, self._accounts, self._looks, device, self._facts, positions
        )
        self._said: dict[str, Said] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._version = 0
        self._used = (0, WalletUse())
        self._drawn: tuple[int, int, str] | None = None
        self._views: tuple[TransferView, ...] = ()
        self._ended_views: dict[str, tuple[Said, TransferView]] = {}

    async def restore(self) -> None:
        """Fold the journal; everybody is on the page they left. Raises BadInput if it cannot be trusted."""
        await self._book.restore()
        self._changed()

    async def run(self) -> None:
        """Look at exchange and chain for all open transfers until closed."""
        await self._looks.run()

    async def close(self) -> None:
        """End looks and device calls, then close the journal."""
        await self._looks.close()
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        await self._book.close()

    async def settled(self) -> None:
        """Wait until nothing is waited for any more: no device call, no question to exchange or chain."""
        while self._under_way or self._looks.asking():
            await asyncio.gather(*self._under_way.values(), *self._looks.asking(), return_exceptions=True)
            # Since Python 3.12 tasks that have ended are gathered without the turn of the loop that takes them out.
            await asyncio.sleep(0)

    def views(self) -> tuple[TransferView, ...]:
        """Return every transfer as it stands, in the order in which they were begun."""
        now_ms = self._clock.now_ms()
        drawn = (self._version, now_ms // 1000, self._device.view().fingerprint)
        if drawn != self._drawn:
            self._views = tuple(self._view(transfer, now_ms) for transfer in self._book.transfers())
            self._drawn = drawn
        return self._views

    def leaves(self, venue: str) -> bool:
        """Return whether coins may leave this venue soon: a transfer from there is prepared and not sent."""
        return any(t.venue == venue and t.state in UNSENT for t in self._book.open_transfers())

    def board(self, now_ms: int) -> tuple[ReadinessRow, ...]:
        """Return the readiness board as this world's journal has it; rehearsals in practice are not in it."""
        return board(self._book.destinations(), self._book.transfers(), (), now_ms)

    def wallet_use(self) -> WalletUse:
        """Return which wallets are pinned and which chains coins go home by, as the journal has it."""
        if self._used[0] != self._version:
            self._used = (self._version, wallet_use(self._book.transfers()))
        return self._used[1]

    async def handle(self, command: cmd.Command) -> None:
        """Obey a command. A refusal, and every trouble on the way, appears in the transfer's view."""
        match command:
            case cmd.CancelOnDevice():
                await self._cancel_on_device()
            case cmd.StartTransfer():
                await self._begin(command)
            case cmd.LookNow():
                self._looks.now(command.transfer_id)
            case (
                cmd.SetAmount() | cmd.ConfirmWhat() | cmd.ChooseRoute() | cmd.ShowAddress() | cmd.ComparePage()
                | cmd.ProveControl() | cmd.HaveSent() | cmd.SayNotSent() | cmd.VerifyAgain() | cmd.DropTransfer()
                | cmd.SaveEvidence()
            ):  # fmt: skip
                await self._obey(command.transfer_id, command)

    async def _obey(self, transfer_id: str, command: cmd.Command) -> None:
        if self._book.transfer(transfer_id) is None:
            _log.info("a command for a transfer that is not there: %s", type(command).__name__)
            return
        if transfer_id in self._under_way:
            words = "Something is still waited for."
            self._refuse(transfer_id, Refused(words, "Answer on the device, or cancel it there."), keep_busy=True)
            return
        busy, work = self._work(transfer_id, command)
        task = self._start(transfer_id, busy, work)
        if not busy:
            await asyncio.wait((task,))

    def _start(self, transfer_id: str, busy: str, work: Work) -> asyncio.Task[None]:
        self._say(transfer_id, Said(busy=busy))
        task = asyncio.get_running_loop().create_task(self._done_or_refused(transfer_id, work))
        self._under_way[transfer_id] = task
        task.add_done_callback(partial(self._ended, transfer_id))
        return task

    def _work(self, transfer_id: str, command: cmd.Command) -> tuple[str, Work]:
        """Return what the person is told meanwhile (nothing: it is done at once), and the work itself."""
        errands = self._errands
        match command:
            case cmd.SetAmount():
                return "", partial(errands.take, transfer_id, wish.TakeAmount(amount=command.amount))
            case cmd.ConfirmWhat():
                return "Asking the exchange what is idle.", partial(errands.agree, transfer_id)
            case cmd.ChooseRoute():
                return "Asking the exchange about the network.", partial(errands.route, transfer_id, command.network)
            case cmd.ShowAddress():
                return "Compare the address on the device and confirm it there.", partial(errands.show, transfer_id)
            case cmd.ComparePage():
                return "", partial(errands.compare, transfer_id, command.pasted)
            case cmd.ProveControl():
                return "Read the text on the device and sign it there.", partial(errands.prove, transfer_id)
            case cmd.HaveSent():
                return "", partial(errands.take, transfer_id, wish.SayPaid())
            case cmd.SayNotSent():
                return "Asking the exchange what is idle.", partial(errands.say_not_sent, transfer_id)
            case cmd.VerifyAgain():
                return "Compare the address on the device and confirm it again.", partial(errands.verify, transfer_id)
            case cmd.DropTransfer():
                return "Looking whether it was sent.", partial(errands.drop, transfer_id)
            case cmd.SaveEvidence():
                return "Writing the evidence.", partial(self._save_evidence, transfer_id, command.folder)
            case _:
                raise Refused(f"{type(command).__name__} is no step of a transfer.")

    async def _done_or_refused(self, transfer_id: str, work: Work) -> None:
        said = Said()
        try:
            said = Said(notice=await work() or "")
        except SeawallError as error:
            said = Said(refusal=error.message, remedy=error.remedy)
        finally:
            self._under_way.pop(transfer_id, None)
            self._say(transfer_id, said)

    def _ended(self, transfer_id: str, task: asyncio.Task[None]) -> None:
        """Say a fault of our own on the page as well: it must not be left waiting. The journal stands as it was."""
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            _log.error("a step of transfer %s failed", transfer_id, exc_info=fault)
            words = f"Seawall itself failed at this step: {type(fault).__name__}."
            self._say(transfer_id, Said(refusal=words, remedy="Try it again."))

    async def _begin(self, command: cmd.StartTransfer) -> None:
        transfer_id, now_ms = self._new_id(), self._clock.now_ms()
        asked = wish.Begin(
            id=transfer_id,
            world=self._world,
            venue=command.venue,
            coin=command.coin,
            amount=command.amount,
            incident_id=command.incident_id,
            test_of=command.test_of,
            destination_id=command.destination_id,
            chain_sources=self._sources_of(command.venue, command.coin),
        )
        try:
            # Asked inside the write: two starts in one moment cannot both find nothing open (G11).
            await self._book.write(transfer_id, lambda none: decide(none, asked, now_ms, self._facts(None)))
        except SeawallError as error:
            self._refuse_start(command, error)
            return
        work = partial(self._errands.propose, transfer_id)
        self._start(transfer_id, "Asking the exchange what is idle.", work)

    def _sources_of(self, venue: str, coin: str) -> int:
        """Return how many independent sources watch whichever way the coin goes."""
        chains = {way.chain for way in routes_of(venue, coin)}
        return min((self._chain.count(chain) for chain in chains), default=len(self._chain))

    def _refuse_start(self, command: cmd.StartTransfer, error: SeawallError) -> None:
        """Say why there is no new transfer on the one that stands in its way, or on the latest of that coin."""
        same = [t for t in self._book.transfers() if (t.venue, t.coin) == (command.venue, command.coin)]
        standing = [t for t in same if t in self._book.open_transfers()] or same or list(self._book.transfers())
        _log.info("no transfer begun: %s", error.message)
        if standing:
            self._refuse(standing[-1].id, error, keep_busy=True)
        else:
            self.on_refused(error)

    async def _cancel_on_device(self) -> None:
        try:
            await self._device.cancel()
        except SeawallError as error:
            for transfer_id in self._under_way:
                self._refuse(transfer_id, error, keep_busy=True)

    async def _save_evidence(self, transfer_id: str, folder: str) -> str:
        transfer = self._book.transfer(transfer_id)
        if transfer is None:
            raise Refused("There is no such transfer.")
        events = self._book.events(transfer_id)
        return await write_evidence(transfer, events, folder, self._clock.now_ms())

    def _facts(self, transfer: Transfer | None) -> Facts:
        facts = Facts(
            device_fingerprint=self._device.view().fingerprint,
            pinned_fingerprint=self._book.pinned_fingerprint(),
            open_transfers=self._book.open_transfers(),
            destinations=self._book.destinations(),
        )
        if transfer is None:
            return facts
        account = self._accounts.known(transfer.venue, transfer.coin)
        return replace(
            facts,
            networks=account.networks,
            saved=account.saved,
            idle=account.idle,
            trouble=account.trouble,
            leaving=leaving_of(self._positions, transfer, account.idle),
            records=self._looks.records(transfer.id),
            looks=self._looks.schedule.counts(transfer.id),
        )

    def _view(self, transfer: Transfer, now_ms: int) -> TransferView:
        said = self._said.get(transfer.id, Said())
        ended = self._ended_views.get(transfer.id)
        if ended is not None and ended[0] is said:
            return ended[1]
        looks = tuple(look.view() for look in self._looks.schedule.of(transfer.id) if transfer.state in WATCHING)
        view = view_of(transfer, self._facts(transfer), said, looks, now_ms)
        if transfer.state in FINAL_STATES:
            # Nothing outside can change it any more: a long journal costs nothing at each frame.
            self._ended_views[transfer.id] = (self._said.setdefault(transfer.id, said), view)
        return view

    def _refuse(self, transfer_id: str, error: SeawallError, *, keep_busy: bool = False) -> None:
        busy = self._said.get(transfer_id, Said()).busy if keep_busy else ""
        self._say(transfer_id, Said(busy=busy, refusal=error.message, remedy=error.remedy))

    def _say(self, transfer_id: str, said: Said) -> None:
        self._said[transfer_id] = said
        self._changed()

    def _changed(self) -> None:
        self._looks.renew()
        self._touched()

    def _touched(self) -> None:
        self._version += 1
        self._on_change()
