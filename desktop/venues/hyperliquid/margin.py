"""Hyperliquid's margin tiers, from the `meta` of its contracts. Pure.

Maintenance is half of the initial margin at the greatest leverage of each tier; the deduction makes the margin go on
without a step from one tier to the next. Source: the venue's documentation of 2026.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.margin_tiers import MarginTier, MarginTiers
from desktop.venues.hyperliquid.rows import VENUE
from desktop.venues.wire import DECODE_FAILURES, is_above_zero

_SOURCE = "api.hyperliquid.xyz meta"
_HALF = Decimal(1) / 2


class _Step(msgspec.Struct, rename="camel"):
    lower_bound: str
    max_leverage: int


class _Table(msgspec.Struct, rename="camel"):
    margin_tiers: list[_Step]


class _Contract(msgspec.Struct, rename="camel"):
    name: str
    max_leverage: int
    margin_table_id: int | None = None
    is_delisted: bool = False


class _Meta(msgspec.Struct, rename="camel"):
    universe: list[_Contract]
    margin_tables: list[tuple[int, _Table]] = []


_meta = msgspec.json.Decoder(_Meta).decode
_meta_and_contexts = msgspec.json.Decoder(tuple[_Meta, msgspec.Raw]).decode


def tiers_of(body: bytes, as_of_ms: int) -> list[MarginTiers]:
    """Return the tiers of every contract of an answer to `meta` or `metaAndAssetCtxs`, bounds in USD.

    A contract whose table is not named has one tier. Raise Unreadable for another answer.
    """
    try:
        meta = _meta(body) if body.lstrip().startswith(b"{") else _meta_and_contexts(body)[0]
    except DECODE_FAILURES as error:
        raise Unreadable(f"meta: {error}", 0) from None
    tables = {number: table.margin_tiers for number, table in meta.margin_tables if table.margin_tiers}
    return [
        MarginTiers(VENUE, one.name, _tiers(_steps(one, tables)), as_of_ms, _SOURCE)
        for one in meta.universe
        if not one.is_delisted
    ]


def _steps(contract: _Contract, tables: dict[int, list[_Step]]) -> list[tuple[Decimal, int]]:
    number = contract.margin_table_id
    steps = tables.get(number) if number is not None else None
    if steps is None:
        return [(Decimal(0), _leverage(contract.max_leverage))]
    return sorted((_bound(step.lower_bound), _leverage(step.max_leverage)) for step in steps)


def _tiers(steps: list[tuple[Decimal, int]]) -> tuple[MarginTier, ...]:
    uppers = [above[0] for _, above in pairwise(steps)]
    made: list[MarginTier] = []
    deduction, before = Decimal(0), Decimal(0)
    for (lower, most), upper in zip(steps, [*uppers, None], strict=True):
        maintenance = _HALF / most
        deduction += lower * (maintenance - before)
        before = maintenance
        made.append(MarginTier(lower, upper, maintenance, deduction, Decimal(most)))
    return tuple(made)


def _bound(text: str) -> Decimal:
    if text.strip("0.") == "":
        return Decimal(0)
    if not is_above_zero(text):
        raise Unreadable(f"lowerBound is {text[:40]!r}, not a number")
    return Decimal(text)


def _leverage(value: int) -> int:
    if not 0 < value <= 1000:
        raise Unreadable(f"maxLeverage is {value}, not a leverage")
    return value
