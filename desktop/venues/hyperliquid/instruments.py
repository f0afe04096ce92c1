"""Hyperliquid's own list of contracts, the `meta` of `/info`. Pure. Source: the venue's documentation of 2026."""

from __future__ import annotations

from typing import Annotated

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import ContractPart, instrument_by_rule
from desktop.domain.listing import METALS, Listing
from desktop.venues.http import Question
from desktop.venues.hyperliquid.rows import FUNDING_INTERVAL_H, VENUE
from desktop.venues.wire import DECODE_FAILURES

META = Question("/info", body=msgspec.json.encode({"type": "meta"}), weight=20.0)
_QUOTE = "USDC"


class _Row(msgspec.Struct, rename="camel"):
    name: str
    sz_decimals: Annotated[int, msgspec.Meta(ge=0, le=30)] = 0
    is_delisted: bool = False


class _Meta(msgspec.Struct):
    universe: list[_Row]


_decode = msgspec.json.Decoder(_Meta).decode


def listings(body: bytes) -> list[Listing]:
    """Return every contract listed, also those that do not trade. Raise Unreadable for another answer."""
    try:
        rows = _decode(body).universe
    except DECODE_FAILURES as error:
        raise Unreadable(f"meta: {error}", 0) from None
    if not rows:
        raise Unreadable("meta lists nothing", 0)
    return [_listing(row) for row in rows]


def _listing(row: _Row) -> Listing:
    by_rule = instrument_by_rule(VENUE, row.name)
    part: ContractPart = "metal" if by_rule.coin in METALS else "perp"
    instrument = msgspec.structs.replace(by_rule, part=part, trading=not row.is_delisted)
    status = "delisted" if row.is_delisted else "listed"
    # Sizes have so many decimals; prices have five significant digits, so there is no one tick.
    step = f"0.{'0' * (row.sz_decimals - 1)}1" if row.sz_decimals > 0 else "1"
    return Listing(instrument, _QUOTE, status, step=step, funding_interval_h=FUNDING_INTERVAL_H)
