"""Bybit v5 public messages: bytes in, frozen messages out. Pure; never raises."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop.domain.book import BookChange
from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message, Unparsed
from desktop.venues.bybit import rows
from desktop.venues.bybit.answers import answered
from desktop.venues.bybit.rows import VENUE, forced_of, ticker_of, trade_of
from desktop.venues.bybit.words import (
    BookPush,
    InsuranceRow,
    PoolRow,
    StatusRow,
    book_of,
    insurance_of,
    notice_of,
    pool_of,
)
from desktop.venues.wire import (
    DECODE_FAILURES,
    Origin,
    looked_at,
    pieces,
    plain_book,
    reading_trouble,
    value_of,
    whose,
)

rows_of = msgspec.json.Decoder(rows.Rows).decode
ticker_push_of = msgspec.json.Decoder(rows.Tickers).decode
_book = msgspec.json.Decoder(BookPush).decode
_one_row = msgspec.json.Decoder(rows.Row).decode
_one_ticker = msgspec.json.Decoder(rows.TickerRow).decode
_one_pool = msgspec.json.Decoder(PoolRow).decode
_one_insurance = msgspec.json.Decoder(InsuranceRow).decode
_one_status = msgspec.json.Decoder(StatusRow).decode
_one_ms = msgspec.json.Decoder(rows.Ms).decode


def parse(
    frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    """Return the frame's messages in the order sent; a ticker gives a Mark and an OpenInterest.

    In both, None means that the ticker does not say (unchanged since the last); `TickerMemory` fills that in.
    What cannot be read becomes Unparsed, what is of no use FeedStatus.
    """
    found = quick(frame, channel, received_ns, instruments)
    return found or _carefully(frame, Origin(VENUE, channel, received_ns), instruments)


def quick(
    frame: bytes, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    """Return what a good push says, or nothing where only `parse` can tell; never raises."""
    try:
        if not frame.isascii():
            return ()
        if frame.startswith(_TRADES):
            trades = rows_of(frame).data
            if len(trades) == 1:  # most have one row, and that saves the list
                return (trade_of(trades[0], received_ns, instruments),)
            return tuple([trade_of(row, received_ns, instruments) for row in trades])
        if kind := _BEGINNINGS.get(frame[:14]):
            if kind == "tickers":
                push = ticker_push_of(frame)
                found = ticker_of(push.data, push.ts, received_ns, instruments)
                return found or (_unchanged(push.data, Origin(VENUE, channel, received_ns)),)
            if kind == "orderbook":
                return (book_of(_book(frame), received_ns, instruments, plain=plain_book(frame)),)
            prints = rows_of(frame).data
            if len(prints) == 1:
                return (forced_of(prints[0], received_ns, instruments),)
            return tuple([forced_of(row, received_ns, instruments) for row in prints])
    except (*DECODE_FAILURES, Unreadable):
        pass  # the careful way keeps the good rows and finds the byte of the bad one
    return ()


_FAST = ("allLiquidation", "publicTrade", "tickers", "orderbook")
_USED = frozenset((*_FAST, "adlAlert", "insurance", "system"))
_TRADES = b'{"topic":"publicTrade'
_BEGINNINGS = {f'{{"topic":"{kind}'.encode()[:14]: kind for kind in _FAST if kind != "publicTrade"}


def _carefully(frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message | BookChange, ...]:
    try:
        whole = looked_at(frame)
        topic = whole.get("topic") if isinstance(whole, dict) else None
        if not isinstance(topic, str):
            return answered(frame, whole, origin, instruments) or (_said(whole, origin),)
        kind = topic.partition(".")[0]
        if kind not in _USED:
            return (origin.note(f"{kind}, not used"),)
        if "data" not in whole:
            return (origin.unparsed(f"{kind} without data", 0),)
        return _rows(kind, frame, origin, instruments) or (origin.alive(f"{kind} without rows"),)
    except Unreadable as error:
        return (origin.unparsed(error.reason, error.offset),)


def _rows(kind: str, frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message | BookChange, ...]:
    start, data = value_of(frame, "data")
    messages: list[Message | BookChange] = []
    for at, row in pieces(frame, start, data):
        try:
            messages.extend(_placed(message, at, row) for message in _row(kind, row, frame, origin, instruments))
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, row)
            messages.append(origin.unparsed(reason, at + inner))
    return tuple(messages)


def _placed(message: Message | BookChange, at: int, row: bytes) -> Message | BookChange:
    if isinstance(message, Unparsed):
        _, inner = reading_trouble(Unreadable(message.reason), row)
        return msgspec.structs.replace(message, offset=at + inner)
    return message


def _row(
    kind: str, row: bytes, frame: bytes, origin: Origin, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    received_ns = origin.received_ns
    match kind:
        case "publicTrade":
            return (trade_of(_one_row(row), received_ns, instruments),)
        case "allLiquidation":
            return (forced_of(_one_row(row), received_ns, instruments),)
        case "orderbook":
            return (book_of(_book(frame), received_ns, instruments),)
    at_ms = _at_ms(kind, frame)
    match kind:
        case "adlAlert":
            return (pool_of(_one_pool(row), at_ms, received_ns),)
        case "insurance":
            return (insurance_of(_one_insurance(row), at_ms, received_ns),)
        case "system":
            return (notice_of(_one_status(row), at_ms),)
    ticker = _one_ticker(row)
    try:
        return ticker_of(ticker, at_ms, received_ns, instruments) or (_unchanged(ticker, origin),)
    except Unreadable as error:
        return _readable_half(ticker, error, at_ms, origin, instruments)


def _unchanged(ticker: rows.TickerRow, origin: Origin) -> Message:
    return origin.alive(f"ticker of {ticker.symbol}")


def _at_ms(kind: str, frame: bytes) -> int:
    try:
        return _one_ms(value_of(frame, "ts")[1])
    except (KeyError, *DECODE_FAILURES):
        what = "the ticker" if kind == "tickers" else kind
        raise Unreadable(f"ts of {what} is missing or not a time in milliseconds") from None


def _readable_half(
    ticker: rows.TickerRow, error: Unreadable, at_ms: int, origin: Origin, instruments: InstrumentTable
) -> tuple[Message, ...]:
    """Return what is good of a ticker with a bad value, Mark or OpenInterest; raise the error if neither is."""
    instrument = instruments.of_venue[VENUE][ticker.symbol]
    kept: list[Message] = []
    for half in (rows.mark_of, rows.interest_of):
        try:
            message = half(ticker, instrument, at_ms, origin.received_ns)
        except Unreadable:
            continue
        if message is not None:
            kept.append(message)
    if not kept:
        raise error
    return (*kept, origin.unparsed(error.reason, None))


def _said(whole: Any, origin: Origin) -> Message:
    """Return what a frame without a topic says: pong, acknowledgement, refusal; or that it is not of this venue."""
    if not isinstance(whole, dict):
        return origin.unparsed(whose(whole, "Bybit"), 0)
    if whole.get("op") == "pong" or whole.get("ret_msg") == "pong":
        return origin.alive("pong")
    if "success" in whole and "op" in whole:
        if whole["success"] is True:
            return origin.note(f"acknowledged {whole['op']} {whole.get('req_id', '')}".rstrip())
        return origin.note(f"venue error: {whole['op']}: {whole.get('ret_msg')}")
    if "retCode" in whole:
        good = whole["retCode"] == 0
        return origin.note("answer, not used" if good else f"venue error: {whole['retCode']} {whole.get('retMsg')}")
    if "op" in whole:
        return origin.note(f"{whole['op']}, not used")
    return origin.unparsed(whose(whole, "Bybit"), 0)
