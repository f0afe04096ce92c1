"""Binance messages, USD-M and spot: bytes in, frozen messages out. Pure; never raises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from desktop.domain.book import BookChange
from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message, TakerSide, Trade, VenueNotice
from desktop.domain.number_text import plain_number
from desktop.venues.binance import rows
from desktop.venues.binance.rows import NORMALISE, AggTrade, Depth
from desktop.venues.wire import (
    DECODE_FAILURES,
    LONGEST_NUMBER,
    Origin,
    counted,
    looked_at,
    pieces,
    plain_book,
    reading_trouble,
    value_of,
    whose,
)

VENUE = rows.VENUE
SPOT = "spot "
"""Before the path of a spot stream's channel: its tickers have the same form as those of contracts."""
DEPTH = "GET /fapi/v1/depth?"
OPEN_INTEREST = "GET /fapi/v1/openInterest?"


class _Combined(msgspec.Struct, gc=False):
    data: rows.Event


class _CombinedTickers(msgspec.Struct, gc=False):
    data: list[rows.MiniTicker]


combined_event = msgspec.json.Decoder(_Combined).decode
_combined_tickers = msgspec.json.Decoder(_CombinedTickers).decode
_bare = msgspec.json.Decoder(rows.Event | rows.MiniTicker).decode
_open_interest = msgspec.json.Decoder(rows.OpenInterestBody).decode
_depth_body = msgspec.json.Decoder(rows.DepthBody).decode
_TICKERS = b'{"stream":"!miniTicker@arr"'


def parse(
    frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    """Return the frame's messages, combined (`{"stream","data"}`) or bare, or a REST body of open interest or depth.

    Quantities are in coins, prices as sent. What cannot be read becomes Unparsed, what is of no use FeedStatus.
    """
    is_usual = not (channel.startswith(OPEN_INTEREST) or frame.startswith(_TICKERS))
    found = quick(frame, channel, received_ns, instruments) if is_usual else ()
    return found or _otherwise(frame, channel, received_ns, instruments)


def quick(
    frame: bytes, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    """Return what a push of one symbol's stream says, or nothing where only `parse` can tell; never raises."""
    try:
        if frame.isascii():
            event = combined_event(frame).data
            if type(event) is AggTrade:
                size, price, symbol = event.q, event.p, event.s
                instrument = instruments.of_venue[VENUE][symbol]
                # The work of rows.trade without its calls: most messages of a storm are trades.
                if (
                    instrument.as_sent
                    and plain_number(size) > 0.0 < plain_number(price)
                    and (digits := size + price).replace(".", "").isdigit()
                    and len(digits) <= LONGEST_NUMBER
                ):
                    side: TakerSide = "sell" if event.m else "buy"
                    return (Trade(VENUE, symbol, instrument.coin, side, size, price, event.T, received_ns),)
                return (rows.trade(event, received_ns, instruments),)
            if type(event) is Depth:
                return (rows.depth(event, received_ns, instruments, plain=plain_book(frame)),)
            return (NORMALISE[type(event)](event, received_ns, instruments),)
    except (*DECODE_FAILURES, Unreadable):
        pass  # the careful way finds out what it is and at which byte
    return ()


def _otherwise(
    frame: bytes, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    """Read what is not of one symbol's streams: first what is usual, then with care."""
    origin = Origin(VENUE, channel, received_ns)
    try:
        if frame.startswith(_TICKERS) and frame.isascii():
            found = rows.tickers(_combined_tickers(frame).data, received_ns, instruments, spot=False)
            return tuple(found) or (origin.alive("tickers of nothing listed"),)
        if channel.startswith(OPEN_INTEREST):
            return (rows.interest(_open_interest(frame), received_ns, instruments),)
    except (*DECODE_FAILURES, Unreadable):
        pass
    return _carefully(frame, origin, instruments)


def _carefully(frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message | BookChange, ...]:
    try:
        whole = looked_at(frame)
        start, payload = 0, frame
        if isinstance(whole, dict) and "stream" in whole and "data" in whole:
            start, payload = value_of(frame, "data")
        found = tuple([_one(piece, at, origin, instruments) for at, piece in pieces(frame, start, payload)])
        return found or (origin.alive("nothing in it"),)
    except Unreadable as error:
        return (origin.unparsed(error.reason, error.offset),)


def _one(piece: bytes, at: int, origin: Origin, instruments: InstrumentTable) -> Message | BookChange:
    fields = msgspec.json.decode(piece)
    try:
        made = _read(piece, fields, origin, instruments) if isinstance(fields, dict) else None
    except (*DECODE_FAILURES, Unreadable) as error:
        reason, inner = reading_trouble(error, piece)
        return origin.unparsed(reason, at + inner)
    if made is not None:
        return made
    said = _said(fields)
    return origin.unparsed(whose(fields, "Binance"), at) if said is None else origin.note(said)


def _read(
    piece: bytes, fields: dict[str, Any], origin: Origin, instruments: InstrumentTable
) -> Message | BookChange | None:
    """Return what is read of one object; None if it is of another kind."""
    received_ns = origin.received_ns
    kind = fields.get("e")
    if isinstance(kind, str) and kind in _USED:
        event = _bare(piece)
        if isinstance(event, rows.MiniTicker):
            spot = origin.channel.startswith(SPOT)
            found = rows.tickers([event], received_ns, instruments, spot=spot)
            return found[0] if found else origin.alive(f"ticker of {event.s}, not listed")
        return NORMALISE[type(event)](event, received_ns, instruments)
    if "openInterest" in fields:
        return rows.interest(_open_interest(piece), received_ns, instruments)
    if "lastUpdateId" in fields and origin.channel.startswith(DEPTH):
        symbol = parse_qs(origin.channel.removeprefix(DEPTH)).get("symbol", [""])[0]
        return rows.whole_depth(_depth_body(piece), symbol, received_ns, instruments)
    if "status" in fields and "msg" in fields and isinstance(fields["status"], int):
        words = str(fields["msg"])[:200]
        return VenueNotice(VENUE, "maintenance" if fields["status"] else "normal", words, received_ns // 1_000_000)
    return None


_USED = frozenset({"aggTrade", "markPriceUpdate", "forceOrder", "depthUpdate", "24hrMiniTicker"})


def _said(fields: Any) -> str | None:
    """Return in words what a message says about itself, or None if it is not one of this venue."""
    if not isinstance(fields, dict):
        return None
    for key, words in _SAYINGS.items():
        if key in fields:
            return words(fields)
    return None


_SAYINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "e": lambda fields: str(fields["e"]) if fields["e"] == "serverShutdown" else f"{fields['e']}, not used",
    "error": lambda fields: f"venue error: {_error_words(fields['error'])}",
    "code": lambda fields: f"venue error: {_error_words(fields)}",
    "result": lambda fields: f"acknowledged {fields.get('id')}",
    "fundingIntervalHours": lambda fields: (
        f"funding of {fields.get('symbol')} every {fields['fundingIntervalHours']} h"
    ),
    "lastUpdateId": lambda fields: "a whole book, of which symbol it does not say",
    "symbols": lambda fields: f"{counted(fields['symbols'])} instruments",
    "serverTime": lambda fields: "server time",
}


def _error_words(error: Any) -> str:
    return f"{error.get('code')} {error.get('msg')}" if isinstance(error, dict) else str(error)
