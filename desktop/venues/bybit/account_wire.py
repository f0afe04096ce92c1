"""Bybit's documented answers about an account (v5): positions, wallet, what may leave, and the key itself."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

import msgspec

from desktop.domain.instrument import InstrumentTable
from desktop.domain.position import Holding, Position

VENUE = "bybit"
_ZERO = Decimal(0)
_FIRST_KEYS_MS = 946_684_800_000


class AccountInfo(msgspec.Struct, frozen=True):
    """How the account is margined."""

    margin_mode: str = msgspec.field(name="marginMode")


class PositionRow(msgspec.Struct, frozen=True, rename="camel"):
    """One position; numbers are text, empty where Bybit tells none."""

    symbol: str
    side: str
    size: str
    avg_price: str
    leverage: str = ""
    mark_price: str = ""
    liq_price: str = ""
    position_balance: str = ""
    trade_mode: int = 0


class PositionPage(msgspec.Struct, frozen=True, rename="camel"):
    """One page of positions; an empty cursor ends them."""

    rows: list[PositionRow] = msgspec.field(name="list")
    next_page_cursor: str = ""


class CoinRow(msgspec.Struct, frozen=True, rename="camel"):
    """One coin of the unified account."""

    coin: str
    wallet_balance: str
    spot_borrow: str = ""
    locked: str = ""
    margin_collateral: bool = True
    collateral_switch: bool = True


class WalletRow(msgspec.Struct, frozen=True):
    """One account with its coins."""

    coin: list[CoinRow]


class Wallet(msgspec.Struct, frozen=True):
    """The answer about the wallet."""

    accounts: list[WalletRow] = msgspec.field(name="list")


class Withdrawable(msgspec.Struct, frozen=True, rename="camel"):
    """How much of each coin may leave the unified account."""

    available_withdrawal_map: dict[str, str] = {}


class FundRow(msgspec.Struct, frozen=True, rename="camel"):
    """One coin of the funding account."""

    coin: str
    wallet_balance: str
    transfer_balance: str = ""


class Fund(msgspec.Struct, frozen=True):
    """The answer about the funding account."""

    balance: list[FundRow] = []


class KeyInfo(msgspec.Struct, frozen=True, rename="camel"):
    """What the key is and until when; Bybit ends only keys that are bound to no address."""

    read_only: int = 0
    ips: list[str] = []
    expired_at: str = ""


def expiry_ms(info: KeyInfo) -> int | None:
    """Return when the key ends, UTC ms; None where Bybit tells none. Raise ValueError for what is no time."""
    if not info.expired_at:
        return None
    at = datetime.fromisoformat(info.expired_at)
    at_ms = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    # A key without an end is told as one that ended in 1970.
    return at_ms if at_ms >= _FIRST_KEYS_MS else None


def number(text: str) -> Decimal:
    """Return the number; 0 for an empty text. Raise ValueError for what is none."""
    if not text:
        return _ZERO
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{text[:40]!r} is not a number")
    return value


def position_of(
    row: PositionRow, mode: Literal["isolated", "cross"], instruments: InstrumentTable, now_ms: int
) -> Position:
    """Return a row as a position. Raise ValueError for a number or side that is none.

    The size of an inverse contract is in USD: in coins it is what that bought at the entry.
    """
    if row.side not in ("Buy", "Sell"):
        raise ValueError(f"side {row.side[:20]!r} is neither Buy nor Sell")
    instrument = instruments.find(VENUE, row.symbol)
    many, entry = instrument.multiplier, number(row.avg_price)
    size = number(row.size) / entry if instrument.kind == "inverse" else number(row.size)
    margin, liquidation, mark = number(row.position_balance), number(row.liq_price), number(row.mark_price)
    leverage = number(row.leverage)
    return Position(
        venue=VENUE,
        symbol=row.symbol,
        coin=instrument.coin,
        side=1 if row.side == "Buy" else -1,
        quantity=size * many,
        entry=entry / many,
        mode=mode,
        source="key",
        as_of_ms=now_ms,
        leverage=leverage if leverage >= 1 else None,
        margin=margin if mode == "isolated" and margin > 0 else None,
        venue_liquidation=liquidation / many if liquidation > 0 else None,
        venue_mark=mark / many if mark > 0 else None,
    )


def margin_coin(row: CoinRow, available: Decimal | None, now_ms: int) -> Holding:
    """Return a coin of the unified account: what is borrowed is not held, what may not leave is locked.

    Without Bybit's own word on what may leave, orders alone lock it. Raise ValueError.
    """
    amount = number(row.wallet_balance) - number(row.spot_borrow)
    free = amount - number(row.locked) if available is None else min(amount, available)
    locked = max(_ZERO, amount - max(_ZERO, free))
    return Holding(VENUE, row.coin, amount, row.margin_collateral and row.collateral_switch, "key", now_ms, locked)


def fund_coin(row: FundRow, now_ms: int) -> Holding:
    """Return a coin of the funding account, which backs nothing. Raise ValueError."""
    amount = number(row.wallet_balance)
    free = number(row.transfer_balance) if row.transfer_balance else amount
    return Holding(VENUE, row.coin, amount, False, "key", now_ms, max(_ZERO, amount - free))
