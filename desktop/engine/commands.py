"""What the window may ask of the engine: frozen commands, handed over without waiting."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from desktop.domain.position import Holding, Position
from desktop.engine.alerting.channel_plan import ChannelPlans
from desktop.engine.desk_view import AnswerWay
from desktop.engine.preferences import Preferences


class Command(msgspec.Struct, frozen=True):
    """The root of all commands."""


class WatchCoin(Command, frozen=True):
    """Show this coin in the chart, with bars of `interval_ms`."""

    coin: str
    interval_ms: int = 60_000


class Acknowledge(Command, frozen=True):
    """The person has seen this incident; all open ones if `incident_id` is empty."""

    incident_id: str = ""


class Snooze(Command, frozen=True):
    """Stay quiet about this incident (all if empty) for so long; a rise to critical still rings."""

    seconds: int
    incident_id: str = ""


class KeepRules(Command, frozen=True):
    """Keep these rules (TOML) and judge by them; what cannot be read is refused, and the old rules stay in force."""

    text: str


class TryRule(Command, frozen=True):
    """Try these rules (TOML) on the last 30 days, keeping nothing; the news `RuleTried` brings what came of it."""

    text: str


class ExportIncidents(Command, frozen=True):
    """Write all kept incidents, oldest first, one JSON object a line, to this file."""

    path: str


class TryChannel(Command, frozen=True):
    """Send a test message over this channel now; how it went appears in the view."""

    name: str


class KeepChannels(Command, frozen=True):
    """Set up the ways out for alerts. `secrets` are by channel, for the keychain; an empty one is forgotten there."""

    plans: ChannelPlans
    secrets: dict[str, str] = {}


class StartTransfer(Command, frozen=True):
    """Draft a transfer of `amount` (None: everything idle) of `coin` from `venue` to the wallet.

    `incident_id` links it to what tripped. `destination_id` takes a stored, verified destination (bulk after test).
    """

    coin: str
    venue: str
    amount: Decimal | None = None
    incident_id: str = ""
    destination_id: str = ""
    test_of: str = ""


class SetAmount(Command, frozen=True):
    """Set the draft's amount; refused with words when a guard objects."""

    transfer_id: str
    amount: Decimal


class ConfirmWhat(Command, frozen=True):
    """The person agrees with coin and amount (step 1 done)."""

    transfer_id: str


class ChooseRoute(Command, frozen=True):
    """The person takes this network of the venue (step 2 done)."""

    transfer_id: str
    network: str


class ShowAddress(Command, frozen=True):
    """Let the device show the destination; the person confirms there."""

    transfer_id: str


class ComparePage(Command, frozen=True):
    """What the person pasted back from the exchange's page, to compare with device and program."""

    transfer_id: str
    pasted: str


class ProveControl(Command, frozen=True):
    """Let the device sign the challenge."""

    transfer_id: str


class HaveSent(Command, frozen=True):
    """The person says: I have sent it on the exchange's own page."""

    transfer_id: str


class LookNow(Command, frozen=True):
    """Ask exchange and chain at once rather than at the next look."""

    transfer_id: str


class SayNotSent(Command, frozen=True):
    """The person has read the exchange's own page: it was never sent. Refused while anything speaks against it."""

    transfer_id: str


class VerifyAgain(Command, frozen=True):
    """Let the device derive the address again after arrival."""

    transfer_id: str


class DropTransfer(Command, frozen=True):
    """Give up a transfer that was not sent."""

    transfer_id: str


class SaveEvidence(Command, frozen=True):
    """Write the evidence bundle of a transfer (no secrets) into `folder`."""

    transfer_id: str
    folder: str


class CancelOnDevice(Command, frozen=True):
    """Cancel whatever the device is asking now."""


class AnswerDevice(Command, frozen=True):
    """Answer the question with this id: `here` with the grid places or the passphrase ("" is the standard wallet), on
    the device, or with the PIN of a hidden wallet. The text form of this command does not show the secret.
    """

    id: int
    way: AnswerWay
    secret: str = ""

    def __repr__(self) -> str:
        return f"AnswerDevice(id={self.id}, way={self.way!r})"


class MendDevice(Command, frozen=True):
    """Do what stands in `DeviceView.mend`; the person has read what it changes, and agrees."""


class PressDeviceKey(Command, frozen=True):
    """Practice only: press a key of the on-screen device."""

    yes: bool


class PracticeSaveAddress(Command, frozen=True):
    """Practice only: save an address in the practice exchange's address book."""

    coin: str
    address: str


class PracticeWithdraw(Command, frozen=True):
    """Practice only: press 'Withdraw' on the practice exchange's own page."""

    coin: str
    amount: Decimal


class SetOffline(Command, frozen=True):
    """Close every connection of the market's feeds, or open them again, also after the next start; what is known
    stays."""

    offline: bool


class KeepHandPosition(Command, frozen=True):
    """Keep a position entered by hand; one of the same venue, symbol and side goes. Its source is always `hand`."""

    position: Position


class DropHandPosition(Command, frozen=True):
    """Forget a position entered by hand."""

    venue: str
    symbol: str
    side: Literal[1, -1]


class KeepHandHolding(Command, frozen=True):
    """Keep coins entered by hand; those of the same venue, coin and use (collateral or not) go."""

    holding: Holding


class DropHandHolding(Command, frozen=True):
    """Forget coins entered by hand."""

    venue: str
    coin: str
    collateral: bool


class ChooseWick(Command, frozen=True):
    """Test my positions against a wick of this size (a fraction, such as 0.1)."""

    wick: float


class KeepPreferences(Command, frozen=True):
    """Keep theme, proxy and hosts; what cannot be is said in the view's `preferences`, and nothing changes."""

    preferences: Preferences


class AddCoin(Command, frozen=True):
    """Watch this coin on every venue that trades it, from now on and after the next start."""

    coin: str


class RemoveCoin(Command, frozen=True):
    """Watch this coin no longer; its history stays."""

    coin: str


class FindCoins(Command, frozen=True):
    """Search the perpetuals of all venues; what is found appears in the view's `catalogue`."""

    words: str


class SetVenue(Command, frozen=True):
    """Close one venue's connections, or open them again, also after the next start; what is known stays."""

    venue: str
    on: bool
