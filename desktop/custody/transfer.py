"""A transfer as a value: its states, the facts it rests on, and the events that move it.

The manual rail, the default: the person sends on the exchange's own page, Seawall shows the proved destination and
watches exchange and chain. Every event is journalled before anything that follows from it is done.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec


class TransferState(StrEnum):
    """Where a transfer stands."""

    DRAFT = "draft"  # coin and amount are being chosen
    ROUTED = "routed"  # amount agreed; the network is being chosen
    NEEDS_ADDRESS = "needs_address"  # route chosen; the device must show the address
    ADDRESS_SHOWN = "address_shown"  # confirmed on the device; the exchange's page must be compared
    COMPARED = "compared"  # device = program = page
    PROVED = "proved"  # the device signed the challenge; the person may send now
    SENT = "sent"  # the person says it is sent; not seen anywhere yet
    UNKNOWN = "unknown"  # sent, and nothing found for too long: look, never send again
    ACCEPTED = "accepted"  # the exchange lists it
    BROADCAST = "broadcast"  # a transaction is known
    CONFIRMING = "confirming"  # in a block
    ARRIVED = "arrived"  # enough confirmations, two sources agree
    VERIFIED = "verified"  # the device derived the same address again
    REJECTED = "rejected"  # the exchange said no
    FAILED = "failed"  # the exchange's own final failure
    DROPPED = "dropped"  # given up before anything was sent


FINAL_STATES = frozenset(
    {TransferState.VERIFIED, TransferState.REJECTED, TransferState.FAILED, TransferState.DROPPED}
)


class DestinationProof(msgspec.Struct, frozen=True):
    """What is known of a destination and how. Times are UTC ms; `signature` is over `challenge`, in the chain's form.

    `program_address` is what Seawall holds beside the device's screen and `program_source` how it came by it:
    `account_key` (derived here from the pinned account key) or `device_unshown` (asked of the device a second time,
    without display). `account_xpub` is the key of the account it lies in, pinned with it; "" in journals of before.
    `book_seen_ms` is when the exchange's address book was seen to hold it.
    """

    id: str
    coin: str
    network: str
    address: str
    path: str
    script: str
    fingerprint: str
    shown_ms: int
    page_address: str = ""
    compared_ms: int | None = None
    challenge: str = ""
    signature: str = ""
    proved_ms: int | None = None
    verified_ms: int | None = None
    program_address: str = ""
    program_source: str = ""
    account_xpub: str = ""
    book_seen_ms: int | None = None
    usable_from_ms: int | None = None


class Sighting(msgspec.Struct, frozen=True):
    """What one place said about this transfer: an exchange's record or a payment on the chain."""

    place: str
    at_ms: int
    status: str = ""
    ref: str = ""
    txid: str = ""
    vout: int | None = None
    amount: Decimal | None = None
    confirmations: int | None = None
    final: bool = False


class Transfer(msgspec.Struct, frozen=True):
    """One intent to move coins, with every fact that is known about it. Amounts are Decimal in the coin.

    `known` maps a state to the UTC ms at which it was entered. `sightings` holds the latest per place.
    `alarm` is critical (coins went elsewhere), `remarks` are oddities worth a word. `earlier` are withdrawals and
    payments that stood there before this transfer could be sent, `earlier_places` who was asked for them. With
    `needs_final` it arrives once its block is final, and `required_confirmations` is about how long that takes.
    """

    id: str
    world: str
    venue: str
    coin: str
    kind: str
    created_ms: int
    state: TransferState = TransferState.DRAFT
    amount: Decimal | None = None
    network: str = ""
    fee: Decimal | None = None
    required_confirmations: int = 3
    destination: DestinationProof | None = None
    page_mismatch: str = ""
    incident_id: str = ""
    test_of: str = ""
    venue_ref: str = ""
    txid: str = ""
    confirmations: int = 0
    received: Decimal | None = None
    reason: str = ""
    sightings: tuple[Sighting, ...] = ()
    known: dict[str, int] = {}
    rail: str = "manual"
    required_sources: int = 2
    balance_before: Decimal | None = None
    eta_minutes: int | None = None
    proposed: bool = False
    stored_destination: bool = False
    said_sent_ms: int | None = None
    listed_amount: Decimal | None = None
    listed_fee: Decimal | None = None
    alarm: str = ""
    alarm_remedy: str = ""
    remarks: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    earlier_places: tuple[str, ...] = ()
    reason_remedy: str = ""
    needs_final: bool = False
