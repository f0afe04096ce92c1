"""What person, device and program bring to a transfer: the questions that `transfer_rules.decide` answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The root of all wishes."""


class Begin(Wish, frozen=True):
    """Begin a transfer; `chain_sources` is how many independent views of the chain there are."""

    id: str
    world: str
    venue: str
    coin: str
    amount: Decimal | None = None
    incident_id: str = ""
    test_of: str = ""
    destination_id: str = ""
    chain_sources: int = 2


class TakeAmount(Wish, frozen=True):
    """Take this amount; `proposed` by Seawall rather than chosen by the person."""

    amount: Decimal
    proposed: bool = False


class AgreeWhat(Wish, frozen=True):
    """Agree with coin and amount."""


class TakeRoute(Wish, frozen=True):
    """Take this network. For a stored destination the device has just derived `address` (not shown)."""

    network: str
    fingerprint: str = ""
    address: str = ""


class Shown(Wish, frozen=True):
    """The device showed `address`, the person confirmed it there; `program_address` is what Seawall holds beside."""

    address: str
    path: str
    script: str
    fingerprint: str
    program_address: str
    program_source: Literal["account_key", "device_unshown"]
    account_xpub: str = ""


class Pasted(Wish, frozen=True):
    """What the person pasted back from the exchange's page."""

    text: str


class PoseChallenge(Wish, frozen=True):
    """Write the text that the device will be asked to sign."""


class Signed(Wish, frozen=True):
    """The device's signature (base64) over the posed challenge."""

    address: str
    signature: str


class SayPaid(Wish, frozen=True):
    """The person says: I have sent it."""


class SayUnsent(Wish, frozen=True):
    """The person says: the exchange's own page shows that it was never sent."""


class DerivedOnDevice(Wish, frozen=True):
    """After arrival the device derived this address."""

    address: str
    fingerprint: str


class GiveUp(Wish, frozen=True):
    """Drop a transfer that was not sent."""
