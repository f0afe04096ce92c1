"""OKX's own list of perpetuals, `GET /api/v5/public/instruments`. Pure. Source: the v5 documentation of 2026."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import ContractPart, Instrument, InstrumentKind
from desktop.domain.listing import METALS, Listing
from desktop.venues.http import Question
from desktop.venues.okx.rows import VENUE
from desktop.venues.wire import DECODE_FAILURES, is_above_zero

SWAPS = Question("/api/v5/public/instruments", (("instType", "SWAP"),))
# Not every contract is on a coin; a list that does not say it has coins alone.
_ON_COINS = frozenset({"", "1"})


class _Row(msgspec.Struct, rename="camel"):
    inst_id: str
    inst_type: str
    ct_val: str
    ct_val_ccy: str
    ct_type: Literal["linear", "inverse", ""]
    settle_ccy: str
    state: str
    ct_mult: str = ""
    tick_sz: str = ""
    lot_sz: str = ""
    inst_category: str = ""


class _Answer(msgspec.Struct):
    code: str
    data: list[_Row]


_decode = msgspec.json.Decoder(_Answer).decode


def listings(body: bytes) -> list[Listing]:
    """Return every contract listed, also those that do not trade. Raise Unreadable for another answer.

    One whose size is no number is listed with an unknown size.
    """
    try:
        answer = _decode(body)
    except DECODE_FAILURES as error:
        raise Unreadable(f"instruments: {error}", 0) from None
    if answer.code != "0" or not answer.data:
        raise Unreadable("instruments: the answer lists nothing", 0)
    return [_listing(row) for row in answer.data]


def _listing(row: _Row) -> Listing:
    kind: InstrumentKind = "inverse" if row.ct_type == "inverse" else "linear"
    base = row.inst_id.split("-")[0]
    instrument = Instrument(
        VENUE,
        row.inst_id,
        base,
        _number(row.ct_val),
        row.ct_val_ccy,
        _number(row.ct_mult) or Decimal(1),
        kind,
        _part(row, base),
        row.state == "live",
    )
    return Listing(instrument, row.settle_ccy if kind == "linear" else "USD", row.state, row.tick_sz, row.lot_sz)


def _part(row: _Row, base: str) -> ContractPart:
    if row.inst_type != "SWAP":
        return "dated"
    if base in METALS:
        return "metal"
    return "perp" if row.inst_category in _ON_COINS else "other"


def _number(text: str) -> Decimal | None:
    return Decimal(text) if is_above_zero(text) else None
