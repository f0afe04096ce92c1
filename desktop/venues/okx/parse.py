"""OKX v5 public messages: bytes in, frozen messages out. Pure; never raises.

Liquidations: `bkPx` is the bankruptcy price, `sz` counts contracts. `liquidation-orders` tells of every contract of
its type, whatever was asked for. Source: the venue's v5 websocket and REST documentation of 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from desktop.domain.book import BookChange
from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message
from desktop.venues.okx.books import book_of, push_of
from desktop.venues.okx.rows import ROWS, VENUE, Detail, Normalise, Symbol, TradeRow, liquidation, trade
from desktop.venues.okx.status import notices
from desktop.venues.wire import (
    DECODE_FAILURES,
    Origin,
    counted,
    looked_at,
    pieces,
    reading_trouble,
    value_of,
    whose,
)

LIQUIDATIONS = "liquidation-orders"
_BOOKS = "books"


class _WholeOrder(msgspec.Struct, gc=False, rename="camel"):
    inst_id: Symbol
    details: list[Detail]


class _Order(msgspec.Struct, rename="camel"):
    inst_id: Symbol
    details: list[msgspec.Raw]


class _Trades(msgspec.Struct, gc=False):
    data: list[TradeRow]


class _Orders(msgspec.Struct, gc=False):
    data: list[_WholeOrder]


def _rows_decoder(form: Any) -> Callable[[bytes], Any]:
    # Not strict: times are sent as text.
    return msgspec.json.Decoder(msgspec.defstruct("_Rows", [("data", list[form])]), strict=False).decode


trades_of = msgspec.json.Decoder(_Trades, strict=False).decode
orders_of = msgspec.json.Decoder(_Orders, strict=False).decode
_order = msgspec.json.Decoder(_Order).decode
_detail = msgspec.json.Decoder(Detail, strict=False).decode
_one_row: dict[str, Callable[[bytes], Any]] = {
    name: msgspec.json.Decoder(form, strict=False).decode for name, (form, _) in ROWS.items()
}
HEAD = b'{"arg":{"channel":"'
_FAST: dict[bytes, tuple[Callable[[bytes], Any], Normalise]] = {
    (name + '"').encode()[:8]: (_rows_decoder(form), normalise) for name, (form, normalise) in ROWS.items()
}
_FROM, _TO = len(HEAD), len(HEAD) + 8


def parse(
    frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    """Return the frame's messages in the order sent: a push of the websocket or the body of a REST answer.

    Marks say only what their channel says; `MarkMemory` fills in the rest. What cannot be read becomes Unparsed, what
    is of no use FeedStatus.
    """
    found = quick(frame, channel, received_ns, instruments)
    return found or _carefully(frame, Origin(VENUE, channel, received_ns), instruments)


def quick(
    frame: bytes, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    """Return what a good push says, or nothing where only `parse` can tell; never raises."""
    try:
        if frame.startswith(HEAD) and frame.isascii():
            kind = frame[_FROM:_TO]
            if kind == b'trades",':
                trades = trades_of(frame).data
                if len(trades) == 1:  # most have one row, and that saves the list
                    return (trade(trades[0], received_ns, instruments),)
                return tuple([trade(row, received_ns, instruments) for row in trades])
            if kind == b'books","':
                return (book_of(push_of(frame), received_ns, instruments),)
            if kind == b"liquidat":
                return _liquidations(frame, received_ns, instruments)
            if (fast := _FAST.get(kind)) is not None:
                decode, normalise = fast
                return _normalised(decode(frame).data, normalise, received_ns, instruments)
    except (*DECODE_FAILURES, Unreadable):
        pass  # the careful way keeps the good rows and finds the byte of the bad one
    return ()


def _normalised(
    rows: list[Any], normalise: Normalise, received_ns: int, instruments: InstrumentTable
) -> tuple[Message, ...]:
    if len(rows) == 1:
        message = normalise(rows[0], received_ns, instruments)
        return () if message is None else (message,)
    return tuple([one for row in rows if (one := normalise(row, received_ns, instruments)) is not None])


def _liquidations(frame: bytes, received_ns: int, instruments: InstrumentTable) -> tuple[Message, ...]:
    return tuple(
        [
            liquidation(order.inst_id, detail, received_ns, instruments)
            for order in orders_of(frame).data
            for detail in order.details
        ]
    )


def _carefully(frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message | BookChange, ...]:
    if frame.strip() == b"pong":
        return (origin.alive("pong"),)
    try:
        whole = looked_at(frame)
        if isinstance(whole, dict) and "data" in whole and (name := _name_of(whole, origin.channel)):
            return _pushed(name, whole, frame, origin, instruments) or (origin.alive("nothing in it"),)
        said = _said(whole)
    except Unreadable as error:
        return (origin.unparsed(error.reason, error.offset),)
    return (origin.unparsed(whose(whole, "OKX"), 0) if said is None else origin.note(said),)


def _name_of(whole: dict[str, Any], channel: str) -> str:
    """Return which channel's rows a frame holds; a REST answer is known by its path, without one by its first row."""
    arg = whole.get("arg")
    if isinstance(arg, dict):
        return str(arg.get("channel"))
    if whole.get("code") != "0":
        return ""
    for path, name in _PATHS.items():
        if path in channel:
            return name
    rows = whole["data"]
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    return next((name for key, name in _KEYS.items() if key in first), "")


LISTED = "instruments"
_PATHS = {
    "/api/v5/market/tickers": "tickers",
    "/api/v5/system/status": "status",
    "/api/v5/public/open-interest": "open-interest",
    "/api/v5/public/funding-rate": "funding-rate",
    "/api/v5/public/instruments": LISTED,
}
_KEYS = {
    "oiCcy": "open-interest",
    "fundingTime": "funding-rate",
    "volCcy24h": "tickers",
    "scheDesc": "status",
    "ctVal": LISTED,
}


def _pushed(
    name: str, whole: Any, frame: bytes, origin: Origin, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    if name == "status":
        return notices(whole["data"], origin, pushed="arg" in whole)
    if name == _BOOKS:
        return (_book(frame, origin, instruments),)
    if name == LISTED:
        return (origin.note(f"{counted(whole['data'])} instruments"),)
    if name not in _one_row and name != LIQUIDATIONS:
        return (origin.note(f"{name}, not used"),)
    start, data = value_of(frame, "data")
    messages: list[Message] = []
    for at, piece in pieces(frame, start, data):
        try:
            if name == LIQUIDATIONS:
                messages.extend(_details(_order(piece), at, frame, origin, instruments))
            else:
                message = ROWS[name][1](_one_row[name](piece), origin.received_ns, instruments)
                messages.extend(() if message is None else (message,))
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, piece)
            messages.append(origin.unparsed(reason, at + inner))
    return tuple(messages)


def _book(frame: bytes, origin: Origin, instruments: InstrumentTable) -> Message | BookChange:
    try:
        return book_of(push_of(frame), origin.received_ns, instruments)
    except (*DECODE_FAILURES, Unreadable) as error:
        reason, offset = reading_trouble(error, frame)
        return origin.unparsed(reason, offset)


def _details(order: _Order, start: int, frame: bytes, origin: Origin, instruments: InstrumentTable) -> list[Message]:
    messages: list[Message] = []
    for raw in order.details:
        piece = bytes(raw)
        start = max(frame.find(piece, start), start)
        try:
            messages.append(liquidation(order.inst_id, _detail(piece), origin.received_ns, instruments))
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, piece)
            messages.append(origin.unparsed(reason, start + inner))
        start += len(piece)
    return messages


def _said(whole: Any) -> str | None:
    if not isinstance(whole, dict):
        return None
    if whole.get("event") == "error":
        return f"venue error: {whole.get('code')} {whole.get('msg')}"
    if whole.get("event") in ("subscribe", "unsubscribe", "channel-conn-count"):
        return f"acknowledged {whole['event']}"
    if "event" in whole:
        return f"{whole['event']}: {whole.get('code', '')} {whole.get('msg', '')}".rstrip(": ")
    if "code" in whole and "msg" in whole:
        return "answer, not used" if whole["code"] == "0" else f"venue error: {whole['code']} {whole['msg']}"
    return None
