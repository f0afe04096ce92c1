"""The dated table of margin tiers shipped with Seawall: what holds until a venue has told its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from desktop.domain.errors import BadInput
from desktop.domain.margin_tiers import MarginTier, MarginTiers, TierUnit
from desktop.storage.resource_files import resource

FILE_NAME = "margin_tiers.json"
_FORM = "Each table has venue, symbol, as_of (a date), source, unit (usd or coins) and tiers that join."


class _Table(msgspec.Struct):
    venue: str
    symbol: str
    as_of: date
    source: str
    tiers: tuple[MarginTier, ...]
    unit: TierUnit = "usd"


class _File(msgspec.Struct):
    tables: list[_Table]


def shipped_tiers() -> tuple[MarginTiers, ...]:
    """Return the tables shipped with Seawall, each with the date it speaks of."""
    return tiers_from(resource(FILE_NAME))


def tiers_from(path: Path) -> tuple[MarginTiers, ...]:
    """Return the tables of a file. Raise BadInput naming the file and the table that is off."""
    try:
        tables = msgspec.json.decode(path.read_bytes(), type=_File).tables
    except OSError as error:
        raise BadInput(f"it cannot be read ({error.strerror})", "Check the path.", where=str(path)) from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadInput(f"no table of margin tiers: {error}", _FORM, where=str(path)) from None
    return tuple(_checked(table, path) for table in tables)


def _checked(table: _Table, path: Path) -> MarginTiers:
    lower, last = Decimal(0), len(table.tiers) - 1
    for place, tier in enumerate(table.tiers):
        upper = tier.upper
        joined = tier.lower == lower and (upper is None) == (place == last)
        if not joined or not 0 < tier.maintenance_rate < 1 or tier.deduction < 0 or (upper or lower + 1) <= lower:
            where = f"{path}, {table.venue} {table.symbol}"
            raise BadInput(f"tier {place + 1} does not follow the one before", _FORM, where=where)
        lower = lower if upper is None else upper
    as_of = datetime(table.as_of.year, table.as_of.month, table.as_of.day, tzinfo=UTC)
    as_of_ms = int(as_of.timestamp()) * 1000
    return MarginTiers(table.venue, table.symbol, table.tiers, as_of_ms, table.source, table.unit)
