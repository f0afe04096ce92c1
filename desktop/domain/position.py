"""What a person holds on venues: positions and balances, from hand entry, a read-only key or a public address."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

import msgspec

from desktop.domain.errors import BadInput

PositionSource = Literal["hand", "key", "address"]
MarginMode = Literal["isolated", "cross"]


class Position(msgspec.Struct, frozen=True):
    """One open position. `quantity` in coins, above zero; `side` +1 long, -1 short; prices in USD.

    `venue_liquidation` is the venue's own liquidation price where it says one. `margin` is the isolated margin in
    USD without unrealised PnL, None for cross. `leverage` None means not known. `venue_mark` is the mark the venue
    said with the position, at `as_of_ms`.
    """

    venue: str
    symbol: str
    coin: str
    side: Literal[1, -1]
    quantity: Decimal
    entry: Decimal
    mode: MarginMode
    source: PositionSource
    as_of_ms: int
    leverage: Decimal | None = None
    margin: Decimal | None = None
    venue_liquidation: Decimal | None = None
    venue_mark: Decimal | None = None


class Holding(msgspec.Struct, frozen=True):
    """Coins on a venue. `collateral` counts toward the margin of positions there; `locked` cannot be withdrawn."""

    venue: str
    coin: str
    amount: Decimal
    collateral: bool
    source: PositionSource
    as_of_ms: int
    locked: Decimal = Decimal(0)


class Holdings(msgspec.Struct, frozen=True):
    """Everything known of one account on one venue, at one moment."""

    venue: str
    account: str
    positions: tuple[Position, ...]
    holdings: tuple[Holding, ...]
    source: PositionSource
    as_of_ms: int


_NAME = re.compile(r"^[A-Za-z0-9:._-]{1,32}\Z")
_COIN = re.compile(r"^[A-Z0-9]{1,16}\Z")
_REMEDY = "Correct it and enter it again."
MOST_LEVERAGE = Decimal(1000)


def sound_position(position: Position) -> Position:
    """Return the position. Raise BadInput naming the field that cannot be (`where`)."""
    _named(position.venue, position.coin, position.symbol)
    _above_zero("quantity", position.quantity)
    _above_zero("entry", position.entry)
    for field in ("margin", "venue_liquidation", "venue_mark", "leverage"):
        value = getattr(position, field)
        if value is not None:
            _above_zero(field, value)
    if position.leverage is not None and not 1 <= position.leverage <= MOST_LEVERAGE:
        raise BadInput(f"leverage {position.leverage} is not from 1 to {MOST_LEVERAGE}", _REMEDY, where="leverage")
    if position.side not in (1, -1):
        raise BadInput(f"side {position.side!r} is neither 1 (long) nor -1 (short)", _REMEDY, where="side")
    if position.mode == "isolated" and position.margin is None and position.leverage is None:
        raise BadInput("an isolated position needs its margin or its leverage", _REMEDY, where="margin")
    return position


def sound_holding(holding: Holding) -> Holding:
    """Return the holding. Raise BadInput naming the field that cannot be (`where`)."""
    _named(holding.venue, holding.coin)
    _above_zero("amount", holding.amount)
    if not holding.locked.is_finite() or not 0 <= holding.locked <= holding.amount:
        raise BadInput(f"locked {holding.locked} is not from 0 to the amount", _REMEDY, where="locked")
    return holding


def _named(venue: str, coin: str, symbol: str = "-") -> None:
    for field, text, form in (("venue", venue, _NAME), ("coin", coin, _COIN), ("symbol", symbol, _NAME)):
        if not form.match(text):
            raise BadInput(f"{field} {text[:40]!r} is no name of one", _REMEDY, where=field)


def _above_zero(field: str, value: Decimal) -> None:
    if not value.is_finite() or value <= 0:
        raise BadInput(f"{field} {value} is not above zero", _REMEDY, where=field)
