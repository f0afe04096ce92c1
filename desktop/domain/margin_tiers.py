"""Margin tiers: how much of a position's worth must stay covered, by the size of the position."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

TierUnit = Literal["usd", "coins"]


class MarginTier(msgspec.Struct, frozen=True):
    """One step: from `lower` up to `upper` (None: no end). Maintenance = worth x `maintenance_rate` - `deduction`.

    `max_leverage` is None where the venue does not say it.
    """

    lower: Decimal
    upper: Decimal | None
    maintenance_rate: Decimal
    deduction: Decimal
    max_leverage: Decimal | None = None


class MarginTiers(msgspec.Struct, frozen=True):
    """The steps of one contract, ascending, as `source` said at `as_of_ms`.

    `unit` says what the bounds count: the position's worth in USD, or its size in coins (a venue that counts in
    contracts is converted by the contract's size). Deductions are in USD.
    """

    venue: str
    symbol: str
    tiers: tuple[MarginTier, ...]
    as_of_ms: int
    source: str
    unit: TierUnit = "usd"
