"""Instrument tables from JSON files: the one shipped with Seawall, or a person's own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec

from desktop.domain.errors import BadInput
from desktop.domain.instrument import Instrument, InstrumentKind, InstrumentTable
from desktop.storage.resource_files import resource

_FORM = 'Each entry is {"venue","symbol","coin","contract_size","contract_coin","multiplier","kind"}.'


class _Row(msgspec.Struct):
    venue: str
    symbol: str
    coin: str
    contract_size: str | None
    contract_coin: str
    multiplier: str
    kind: InstrumentKind


def shipped_instruments() -> InstrumentTable:
    """Return the table shipped with Seawall."""
    return instruments_from(resource("instruments.json"))


def instruments_from(path: Path) -> InstrumentTable:
    """Return the table in this JSON file. Raise BadInput naming the file and the entry that is off."""
    try:
        rows = msgspec.json.decode(path.read_bytes(), type=list[msgspec.Raw])
    except OSError as error:
        raise BadInput(f"it cannot be read ({error.strerror})", "Check the path.", where=str(path)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(f"not a JSON list of instruments: {error}", _FORM, where=str(path)) from None
    return InstrumentTable(_instrument(path, number, raw) for number, raw in enumerate(rows, start=1))


def _instrument(path: Path, number: int, raw: msgspec.Raw) -> Instrument:
    where = f"{path}, entry {number}"
    try:
        row = msgspec.json.decode(raw, type=_Row)
    except msgspec.DecodeError as error:
        raise BadInput(str(error), _FORM, where=where) from None
    size = None if row.contract_size is None else _above_zero(row.contract_size, "contract_size", where)
    multiplier = _above_zero(row.multiplier, "multiplier", where)
    one = Instrument(row.venue, row.symbol, row.coin, size, row.contract_coin, multiplier, row.kind)
    if not one.priced_per_unit or one.coins_per_unit is None:
        return one
    # Tables write 1000PEPE as a contract of 1000 coins; its price is one for 1000 coins as well.
    return Instrument(row.venue, row.symbol, row.coin, Decimal(1), row.contract_coin, one.coins_per_unit, row.kind)


def _above_zero(text: str, name: str, where: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:
        raise BadInput(f"{name} {text!r} is not a number", _FORM, where=where) from None
    if not value.is_finite() or value <= 0:
        raise BadInput(f"{name} {text!r} is not above zero", _FORM, where=where)
    return value
