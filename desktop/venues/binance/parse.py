"""Binance USD-M messages: bytes in, frozen messages out. Pure; never raises.

Forced orders: `S` is the order's side (SELL closes a long), `ap` the average fill, `z` the filled quantity; `p` and
`q` are the limit order and are not used. Source: the venue's USD-M websocket and REST documentation of 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Liquidation, Mark, Message, OpenInterest, Trade
from desktop.venues.wire import (
    DECODE_FAILURES,
    Origin,
    above_zero,
    both_above_zero,
    looked_at,
    pieces,
    rate,
    reading_trouble,
    value_of,
    whose,
)

VENUE = "binance"
# /fapi/v1/fundingInfo lists only symbols that differ from this.
USUAL_FUNDING_INTERVAL_H = 8.0

_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
# Milliseconds: a time in seconds or microseconds is not taken for one.
_Ms = Annotated[int, msgspec.Meta(gt=10**11, lt=10**14)]


class _AggTrade(msgspec.Struct, tag_field="e", tag="aggTrade", gc=False):
    s: _Symbol
    p: str
    q: str
    T: _Ms
    m: bool


class _MarkPrice(msgspec.Struct, tag_field="e", tag="markPriceUpdate", gc=False):
    s: _Symbol
    p: str
    E: _Ms
    i: str | None = None
    r: str | None = None
    T: int | None = None


class _Order(msgspec.Struct, gc=False):
    s: _Symbol
    S: Literal["SELL", "BUY"]
    ap: str
    z: str
    T: _Ms


class _ForceOrder(msgspec.Struct, tag_field="e", tag="forceOrder", gc=False):
    o: _Order


class _OpenInterest(msgspec.Struct, gc=False):
    openInterest: str  # noqa: N815 (the venue's own name)
    symbol: _Symbol
    time: _Ms


_Event = _AggTrade | _MarkPrice | _ForceOrder


class _Combined(msgspec.Struct, gc=False):
    data: _Event


_combined = msgspec.json.Decoder(_Combined).decode
_bare = msgspec.json.Decoder(_Event).decode
_open_interest = msgspec.json.Decoder(_OpenInterest).decode


def parse(frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable) -> tuple[Message, ...]:
    """Return the frame's messages, combined (`{"stream","data"}`) or bare, or a REST body of open interest.

    Quantities are in coins, prices as sent. What cannot be read becomes Unparsed, what is of no use FeedStatus.
    """
    try:
        if frame.isascii():
            event = _combined(frame).data
            return (_NORMALISE[type(event)](event, received_ns, instruments),)
    except (*DECODE_FAILURES, Unreadable):
        pass  # the careful way finds out what it is and at which byte
    return _carefully(frame, Origin(VENUE, channel, received_ns), instruments)


def _trade(event: _AggTrade, received_ns: int, instruments: InstrumentTable) -> Trade:
    quantity, price = event.q, event.p
    if not both_above_zero(quantity, price):
        above_zero(quantity, "q")
        above_zero(price, "p")
    instrument = instruments.of_venue[VENUE][event.s]
    coins = quantity if instrument.as_sent else instrument.coins(quantity, price)
    # m: the buyer was the maker, so the taker sold.
    side: Literal["buy", "sell"] = "sell" if event.m else "buy"
    return Trade(VENUE, event.s, instrument.coin, side, coins, price, event.T, received_ns)


def _liquidation(event: _ForceOrder, received_ns: int, instruments: InstrumentTable) -> Liquidation:
    order = event.o
    size, price = order.z, order.ap
    if not both_above_zero(size, price):
        above_zero(price, "ap")
        above_zero(size, "z")
    instrument = instruments.of_venue[VENUE][order.s]
    return Liquidation(
        VENUE,
        order.s,
        instrument.coin,
        "long" if order.S == "SELL" else "short",
        size if instrument.as_sent else instrument.coins(size, price),
        price,
        "fill",
        float(size) * float(price) if instrument.priced_per_unit else instrument.usd(float(size), float(price)),
        order.T,
        received_ns,
    )


def _mark(event: _MarkPrice, received_ns: int, instruments: InstrumentTable) -> Mark:
    if not both_above_zero(event.p, event.i or event.p):
        above_zero(event.p, "p")
        above_zero(event.i or event.p, "i")
    # Dated contracts send an empty rate and no next time.
    funding = rate(event.r, "r") if event.r else None
    return Mark(
        VENUE,
        event.s,
        instruments.of_venue[VENUE][event.s].coin,
        event.p,
        event.i or None,
        funding,
        None if funding is None else USUAL_FUNDING_INTERVAL_H,
        event.T or None,
        event.E,
        received_ns,
    )


_NORMALISE: dict[type, Callable[[Any, int, InstrumentTable], Message]] = {
    _AggTrade: _trade,
    _ForceOrder: _liquidation,
    _MarkPrice: _mark,
}


def _interest(body: _OpenInterest, received_ns: int, instruments: InstrumentTable) -> OpenInterest:
    above_zero(body.openInterest, "openInterest")
    instrument = instruments.find(VENUE, body.symbol)
    coins = instrument.coins(body.openInterest, "1") if instrument.kind == "linear" else None
    if coins is None:
        raise Unreadable(f"openInterest of {body.symbol} is in contracts of unknown size")
    return OpenInterest(VENUE, body.symbol, instrument.coin, coins, None, body.time, received_ns)


def _carefully(frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    try:
        whole = looked_at(frame)
        start, payload = 0, frame
        if isinstance(whole, dict) and "stream" in whole and "data" in whole:
            start, payload = value_of(frame, "data")
        found = tuple([_one(piece, at, origin, instruments) for at, piece in pieces(frame, start, payload)])
        return found or (origin.alive("nothing in it"),)
    except Unreadable as error:
        return (origin.unparsed(error.reason, error.offset),)


def _one(piece: bytes, at: int, origin: Origin, instruments: InstrumentTable) -> Message:
    fields = msgspec.json.decode(piece)
    kind = fields.get("e") if isinstance(fields, dict) else None
    try:
        if kind in _USED:
            event = _bare(piece)
            return _NORMALISE[type(event)](event, origin.received_ns, instruments)
        if isinstance(fields, dict) and "openInterest" in fields:
            return _interest(_open_interest(piece), origin.received_ns, instruments)
    except (*DECODE_FAILURES, Unreadable) as error:
        reason, inner = reading_trouble(error, piece)
        return origin.unparsed(reason, at + inner)
    said = _said(fields)
    return origin.unparsed(whose(fields, "Binance"), at) if said is None else origin.note(said)


_USED = frozenset({"aggTrade", "markPriceUpdate", "forceOrder"})


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
    "serverTime": lambda fields: "server time",
}


def _error_words(error: Any) -> str:
    return f"{error.get('code')} {error.get('msg')}" if isinstance(error, dict) else str(error)
