"""Bybit v5 public messages: bytes in, frozen messages out. Pure; never raises.

Liquidations: `S` is the side of the position ("Buy": a long was liquidated), `p` the bankruptcy price. Sizes are
coins for linear contracts and USD for inverse ones. Source: the venue's v5 websocket documentation of 2026.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.market import Liquidation, Mark, Message, OpenInterest, Trade, Unparsed
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

VENUE = "bybit"

_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
_Side = Literal["Buy", "Sell"]
_Ms = Annotated[int, msgspec.Meta(gt=10**11, lt=10**14)]


class _Row(msgspec.Struct, gc=False):
    # Trades and liquidations share this form; only what S means differs.
    T: _Ms
    s: _Symbol
    S: _Side
    v: str
    p: str


class _Ticker(msgspec.Struct, gc=False, rename="camel"):
    symbol: _Symbol
    mark_price: str = ""
    index_price: str = ""
    funding_rate: str = ""
    funding_interval_hour: str = ""
    next_funding_time: str = ""
    open_interest: str = ""
    open_interest_value: str = ""
    single_open_interest: str = ""
    single_open_interest_value: str = ""


class _Rows(msgspec.Struct, gc=False):
    data: list[_Row]


class _Tickers(msgspec.Struct, gc=False):
    data: _Ticker
    ts: _Ms


_rows_of = msgspec.json.Decoder(_Rows).decode
_tickers = msgspec.json.Decoder(_Tickers).decode
_one_row = msgspec.json.Decoder(_Row).decode
_one_ticker = msgspec.json.Decoder(_Ticker).decode
_one_ms = msgspec.json.Decoder(_Ms).decode


def parse(frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable) -> tuple[Message, ...]:
    """Return the frame's messages in the order sent; a ticker gives a Mark and an OpenInterest.

    In both, None means that the ticker does not say (unchanged since the last); `TickerMemory` fills that in.
    What cannot be read becomes Unparsed, what is of no use FeedStatus.
    """
    try:
        if frame.isascii() and (kind := _BEGINNINGS.get(frame[:14])):
            if kind == "tickers":
                ticker = _tickers(frame)
                return _ticker(ticker.data, ticker.ts, Origin(VENUE, channel, received_ns), instruments)
            if kind == "publicTrade":
                if trades := _rows_of(frame).data:
                    if len(trades) == 1:  # most have one row, and that saves the list
                        return (_trade(trades[0], received_ns, instruments),)
                    return tuple([_trade(row, received_ns, instruments) for row in trades])
            elif prints := _rows_of(frame).data:
                if len(prints) == 1:
                    return (_liquidation(prints[0], received_ns, instruments),)
                return tuple([_liquidation(row, received_ns, instruments) for row in prints])
    except (*DECODE_FAILURES, Unreadable):
        pass  # the careful way keeps the good rows and finds the byte of the bad one
    return _carefully(frame, Origin(VENUE, channel, received_ns), instruments)


_USED = ("allLiquidation", "publicTrade", "tickers")
_BEGINNINGS = {f'{{"topic":"{kind}'.encode()[:14]: kind for kind in _USED}


def _trade(row: _Row, received_ns: int, instruments: InstrumentTable) -> Trade:
    quantity, price = row.v, row.p
    if not both_above_zero(quantity, price):
        above_zero(quantity, "v")
        above_zero(price, "p")
    instrument = instruments.of_venue[VENUE][row.s]
    coins = quantity if instrument.as_sent else instrument.coins(quantity, price)
    side: Literal["buy", "sell"] = "buy" if row.S == "Buy" else "sell"
    return Trade(VENUE, row.s, instrument.coin, side, coins, price, row.T, received_ns)


def _liquidation(row: _Row, received_ns: int, instruments: InstrumentTable) -> Liquidation:
    size, price = row.v, row.p
    if not both_above_zero(size, price):
        above_zero(size, "v")
        above_zero(price, "p")
    instrument = instruments.of_venue[VENUE][row.s]
    return Liquidation(
        VENUE,
        row.s,
        instrument.coin,
        "long" if row.S == "Buy" else "short",
        size if instrument.as_sent else instrument.coins(size, price),
        price,
        "bankruptcy",
        float(size) * float(price) if instrument.priced_per_unit else instrument.usd(float(size), float(price)),
        row.T,
        received_ns,
    )


def _ticker(ticker: _Ticker, at_ms: int, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    instrument = instruments.of_venue[VENUE][ticker.symbol]
    mark = _mark(ticker, instrument, at_ms, origin.received_ns)
    interest = None
    if ticker.single_open_interest or ticker.open_interest:
        interest = _interest(ticker, instrument, at_ms, origin.received_ns)
    if mark is None:
        return (interest,) if interest is not None else (origin.alive(f"ticker of {ticker.symbol}"),)
    return (mark,) if interest is None else (mark, interest)


def _mark(ticker: _Ticker, instrument: Instrument, at_ms: int, received_ns: int) -> Mark | None:
    mark, index, funding = ticker.mark_price, ticker.index_price, ticker.funding_rate
    interval, next_ms = ticker.funding_interval_hour, ticker.next_funding_time
    if not (mark or index or funding or interval or next_ms):
        return None
    if (mark or index) and not both_above_zero(mark or index, index or mark):
        above_zero(mark or index, "markPrice" if mark else "indexPrice")
        above_zero(index, "indexPrice")
    return Mark(
        VENUE,
        ticker.symbol,
        instrument.coin,
        mark or None,
        index or None,
        rate(funding, "fundingRate") if funding else None,
        above_zero(interval, "fundingIntervalHour") if interval else None,
        _next_funding(next_ms) if next_ms else None,
        at_ms,
        received_ns,
    )


def _next_funding(text: str) -> int | None:
    # "0" and "" stand for contracts without funding.
    if text.strip("0") == "":
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 14:
        raise Unreadable(f"nextFundingTime is {text[:40]!r}, not a time in milliseconds")
    return int(text)


def _interest(ticker: _Ticker, instrument: Instrument, at_ms: int, received_ns: int) -> OpenInterest | None:
    size = _one_side("singleOpenInterest", ticker.single_open_interest, "openInterest", ticker.open_interest)
    if size is None:
        return None
    value = _one_side(
        "singleOpenInterestValue", ticker.single_open_interest_value, "openInterestValue", ticker.open_interest_value
    )
    if instrument.kind == "inverse":
        # Sizes are USD and the value is coins.
        usd: float | None = instrument.usd(float(size), 1.0)
        coins = value or (instrument.coins(size, ticker.mark_price) if ticker.mark_price else None)
    else:
        coins = instrument.coins(size, "1")
        usd = float(value) if value else None
        if usd is None and ticker.mark_price:
            usd = instrument.usd(float(size), float(ticker.mark_price))
    if coins is None:
        return None
    return OpenInterest(VENUE, ticker.symbol, instrument.coin, coins, usd, at_ms, received_ns)


def _one_side(single_name: str, single: str, both_name: str, both: str) -> str | None:
    """Return the single-sided amount: as sent, or half of both sides' sum for tickers without that field."""
    if single:
        above_zero(single, single_name)
        return single
    if both:
        above_zero(both, both_name)
        return format(Decimal(both) / 2, "f")
    return None


def _carefully(frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    try:
        whole = looked_at(frame)
        topic = whole.get("topic") if isinstance(whole, dict) else None
        if not isinstance(topic, str):
            return (_said(whole, origin),)
        kind = topic.partition(".")[0]
        if kind not in _USED:
            return (origin.note(f"{kind}, not used"),)
        if "data" not in whole:
            return (origin.unparsed(f"{kind} without data", 0),)
        return _rows(kind, frame, origin, instruments) or (origin.alive(f"{kind} without rows"),)
    except Unreadable as error:
        return (origin.unparsed(error.reason, error.offset),)


def _rows(kind: str, frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    start, data = value_of(frame, "data")
    messages: list[Message] = []
    for at, row in pieces(frame, start, data):
        try:
            messages.extend(_placed(message, at, row) for message in _row(kind, row, frame, origin, instruments))
        except (*DECODE_FAILURES, Unreadable) as error:
            reason, inner = reading_trouble(error, row)
            messages.append(origin.unparsed(reason, at + inner))
    return tuple(messages)


def _placed(message: Message, at: int, row: bytes) -> Message:
    if isinstance(message, Unparsed):
        _, inner = reading_trouble(Unreadable(message.reason), row)
        return msgspec.structs.replace(message, offset=at + inner)
    return message


def _row(kind: str, row: bytes, frame: bytes, origin: Origin, instruments: InstrumentTable) -> tuple[Message, ...]:
    if kind == "publicTrade":
        return (_trade(_one_row(row), origin.received_ns, instruments),)
    if kind == "allLiquidation":
        return (_liquidation(_one_row(row), origin.received_ns, instruments),)
    try:
        at_ms = _one_ms(value_of(frame, "ts")[1])
    except (KeyError, *DECODE_FAILURES):
        raise Unreadable("ts of the ticker is missing or not a time in milliseconds") from None
    ticker = _one_ticker(row)
    try:
        return _ticker(ticker, at_ms, origin, instruments)
    except Unreadable as error:
        return _readable_half(ticker, error, at_ms, origin, instruments)


def _readable_half(
    ticker: _Ticker, error: Unreadable, at_ms: int, origin: Origin, instruments: InstrumentTable
) -> tuple[Message, ...]:
    """Return what is good of a ticker with a bad value, Mark or OpenInterest; raise the error if neither is."""
    instrument = instruments.of_venue[VENUE][ticker.symbol]
    kept: list[Message] = []
    for half in (_mark, _interest):
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
