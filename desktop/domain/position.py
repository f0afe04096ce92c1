"""What a person holds on venues: positions and balances, from hand entry, a read-only key or a public address."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

PositionSource = Literal["hand", "key", "address"]
MarginMode = Literal["isolated", "cross"]


class Position(msgspec.Struct, frozen=True):
    """One open position. `quantity` in coins, above zero; `side` +1 long, -1 short; prices in USD.

    `venue_liquidation` is the venue's own liquidation price where it says one. `margin` is the isolated margin in
    USD, None for cross. `leverage` None means not known.
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
