"""OKX's margin tiers, `GET /api/v5/public/position-tiers`. Pure.

The rate of a position's tier holds for the whole of it, so nothing is deducted. Bounds count contracts there.
Source: the venue's v5 documentation of 2026.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.margin_tiers import MarginTier, MarginTiers, TierUnit
from desktop.venues.http import Question
from desktop.venues.okx.rows import VENUE
from desktop.venues.wire import DECODE_FAILURES, is_above_zero

_PATH = "/api/v5/public/position-tiers"
_SOURCE = "www.okx.com position-tiers"


class _Row(msgspec.Struct, rename="camel"):
    inst_family: str
    max_sz: str
    mmr: str
    max_lever: str = ""


class _Answer(msgspec.Struct):
    data: list[_Row]
    code: str = ""


_decode = msgspec.json.Decoder(_Answer).decode


def tiers_question(symbol: str) -> Question:
    """Return what to ask about one perpetual: its tiers in cross margin."""
    family = symbol.removesuffix("-SWAP")
    return Question(_PATH, (("instType", "SWAP"), ("tdMode", "cross"), ("instFamily", family)))


def tiers_of(body: bytes, instruments: InstrumentTable, as_of_ms: int) -> list[MarginTiers]:
    """Return the tiers of each perpetual of an answer whose contract size is known: in coins, of inverse ones in USD.

    Raise Unreadable for another answer, or a tier whose numbers are none.
    """
    try:
        answer = _decode(body)
    except DECODE_FAILURES as error:
        raise Unreadable(f"position-tiers: {error}", 0) from None
    if answer.code != "0":
        raise Unreadable(f"position-tiers: the venue answered {answer.code[:40]!r}", 0)
    families: dict[str, list[_Row]] = {}
    for row in answer.data:
        families.setdefault(row.inst_family, []).append(row)
    made = [_tiers(family, rows, instruments, as_of_ms) for family, rows in families.items()]
    return [one for one in made if one is not None]


def _tiers(family: str, rows: list[_Row], instruments: InstrumentTable, as_of_ms: int) -> MarginTiers | None:
    instrument = instruments.find(VENUE, f"{family}-SWAP")
    unit_size = _unit(instrument)
    if unit_size is None:
        return None
    tiers: list[MarginTier] = []
    # A tier's least size is one step after the greatest of the tier before: its bound is that one, without a hole.
    lower = Decimal(0)
    for row in sorted(rows, key=lambda row: _number(row.max_sz, "maxSz")):
        upper = _number(row.max_sz, "maxSz") * unit_size
        most = _number(row.max_lever, "maxLever") if row.max_lever else None
        tiers.append(MarginTier(lower, upper, _number(row.mmr, "mmr"), Decimal(0), most))
        lower = upper
    unit: TierUnit = "usd" if instrument.kind == "inverse" else "coins"
    return MarginTiers(VENUE, instrument.symbol, tuple(tiers), as_of_ms, _SOURCE, unit)


def _unit(instrument: Instrument) -> Decimal | None:
    if instrument.contract_size is None:
        return None
    return instrument.contract_size * instrument.multiplier


def _number(text: str, field: str) -> Decimal:
    if not is_above_zero(text):
        raise Unreadable(f"{field} is {text[:40]!r}, not a number above zero")
    return Decimal(text)
