"""Bybit's own list of linear contracts, `GET /v5/market/instruments-info`, page by page. Pure."""

from __future__ import annotations

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import ContractPart
from desktop.domain.listing import Listing, listed
from desktop.venues.bybit.pages import page_at
from desktop.venues.http import Question
from desktop.venues.wire import DECODE_FAILURES

_PATH = "/v5/market/instruments-info"
_QUERY = (("category", "linear"), ("limit", "1000"))
FIRST_PAGE = Question(_PATH, _QUERY)
_NO_COINS = frozenset({"stock", "forex", "commodity", "index", "xstocks"})


class _Price(msgspec.Struct, frozen=True, rename="camel"):
    tick_size: str = ""


class _Lot(msgspec.Struct, frozen=True, rename="camel"):
    qty_step: str = ""


class _Row(msgspec.Struct, rename="camel"):
    symbol: str
    contract_type: str
    status: str
    base_coin: str
    quote_coin: str
    symbol_type: str = ""
    # In minutes, other than everywhere else.
    funding_interval: float = 0
    price_filter: _Price = _Price()
    lot_size_filter: _Lot = _Lot()


class _Result(msgspec.Struct, rename="camel"):
    rows: list[_Row] = msgspec.field(name="list")
    next_page_cursor: str = ""


class _Page(msgspec.Struct):
    result: _Result


_decode = msgspec.json.Decoder(_Page).decode


def listings(body: bytes) -> list[Listing]:
    """Return the contracts of one page, also those that do not trade. Raise Unreadable for another answer."""
    return [_listing(row) for row in _page(body).rows]


def next_page(body: bytes) -> Question | None:
    """Return what to ask for the page after this one; None after the last or an answer that cannot be read."""
    try:
        cursor = _page(body).next_page_cursor
    except Unreadable:
        return None
    return page_at(FIRST_PAGE, cursor)


def _page(body: bytes) -> _Result:
    try:
        return _decode(body).result
    except DECODE_FAILURES as error:
        raise Unreadable(f"instruments-info: {error}", 0) from None


def _listing(row: _Row) -> Listing:
    part: ContractPart = "dated" if "Futures" in row.contract_type else "perp"
    if row.symbol_type in _NO_COINS:
        part = "other"
    instrument = listed(
        "bybit", row.symbol, row.base_coin, row.quote_coin, "linear", part, trading=row.status == "Trading"
    )
    interval_h = row.funding_interval / 60 if row.funding_interval > 0 else None
    return Listing(
        instrument, row.quote_coin, row.status, row.price_filter.tick_size, row.lot_size_filter.qty_step, interval_h
    )
