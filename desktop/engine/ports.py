"""The ports of the engine: what it needs from the world, said without naming any library.

Adapters fill them in the live world, recordings in the replay world, loopback servers in the practice world; the
fakes of the tests pass the same contract tests. Coroutines are awaited on the engine's loop and never block it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal
from typing import Protocol, runtime_checkable

import msgspec

from desktop.alerts.incidents import Incident
from desktop.alerts.rules import Rule
from desktop.custody.reports import Payment as Payment
from desktop.custody.reports import SavedAddress as SavedAddress
from desktop.custody.reports import VenueNetwork as VenueNetwork
from desktop.custody.reports import VenueWithdrawal as VenueWithdrawal
from desktop.custody.transfer import DestinationProof
from desktop.domain.margin_tiers import MarginTiers
from desktop.domain.market import Message
from desktop.domain.position import Holding, Holdings, Position
from desktop.engine.desk_view import AnswerWay, DeviceView, ExchangePageView
from desktop.risk.untested.leverage_mix import KnownPosition


@runtime_checkable
class Clock(Protocol):
    """Time as this world has it. In practice it runs `speed` times as fast as the wall clock."""

    speed: float

    def now_ms(self) -> int:
        """Return UTC milliseconds; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock."""


class Feed(Protocol):
    """One venue's market data: a stream of messages that ends only when it is closed."""

    venue: str

    def messages(self) -> AsyncIterator[Sequence[Message]]:
        """Yield batches in the order received. Trouble comes as Gap and FeedStatus, never as an exception."""

    async def watch(self, coins: Sequence[str]) -> None:
        """Watch these coins and no others from now on, on the connections that stand.

        A coin that the venue does not trade is passed over. A recording holds what it holds: there it does nothing.
        """

    async def rest(self, reason: str) -> None:
        """Close all sockets and polls for now; `messages` goes on, and each channel tells that it closed and why.

        A recording needs no network: there it does nothing.
        """

    async def resume(self) -> None:
        """Open again what rested. The first data of each channel brings one gap over all that was missed."""

    async def close(self) -> None:
        """End all sockets and polls of this feed and let `messages` finish."""


@runtime_checkable
class TellsErrors(Protocol):
    """A feed that also asks questions, and knows how many of them failed at the venue."""

    venue: str

    def error_share(self, now_ms: int) -> float | None:
        """Return the share (0..1) that failed lately; None while too few were asked."""


class DeviceAddress(msgspec.Struct, frozen=True):
    """What the device derived, and, when `shown`, what the person confirmed on it."""

    address: str
    path: str
    script: str
    fingerprint: str
    shown: bool


class DeviceAccount(msgspec.Struct, frozen=True):
    """An account of the wallet: the master key's fingerprint, the account's path and its extended public key.

    No key where no address follows from one (Solana).
    """

    fingerprint: str
    path: str
    xpub: str


class SignedMessage(msgspec.Struct, frozen=True):
    """A message signature of the device, checked before return: in the chain's own form (base64, 0x-hex)."""

    address: str
    signature: str


class DeviceDesk(Protocol):
    """The hardware wallet. Every call may take as long as the person needs. `chain`: an id of `domain.chains`.

    Raises `desktop.domain.errors.DeviceTrouble` (No pressed, gone, locked, wrong wallet) with words and remedy.
    """

    def view(self) -> DeviceView:
        """Return the device as it stands, at once, from any thread."""

    async def fingerprint(self) -> str:
        """Return the master key's fingerprint, 8 hex digits; asks nothing of the person."""

    async def account(self, chain: str, path: str) -> DeviceAccount:
        """Return the account that this path lies in; asks nothing of the person."""

    async def address(
        self, chain: str, path: str, *, show: bool, pinned: DeviceAccount | None = None
    ) -> DeviceAddress:
        """Derive an address; with `show` the person compares and confirms it on the device.

        With `pinned` the device must still hold that account, or nothing is shown.
        """

    async def sign_message(
        self, chain: str, path: str, message: str, *, pinned: DeviceAccount | None = None
    ) -> SignedMessage:
        """Let the person sign a text on the device; the signer is recovered and checked before return.

        With `pinned` the device must still hold that account, or nothing is asked.
        """

    def answer(self, id: int, way: AnswerWay, secret: str) -> None:
        """Answer the question of `DeviceView.question` with that id; one that is over is left out. Any thread."""

    async def cancel(self) -> None:
        """Cancel what the device is asking now; the waiting call raises."""

    async def mend(self) -> None:
        """Begin what the view's `mend` names: the person agreed. Returns at once; the view tells what came of it."""


class ExchangeRecords(Protocol):
    """What a read-only key shows of an account. Raises NetworkTrouble when the venue does not answer."""

    venue: str

    async def balances(self) -> dict[str, Decimal]:
        """Return free balances by coin."""

    async def networks(self, coin: str) -> list[VenueNetwork]:
        """Return every network of the coin, also the suspended ones."""

    async def saved_addresses(self, coin: str) -> list[SavedAddress]:
        """Return the venue's address book for the coin."""

    async def withdrawals(self, coin: str, since_ms: int) -> list[VenueWithdrawal]:
        """Return the withdrawals since then, newest first."""


class PositionSource(Protocol):
    """What a person holds on one account of one venue, by a read-only key or a public address. It only ever asks.

    Raises NetworkTrouble when the venue does not answer as documented, Refused when it says no.
    """

    venue: str
    account: str

    async def holdings(self) -> Holdings:
        """Return all positions and coins of the account as they stand."""


class HandPositions(Protocol):
    """Positions and coins entered by hand. A change is on disk when the call returns."""

    async def load(self) -> tuple[Holdings, ...]:
        """Return what was entered, one account for each venue. Damage is left aside and told by `trouble`."""

    async def keep_position(self, position: Position) -> None:
        """Keep a position. Raises BadInput naming the field that cannot be."""

    async def drop_position(self, venue: str, symbol: str, side: int) -> None:
        """Forget a position; nothing happens if there is none."""

    async def keep_holding(self, holding: Holding) -> None:
        """Keep coins. Raises BadInput naming the field that cannot be."""

    async def drop_holding(self, venue: str, coin: str, collateral: bool) -> None:
        """Forget coins; nothing happens if there are none."""

    def trouble(self) -> str:
        """Return what could not be read, in words; empty if nothing."""


class PositionSample(Protocol):
    """Positions that strangers show in public, to see which leverages are in use. Raises NetworkTrouble."""

    venue: str

    async def sample(self, coin: str) -> None:
        """Look at some more of them."""

    def known(self, coin: str) -> Sequence[KnownPosition]:
        """Return what is known of a coin."""


class TierSource(Protocol):
    """Margin tiers of one venue. Raises NetworkTrouble or Unreadable."""

    venue: str

    async def tiers(self, coins: Sequence[str]) -> list[MarginTiers]:
        """Return the tiers of the perpetuals of these coins."""


class ChainSource(Protocol):
    """One independent view of a chain (an id of `domain.chains`). Raises NetworkTrouble when it does not answer."""

    name: str
    chain: str

    async def payments_to(
        self, address: str, *, coin: str = "", since_ms: int = 0, named: Sequence[str] = ()
    ) -> list[Payment]:
        """Return the payments of `coin` to this address, newest first, in blocks since then (UTC ms) or in none.

        Where the chain keeps no list of payments, `named` are transactions that are said to pay it: each is read.
        """

    async def why_not_pay(self, address: str) -> str:
        """Return what on the chain speaks against paying this address at all, in words; "" for nothing."""

    async def tip_height(self) -> int:
        """Return the height of the best block."""


class JournalEntry(msgspec.Struct, frozen=True):
    """One line of the journal: `body` is the event, encoded by `desktop.custody.transfer_events`."""

    transfer_id: str
    seq: int
    at_ms: int
    body: bytes


class TransferJournal(Protocol):
    """The append-only journal. When `append` returns, the entry survives a power cut."""

    async def append(self, transfer_id: str, at_ms: int, body: bytes) -> int:
        """Write one event durably and return its sequence number. Raises SeawallError if it could not."""

    async def entries(self) -> list[JournalEntry]:
        """Return everything in order of writing."""

    async def keep_destination(self, proof: DestinationProof) -> None:
        """Store a destination by its id; the same id again replaces it."""

    async def destinations(self) -> list[DestinationProof]:
        """Return all stored destinations, oldest first."""

    async def close(self) -> None:
        """Finish pending writes and close the file."""


class IncidentJournal(Protocol):
    """Keeps incidents over a restart, so that old ones never ring again."""

    async def keep(self, incident: Incident) -> None:
        """Store the incident as it stands; the same id replaces it."""

    async def recent(self, limit: int) -> list[Incident]:
        """Return the latest incidents, newest first."""


class RuleKeeper(Protocol):
    """The person's own rules beside the shipped ones. `text` and `own` are what was read or kept last."""

    text: str
    own: tuple[Rule, ...]

    async def load(self) -> tuple[Rule, ...]:
        """Return all rules in force. Raises BadInput naming file and line if the own ones cannot be read."""

    def read(self, text: str) -> tuple[Rule, ...]:
        """Return the own rules of a text, keeping nothing. Raises BadInput naming its line."""

    async def keep(self, text: str) -> tuple[Rule, ...]:
        """Keep the text, whole or not at all, and return all rules in force. Raises BadInput, changing nothing."""


class LastSeen(Protocol):
    """When this profile was last watching, over a stop of the program."""

    async def read(self) -> int | None:
        """Return the time (UTC ms), or None where it is not known."""

    async def keep(self, now_ms: int) -> None:
        """Note that it is watching now. Never raises."""


class PracticeDesk(Protocol):
    """Practice only: the exchange's own page and the device's keys."""

    def page(self) -> ExchangePageView:
        """Return what the practice exchange's page shows now, from any thread."""

    async def save_address(self, coin: str, address: str) -> None:
        """Save an address in the practice exchange's address book."""

    async def withdraw(self, coin: str, amount: Decimal) -> None:
        """Press 'Withdraw' there. Raises Refused with the exchange's words."""

    def press(self, *, yes: bool) -> None:
        """Press a key of the on-screen device."""


class Notification(msgspec.Struct, frozen=True):
    """A desktop notification. The same `key` replaces the one before; `actions` are (id, label) pairs."""

    key: str
    title: str
    body: str
    urgent: bool
    actions: tuple[tuple[str, str], ...] = ()


class Notifier(Protocol):
    """Desktop notifications. `on_action` is called with (key, action id) from the notifier's own context."""

    on_action: Callable[[str, str], None] | None

    async def show(self, notification: Notification) -> bool:
        """Show or replace it; False when this desktop cannot (the caller falls back)."""

    async def withdraw(self, key: str) -> None:
        """Take it away if it is still shown."""

    async def close(self) -> None:
        """Let go of the bus."""
