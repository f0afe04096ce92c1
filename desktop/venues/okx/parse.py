"""OKX v5 liquidation orders: bytes in, frozen messages out. Pure; never raises.

`bkPx` is the bankruptcy price, `sz` counts contracts, so coins and USD need the contract size. In net mode the
order's side tells whose position it was: a sell closes a long. Source: the venue's v5 websocket documentation
of 2026.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Liquidation, Message
from desktop.venues.wire import (
    DECODE_FAILURES,
    Origin,
    above_zero,
    looked_at,
    pieces,
    reading_trouble,
    value_of,
    whose,
)

VENUE = "okx"

_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class _Detail(msgspec.Struct, rename="camel"):
    bk_px: str
    sz: str
    ts: str
    pos_side: Literal["long", "short", "net"]
    side: Literal["buy", "sell"] | None = None


class _Order(msgspec.Struct, rename="camel"):
    inst_id: _Symbol
    details: list[msgspec.Raw]


_order = msgspec.json.Decoder(_Order).decode
_detail = msgspec.json.Decoder(_Detail).decode


def parse(frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable) -> tuple[Message, ...]:
    """Return the liquidations of a frame, one a detail; other channels, events and pongs are FeedStatus."""
    origin = Origin(VENUE, channel, received_ns)
    if frame.strip() == b"pong":
        return (origin.alive("pong"),)
    try:
        whole = looked_at(frame)
        if isinstance(whole, dict) and isinstance(whole.get("arg"), dict) and "data" in whole:
            return _pushed(whole, frame, origin, instruments)
        said = _said(whole)
    except Unreadable as error:
        return (origin.unparsed(error.reason, error.offset),)
    return (origin.unparsed(whose(whole, "OKX"), 0) if said is None else origin.note(said),)


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


def _pushed(whole: Any, frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    name = whole["arg"].get("channel")
    if name != "liquidation-orders":
        return (origin.note(f"{name}, not used"),)
    start, data = value_of(frame, "data")
    messages: list[Message] = []
    for at, piece in pieces(frame, start, data):
        try:
            order = _order(piece)
        except DECODE_FAILURES as error:
            reason, inner = reading_trouble(error, piece)
            messages.append(origin.unparsed(reason, at + inner))
            continue
        messages.extend(_details(order, at, frame, origin, instruments))
    return tuple(messages) or (origin.alive("nothing in it"),)


def _details(order: _Order, start: int, frame: bytes, origin: Origin, instruments: InstrumentTable) -> list[Message]:
    messages: list[Message] = []
    for raw in order.details:
        piece = bytes(raw)
        start = max(frame.find(piece, start), start)
        try:
            messages.append(_liquidation(order.inst_id, _detail(piece), origin.received_ns, instruments))
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, piece)
            messages.append(origin.unparsed(reason, start + inner))
        start += len(piece)
    return messages


def _liquidation(symbol: str, detail: _Detail, received_ns: int, instruments: InstrumentTable) -> Liquidation:
    size, price = above_zero(detail.sz, "sz"), above_zero(detail.bk_px, "bkPx")
    if not (detail.ts.isascii() and detail.ts.isdigit() and len(detail.ts) == 13):
        raise Unreadable(f"ts is {detail.ts[:40]!r}, not a time in milliseconds")
    instrument = instruments.find(VENUE, symbol)
    return Liquidation(
        VENUE,
        symbol,
        instrument.coin,
        _side(detail),
        instrument.coins(detail.sz, detail.bk_px),
        detail.bk_px,
        "bankruptcy",
        instrument.usd(size, price),
        int(detail.ts),
        received_ns,
    )


def _side(detail: _Detail) -> Literal["long", "short"]:
    if detail.pos_side != "net":
        return detail.pos_side
    if detail.side is None:
        raise Unreadable("side is missing in net mode: nobody can tell whose position it was")
    return "long" if detail.side == "sell" else "short"
