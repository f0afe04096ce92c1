"""What exchanges and chains report: the outside facts that the rules judge. Amounts are Decimal in the coin."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

COIN_ITSELF: Final = -1


class VenueNetwork(msgspec.Struct, frozen=True):
    """A network a venue pays out on, with the venue's own conditions now; `contract` is the token's, as it says."""

    coin: str
    network: str
    withdraw_enabled: bool
    fee: Decimal
    minimum: Decimal
    step: Decimal
    maximum: Decimal | None = None
    eta_minutes: int | None = None
    busy: bool = False
    needs_tag: bool = False
    note: str = ""
    contract: str = ""


class VenueWithdrawal(msgspec.Struct, frozen=True):
    """One withdrawal as the venue records it. `status` is one of review, processing, completed, failed, cancelled."""

    ref: str
    coin: str
    network: str
    address: str
    amount: Decimal
    fee: Decimal
    status: str
    txid: str
    at_ms: int
    info: str = ""


class SavedAddress(msgspec.Struct, frozen=True):
    """An entry of the venue's own address book; None in `usable_from_ms` means: no hold."""

    coin: str
    network: str
    address: str
    label: str = ""
    usable_from_ms: int | None = None


class Payment(msgspec.Struct, frozen=True):
    """A payment to an address as a chain source sees it; `height` None: not in a block yet.

    `vout` is its place in the transaction: the output's number, a token's log counted within the transaction, or
    COIN_ITSELF where an account is paid the chain's own coin. `units` is in the coin's smallest unit. `final`: the
    chain's own nodes call its block final (where they tell).
    """

    txid: str
    vout: int
    units: int
    confirmations: int
    height: int | None = None
    at_ms: int | None = None
    final: bool = False
