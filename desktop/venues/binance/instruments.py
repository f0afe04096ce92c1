"""Binance USD-M's own list of contracts, `GET /fapi/v1/exchangeInfo`. Pure."""

from __future__ import annotations

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import ContractPart
from desktop.domain.listing import Listing, listed
from desktop.venues.http import Question
from desktop.venues.wire import DECODE_FAILURES

EXCHANGE_INFO = Question("/fapi/v1/exchangeInfo")
_PARTS: dict[str, ContractPart] = {"PERPETUAL": "perp", "TRADIFI_PERPETUAL": "other"}
# A contract of another type with a date of delivery is a dated one.
_DATED: ContractPart = "dated"


class _Filter(msgspec.Struct, rename="camel"):
    filter_type: str = ""
    tick_size: str = ""
    step_size: str = ""


class _Row(msgspec.Struct, rename="camel"):
    symbol: str
    contract_type: str
    status: str
    base_asset: str
    quote_asset: str
    filters: list[_Filter] = []


class _ExchangeInfo(msgspec.Struct):
    symbols: list[_Row]


_decode = msgspec.json.Decoder(_ExchangeInfo).decode


def listings(body: bytes) -> list[Listing]:
    """Return every contract listed, also those that do not trade. Raise Unreadable for another answer."""
    try:
        found = _decode(body).symbols
    except DECODE_FAILURES as error:
        raise Unreadable(f"exchangeInfo: {error}", 0) from None
    if not found:
        raise Unreadable("exchangeInfo lists nothing", 0)
    return [_listing(row) for row in found]


def _listing(row: _Row) -> Listing:
    part = _PARTS.get(row.contract_type, _DATED)
    instrument = listed(
        "binance", row.symbol, row.base_asset, row.quote_asset, "linear", part, trading=row.status == "TRADING"
    )
    filters = {one.filter_type: one for one in row.filters}
    tick = filters.get("PRICE_FILTER", _Filter()).tick_size
    step = filters.get("LOT_SIZE", _Filter()).step_size
    return Listing(instrument, row.quote_asset, row.status, tick, step)
