"""Bybit's answers of REST: last prices of all contracts, and what it says about itself. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message, VenueNotice
from desktop.venues.bybit.rows import VENUE
from desktop.venues.bybit.words import StatusRow, TickerAnswer, last_price_of, notice_of
from desktop.venues.wire import DECODE_FAILURES, Origin, pieces, reading_trouble

TICKERS = "GET /v5/market/tickers"
STATUS = "GET /v5/system/status"
INSTRUMENTS = "GET /v5/market/instruments-info"

_ticker = msgspec.json.Decoder(TickerAnswer).decode
_status = msgspec.json.Decoder(StatusRow).decode


def answered(frame: bytes, whole: Any, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    """Return what a good answer of one of the paths used says; nothing if it is something else."""
    if not isinstance(whole, dict) or whole.get("retCode") != 0 or not isinstance(whole.get("result"), dict):
        return ()
    result = whole["result"]
    if not isinstance(result.get("list"), list):
        return ()
    at_ms = whole.get("time")
    at_ms = at_ms if isinstance(at_ms, int) and at_ms > 10**11 else origin.received_ns // 1_000_000
    if origin.channel.startswith(TICKERS):
        return _tickers(frame, at_ms, result.get("category") == "spot", origin, instruments)
    if origin.channel.startswith(STATUS):
        return _notices(frame, at_ms, origin)
    if origin.channel.startswith(INSTRUMENTS):
        return (origin.note(f"{len(result['list'])} instruments"),)
    return ()


def _tickers(
    frame: bytes, at_ms: int, spot: bool, origin: Origin, instruments: InstrumentTable
) -> tuple[Message, ...]:
    found: list[Message] = []
    for at, row in _listed(frame):
        try:
            made = last_price_of(_ticker(row), at_ms, origin.received_ns, instruments, spot=spot)
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, row)
            found.append(origin.unparsed(reason, at + inner))
            continue
        if made is not None:
            found.append(made)
    return tuple(found) or (origin.alive("tickers of nothing listed"),)


def _notices(frame: bytes, at_ms: int, origin: Origin) -> tuple[Message, ...]:
    notices: list[VenueNotice] = []
    unread: list[Message] = []
    for at, row in _listed(frame):
        try:
            notices.append(notice_of(_status(row), at_ms))
        except DECODE_FAILURES as error:
            reason, inner = reading_trouble(error, row)
            unread.append(origin.unparsed(reason, at + inner))
    # One line for the venue: what goes on now outweighs what is planned or over.
    notices.sort(key=lambda notice: notice.state == "maintenance")
    said = notices[-1:] or ([] if unread else [VenueNotice(VENUE, "normal", "", at_ms)])
    return (*unread, *said)


class _Result(msgspec.Struct):
    list: msgspec.Raw


class _Envelope(msgspec.Struct):
    result: _Result


def _listed(frame: bytes) -> list[tuple[int, bytes]]:
    """Return (byte offset, bytes) of each row of `result.list`."""
    rows = bytes(msgspec.json.decode(frame, type=_Envelope).result.list)
    return list(pieces(frame, max(frame.find(rows), 0), rows))
