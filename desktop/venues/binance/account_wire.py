"""Binance's account answers as typed messages. Amounts become exact from the venue's own text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from desktop.engine.ports import SavedAddress, VenueNetwork, VenueWithdrawal

_SMALLEST_STEP = Decimal("0.00000001")
_STATUS = {0: "review", 1: "cancelled", 2: "review", 3: "failed", 4: "processing", 5: "failed", 6: "completed"}
_REJECTED = "Rejected by the exchange."


class Failure(msgspec.Struct):
    """An error answer."""

    code: int
    msg: str = ""


class Balance(msgspec.Struct):
    """One coin of the spot wallet."""

    asset: str
    free: Decimal
    locked: Decimal = Decimal(0)


class Account(msgspec.Struct):
    """The spot wallet."""

    balances: list[Balance]


class Network(msgspec.Struct, rename="camel"):
    """One network of one coin."""

    network: str
    withdraw_enable: bool
    withdraw_fee: Decimal
    withdraw_min: Decimal
    withdraw_max: Decimal | None = None
    withdraw_integer_multiple: Decimal = _SMALLEST_STEP
    withdraw_desc: str | None = ""
    special_withdraw_tips: str | None = ""
    withdraw_tag: bool = False
    estimated_arrival_time: int | None = None
    busy: bool = False
    denomination: int | None = 1
    contract_address: str | None = ""


class Coin(msgspec.Struct, rename="camel"):
    """One coin with its networks."""

    coin: str
    withdraw_all_enable: bool = True
    network_list: list[Network] = []


class BookEntry(msgspec.Struct, rename="camel"):
    """One entry of the address book."""

    address: str
    coin: str
    network: str
    name: str = ""


class Withdrawal(msgspec.Struct, rename="camel"):
    """One row of the withdrawal history."""

    id: str
    coin: str
    address: str
    amount: Decimal
    status: int
    apply_time: str
    network: str = ""
    transaction_fee: Decimal = Decimal(0)
    tx_id: str = ""
    info: str = ""
    transfer_type: int = 0


class Restrictions(msgspec.Struct, frozen=True, rename="camel"):
    """What an API key may do."""

    enable_reading: bool = False
    enable_withdrawals: bool = False
    enable_internal_transfer: bool = False
    permits_universal_transfer: bool = False
    ip_restrict: bool = False
    trading_authority_expiration_time: int | None = None


def exact(amount: Decimal) -> Decimal:
    """Return the amount. Raise ValueError if it is no amount of money (NaN, infinite, negative)."""
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{amount} is not an amount")
    return amount


def network_of(coin: Coin, network: Network) -> VenueNetwork:
    """Return the network in the engine's form; closed if its unit is renamed (denomination): never converted.

    Raise ValueError for an amount that is none.
    """
    renamed = network.denomination not in (None, 1)
    notes = [network.withdraw_desc or "", network.special_withdraw_tips or ""]
    if renamed:
        notes.append(f"Binance counts this coin in units of {network.denomination}.")
    return VenueNetwork(
        coin=coin.coin,
        network=network.network,
        withdraw_enabled=coin.withdraw_all_enable and network.withdraw_enable and not renamed,
        fee=exact(network.withdraw_fee),
        minimum=exact(network.withdraw_min),
        step=exact(network.withdraw_integer_multiple) or _SMALLEST_STEP,
        maximum=network.withdraw_max,
        eta_minutes=network.estimated_arrival_time,
        busy=network.busy,
        needs_tag=network.withdraw_tag,
        note=" ".join(note for note in notes if note),
        contract=network.contract_address or "",
    )


def saved_address_of(entry: BookEntry) -> SavedAddress:
    """Return the entry in the engine's form; Binance does not say when a new entry's hold ends."""
    return SavedAddress(entry.coin, entry.network, entry.address, entry.name)


def withdrawal_of(row: Withdrawal) -> VenueWithdrawal:
    """Return the row in the engine's form: `amount` is what leaves for the chain, `fee` came on top of it.

    A status this version does not know counts as review, never as final. An internal transfer has no transaction.
    Raise ValueError for an amount or a time that is none.
    """
    info = row.info or (_REJECTED if row.status == 3 else "")
    if row.transfer_type == 1:
        info = info or "Internal transfer: the coins did not leave the exchange."
    return VenueWithdrawal(
        ref=row.id,
        coin=row.coin,
        network=row.network,
        address=row.address,
        amount=exact(row.amount),
        fee=exact(row.transaction_fee),
        status=_STATUS.get(row.status, "review"),
        txid="" if row.transfer_type == 1 else row.tx_id,
        at_ms=_utc_ms(row.apply_time),
        info=info,
    )


def _utc_ms(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()) * 1000
