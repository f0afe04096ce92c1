"""Hyperliquid messages: bytes in, frozen messages out. Never raises. Source: the venue's documentation of 2026."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message
from desktop.venues.hyperliquid.rows import (
    VENUE,
    ActiveContext,
    BookRow,
    Context,
    Fill,
    TradeRow,
    book,
    interest,
    mark,
    ticker,
    trade,
)
from desktop.venues.hyperliquid.vaults import VaultFills, children_of
from desktop.venues.wire import DECODE_FAILURES, Origin, looked_at, pieces, reading_trouble, value_of, whose


class _Trades(msgspec.Struct, gc=False):
    data: list[TradeRow]


class _Active(msgspec.Struct, gc=False):
    data: ActiveContext


class _Books(msgspec.Struct, gc=False):
    data: BookRow


class _User(msgspec.Struct, rename="camel"):
    user: str
    fills: list[msgspec.Raw]


class _Told(msgspec.Struct, gc=False):
    user: str
    fills: list[Fill]


class _Fills(msgspec.Struct, gc=False):
    data: _Told


class _Listed(msgspec.Struct, rename="camel"):
    name: str
    is_delisted: bool = False


class _Meta(msgspec.Struct):
    universe: list[_Listed]


trades_of = msgspec.json.Decoder(_Trades).decode
active_of = msgspec.json.Decoder(_Active).decode
_books = msgspec.json.Decoder(_Books).decode
_one_trade = msgspec.json.Decoder(TradeRow).decode
_one_active = msgspec.json.Decoder(ActiveContext).decode
_one_book = msgspec.json.Decoder(BookRow).decode
_fills = msgspec.json.Decoder(_Fills).decode
_user = msgspec.json.Decoder(_User).decode
_fill = msgspec.json.Decoder(Fill).decode
_meta_and_contexts = msgspec.json.Decoder(tuple[_Meta, list[msgspec.Raw]]).decode
_context = msgspec.json.Decoder(Context).decode

HEAD = b'{"channel":"'
_FROM, _TO = len(HEAD), len(HEAD) + 8


class HyperliquidParser:
    """Read the venue's frames in the order received; knows its vaults and which trades were told. One thread."""

    def __init__(self) -> None:
        self.fills = VaultFills()

    def __call__(
        self, frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable
    ) -> tuple[Message, ...]:
        """Return the frame's messages in the order sent: a push of the websocket or the body of an answer of `/info`.

        Contexts carry no time: theirs is the time of receipt. What cannot be read becomes Unparsed, what is of no use
        FeedStatus.
        """
        found = self.quick(frame, channel, received_ns, instruments)
        return found or self._carefully(frame, Origin(VENUE, channel, received_ns), instruments)

    def quick(
        self, frame: bytes, channel: str, received_ns: int, instruments: InstrumentTable
    ) -> tuple[Message, ...]:
        """Return what a good push says, or nothing where only the call can tell; never raises."""
        try:
            if frame.startswith(HEAD) and frame.isascii():
                kind = frame[_FROM:_TO]
                if kind == b'trades",':
                    rows = trades_of(frame).data
                    if len(rows) == 1:
                        return (trade(rows[0], received_ns, instruments),)
                    if rows:
                        return tuple([trade(row, received_ns, instruments) for row in rows])
                elif kind == b"activeAs":
                    row = active_of(frame).data
                    told, open_now = mark(row, received_ns, instruments), interest(row, received_ns, instruments)
                    if told is not None and open_now is not None:
                        return (told, open_now)
                elif kind == b"userFill":
                    if ordinary := self._ordinary(_fills(frame).data):
                        return (Origin(VENUE, channel, received_ns).alive(ordinary),)
                elif kind == b'l2Book",':
                    return (book(_books(frame).data, received_ns, instruments),)
        except (*DECODE_FAILURES, Unreadable):
            pass  # the careful way keeps the good rows and finds the byte of the bad one
        return ()

    def _ordinary(self, told: _Told) -> str:
        """Return words for fills of which none closed a position by force, as most of a vault's do; else nothing."""
        if any(fill.liquidation is not None for fill in told.fills):
            return ""
        self.fills.follow(told.user)
        return _no_liquidation(len(told.fills))

    def _carefully(self, frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
        try:
            whole = looked_at(frame)
            if isinstance(whole, list) and len(whole) == 2:
                return _tickers(frame, origin, instruments)
            if not isinstance(whole, dict):
                return (origin.unparsed(whose(whole, "Hyperliquid"), 0),)
            name = whole.get("channel")
            if name == "userFills":
                return self._fills(frame, origin, instruments)
            if isinstance(name, str) and name in _ROWS:
                return tuple(_rows(name, whole, frame, origin, instruments)) or (origin.alive("nothing in it"),)
            return (self._said(whole, frame, origin),)
        except Unreadable as error:
            return (origin.unparsed(error.reason, error.offset),)

    def _fills(self, frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
        start, data = _value(frame, "data")
        try:
            told = _user(data)
        except DECODE_FAILURES as error:
            reason, inner = reading_trouble(error, data)
            return (origin.unparsed(reason, start + inner),)
        self.fills.follow(told.user)
        messages: list[Message] = []
        for raw in told.fills:
            piece = bytes(raw)
            start = max(frame.find(piece, start), start)
            try:
                found = self.fills.counted(_fill(piece), told.user, origin.received_ns, instruments)
            except (*DECODE_FAILURES, Unreadable) as error:
                reason, inner = reading_trouble(error, piece)
                messages.append(origin.unparsed(reason, start + inner))
            else:
                messages.extend(() if found is None else (found,))
            start += len(piece)
        return tuple(messages) or (origin.alive(_no_liquidation(len(told.fills))),)

    def _said(self, whole: dict[str, Any], frame: bytes, origin: Origin) -> Message:
        name = whole.get("channel")
        if name == "pong":
            return origin.alive("pong")
        if name == "error":
            return origin.note(f"venue error: {str(whole.get('data'))[:200]}")
        if name == "subscriptionResponse":
            data = whole.get("data")
            asked = data.get("subscription") if isinstance(data, dict) else None
            kind = asked.get("type", "") if isinstance(asked, dict) else ""
            return origin.note(f"acknowledged {kind}".rstrip())
        if isinstance(name, str) and "data" in whole:
            return origin.note(f"{name}, not used")
        if isinstance(whole.get("universe"), list):
            return origin.note(f"{len(whole['universe'])} instruments")
        if (children := children_of(frame)) is not None:
            self.fills.learn(children)
            return origin.note(f"{len(children)} vaults")
        return origin.unparsed(whose(whole, "Hyperliquid"), 0)


def _no_liquidation(fills: int) -> str:
    return f"{fills} fills, no liquidation that is new"


def _said_of(row: ActiveContext, received_ns: int, instruments: InstrumentTable) -> Iterator[Message]:
    for half in (mark, interest):
        message = half(row, received_ns, instruments)
        if message is not None:
            yield message


_ROWS: dict[str, Callable[[bytes, int, InstrumentTable], Iterator[Message]]] = {
    "trades": lambda row, received_ns, table: iter((trade(_one_trade(row), received_ns, table),)),
    "activeAssetCtx": lambda row, received_ns, table: _said_of(_one_active(row), received_ns, table),
    "l2Book": lambda row, received_ns, table: iter((book(_one_book(row), received_ns, table),)),
}


def _rows(
    name: str, whole: dict[str, Any], frame: bytes, origin: Origin, instruments: InstrumentTable
) -> Iterator[Message]:
    start, data = _value(frame, "data")
    for at, piece in pieces(frame, start, data):
        try:
            yield from _ROWS[name](piece, origin.received_ns, instruments)
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, piece)
            yield origin.unparsed(reason, at + inner)


def _value(frame: bytes, key: str) -> tuple[int, bytes]:
    try:
        return value_of(frame, key)
    except KeyError:
        raise Unreadable(f"a message without {key}", 0) from None


def _tickers(frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    """Return the tickers of an answer of `metaAndAssetCtxs`: names and contexts in the same order."""
    try:
        meta, contexts = _meta_and_contexts(frame)
    except DECODE_FAILURES as error:
        return (origin.unparsed(str(error), 0),)
    if len(meta.universe) != len(contexts):
        return (origin.unparsed(f"{len(meta.universe)} names for {len(contexts)} contexts", 0),)
    messages: list[Message] = []
    at = 0
    for listed, raw in zip(meta.universe, contexts, strict=True):
        piece = bytes(raw)
        at = max(frame.find(piece, at), at)
        try:
            found = ticker(listed.name, _context(piece), origin.received_ns, instruments)
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, piece)
            messages.append(origin.unparsed(reason, at + inner))
        else:
            messages.extend(() if found is None or listed.is_delisted else (found,))
        at += len(piece)
    return tuple(messages) or (origin.alive("nothing in it"),)
