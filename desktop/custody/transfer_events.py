"""Everything that can happen to a transfer, as frozen tagged events: the lines of the journal.

The tag names the event on disk and never changes, whatever the class is called. Times are UTC ms.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from desktop.custody.transfer import DestinationProof
from desktop.domain.errors import BadInput


class Happened(msgspec.Struct, frozen=True, tag_field="event", kw_only=True, forbid_unknown_fields=True):
    """The root of all transfer events; `at_ms` is when it was known here."""

    at_ms: int


class Drafted(Happened, frozen=True, tag="drafted"):
    """A transfer was begun. `destination` is a stored, verified one, or None: it has to be proved first."""

    id: str
    world: str
    venue: str
    coin: str
    kind: str
    required_confirmations: int
    required_sources: int
    amount: Decimal | None = None
    incident_id: str = ""
    test_of: str = ""
    destination: DestinationProof | None = None


class AmountSet(Happened, frozen=True, tag="amount_set"):
    """An amount was chosen; `proposed` when Seawall filled it in."""

    amount: Decimal
    proposed: bool = False


class WhatAgreed(Happened, frozen=True, tag="what_agreed"):
    """The person agreed with coin and amount; `idle` was free on the exchange at that moment."""

    amount: Decimal
    idle: Decimal


class RouteChosen(Happened, frozen=True, tag="route_chosen"):
    """The network was chosen. With a stored destination the device named itself again by `device_fingerprint`.

    `required_confirmations` are the chain's own; None in journals from before there was more than one chain.
    """

    network: str
    fee: Decimal
    eta_minutes: int | None = None
    device_fingerprint: str = ""
    required_confirmations: int | None = None
    needs_final: bool = False


class AddressShown(Happened, frozen=True, tag="address_shown"):
    """The device showed the destination and the person confirmed it there."""

    destination_id: str
    address: str
    path: str
    script: str
    fingerprint: str
    program_address: str
    program_source: str
    account_xpub: str = ""


class PageDiffered(Happened, frozen=True, tag="page_differed"):
    """What the exchange's page holds is another address; `words` say where."""

    pasted: str
    words: str


class PageAgreed(Happened, frozen=True, tag="page_agreed"):
    """The exchange's page holds the destination."""

    pasted: str


class BookSeen(Happened, frozen=True, tag="book_seen"):
    """The exchange's address book holds the destination; None in `usable_from_ms` means: no hold."""

    usable_from_ms: int | None = None


class EarlierSeen(Happened, frozen=True, tag="earlier_seen"):
    """What `place` already listed before this transfer could be sent: withdrawal refs, or txid:vout."""

    place: str
    refs: tuple[str, ...]


class ChallengePosed(Happened, frozen=True, tag="challenge_posed"):
    """The text which the device is asked to sign."""

    challenge: str


class ControlProved(Happened, frozen=True, tag="control_proved"):
    """The signature over the challenge was verified here: the person may send now."""

    signature: str


class SaidSent(Happened, frozen=True, tag="said_sent"):
    """The person says: I have sent it."""


class ExchangeSaw(Happened, frozen=True, tag="exchange_saw"):
    """The exchange lists the withdrawal to the destination."""

    place: str
    ref: str
    status: str
    amount: Decimal
    fee: Decimal
    txid: str = ""
    info: str = ""


class ExchangePaidElsewhere(Happened, frozen=True, tag="exchange_paid_elsewhere"):
    """The exchange lists a withdrawal that is not to the destination. `closes` when nothing is left to wait for."""

    place: str
    ref: str
    address: str
    network: str
    amount: Decimal
    status: str
    words: str
    remedy: str
    closes: bool = False


class ChainSaw(Happened, frozen=True, tag="chain_saw"):
    """A chain source sees the payment."""

    place: str
    txid: str
    vout: int
    amount: Decimal
    confirmations: int
    height: int | None = None
    final: bool = False


class ChainLost(Happened, frozen=True, tag="chain_lost"):
    """A chain source that saw the payment does not see it any more."""

    place: str
    txid: str


class Remarked(Happened, frozen=True, tag="remarked"):
    """Something odd, worth a word, that changes nothing."""

    words: str


class OutcomeUnknown(Happened, frozen=True, tag="outcome_unknown"):
    """Sent, and for too long nothing was found anywhere. Only look-ups follow."""


class SaidNotSent(Happened, frozen=True, tag="said_not_sent"):
    """The person read the exchange's own page: never sent; every place looked at agrees."""

    looks: int


class DerivedAgain(Happened, frozen=True, tag="derived_again"):
    """After arrival the device derived the same address again."""

    address: str
    fingerprint: str


class Dropped(Happened, frozen=True, tag="dropped"):
    """Given up before it was sent."""

    reason: str


Event = (
    Drafted
    | AmountSet
    | WhatAgreed
    | RouteChosen
    | AddressShown
    | PageDiffered
    | PageAgreed
    | BookSeen
    | EarlierSeen
    | ChallengePosed
    | ControlProved
    | SaidSent
    | ExchangeSaw
    | ExchangePaidElsewhere
    | ChainSaw
    | ChainLost
    | Remarked
    | OutcomeUnknown
    | SaidNotSent
    | DerivedAgain
    | Dropped
)

_encoder = msgspec.json.Encoder(decimal_format="string")
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """Return the event as one line of JSON; amounts are strings."""
    return _encoder.encode(event)


def decode(body: bytes) -> Event:
    """Return the event written in `body`. Raise BadInput saying what is wrong with it."""
    try:
        return _decoder.decode(body)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise BadInput(f"not a transfer event: {error}", "The journal was written by another program.") from None
