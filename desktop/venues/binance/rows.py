"""What each of Binance's messages holds, and what it means in one form for all venues. Pure.

Forced orders: `S` is the order's side (SELL closes a long), `ap` the average fill, `z` the filled quantity; `p` and
`q` are the limit order and are not used. Source: the venue's USD-M and spot documentation of 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import msgspec

from desktop.domain.book import BookChange, TextLevel
from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import LiquidatedSide, Liquidation, Mark, OpenInterest, Ticker, Trade
from desktop.domain.number_text import number
from desktop.venues.forced_order import liquidation_of
from desktop.venues.wire import above_zero, both_above_zero, check_levels, is_above_zero, rate

VENUE = "binance"
# /fapi/v1/fundingInfo lists only symbols that differ from this.
USUAL_FUNDING_INTERVAL_H = 8.0
_DOLLARS = ("USDT", "USDC", "FDUSD", "TUSD", "USD1", "USD")

_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
# Milliseconds: a time in seconds or microseconds is not taken for one.
_Ms = Annotated[int, msgspec.Meta(gt=10**11, lt=10**14)]


class AggTrade(msgspec.Struct, tag_field="e", tag="aggTrade", gc=False):
    """A stream's aggregated trade."""

    s: _Symbol
    p: str
    q: str
    T: _Ms
    m: bool


class MarkPrice(msgspec.Struct, tag_field="e", tag="markPriceUpdate", gc=False):
    """A stream's mark price."""

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


class ForceOrder(msgspec.Struct, tag_field="e", tag="forceOrder", gc=False):
    """A stream's forced order."""

    o: _Order


class Depth(msgspec.Struct, tag_field="e", tag="depthUpdate", gc=False):
    """A stream's changes of a book: updates `U` to `u`, after `pu`."""

    s: _Symbol
    T: _Ms
    U: int
    u: int
    b: list[TextLevel]
    a: list[TextLevel]
    pu: int | None = None


class MiniTicker(msgspec.Struct, tag_field="e", tag="24hrMiniTicker", gc=False):
    """A stream's last price `c` and turnover `q` of 24 h, of spot and of USD-M in the same form."""

    s: _Symbol
    E: _Ms
    c: str
    q: str


class OpenInterestBody(msgspec.Struct, gc=False):
    """The answer of `/fapi/v1/openInterest`."""

    openInterest: str  # noqa: N815 (the venue's own name)
    symbol: _Symbol
    time: _Ms


class DepthBody(msgspec.Struct, gc=False):
    """The answer of `/fapi/v1/depth`; which symbol it is about, only the question says."""

    lastUpdateId: int  # noqa: N815 (the venue's own name)
    T: _Ms
    bids: list[TextLevel]
    asks: list[TextLevel]


Event = AggTrade | MarkPrice | ForceOrder | Depth
"""What streams of one symbol say."""


def trade(event: AggTrade, received_ns: int, instruments: InstrumentTable) -> Trade:
    """Return the trade; its side is the taker's."""
    quantity, price = event.q, event.p
    if not both_above_zero(quantity, price):
        above_zero(quantity, "q")
        above_zero(price, "p")
    instrument = instruments.of_venue[VENUE][event.s]
    coins = quantity if instrument.as_sent else instrument.coins(quantity, price)
    # m: the buyer was the maker, so the taker sold.
    side: Literal["buy", "sell"] = "sell" if event.m else "buy"
    return Trade(VENUE, event.s, instrument.coin, side, coins, price, event.T, received_ns)


def liquidation(event: ForceOrder, received_ns: int, instruments: InstrumentTable) -> Liquidation:
    """Return whose position was closed, at its average fill."""
    order = event.o
    size, price = order.z, order.ap
    if not both_above_zero(size, price):
        above_zero(price, "ap")
        above_zero(size, "z")
    instrument = instruments.of_venue[VENUE][order.s]
    side: LiquidatedSide = "long" if order.S == "SELL" else "short"
    return liquidation_of(instrument, side, size, price, "fill", order.T, received_ns)


def mark(event: MarkPrice, received_ns: int, instruments: InstrumentTable) -> Mark:
    """Return mark, index and funding; of dated contracts no funding."""
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


def depth(event: Depth, received_ns: int, instruments: InstrumentTable, *, plain: bool = False) -> BookChange:
    """Return the changes of the book; `plain` says that its levels have been looked at."""
    if not plain:
        check_levels(event.b, "b")
        check_levels(event.a, "a")
    symbol = event.s
    coin = instruments.of_venue[VENUE][symbol].coin
    return BookChange(
        VENUE, symbol, coin, event.b, event.a, False, event.U, event.u, event.pu, event.T, received_ns
    )  # fmt: skip


def whole_depth(body: DepthBody, symbol: str, received_ns: int, instruments: InstrumentTable) -> BookChange:
    """Return the whole book of a symbol."""
    check_levels(body.bids, "bids")
    check_levels(body.asks, "asks")
    coin, number = instruments.of_venue[VENUE][symbol].coin, body.lastUpdateId
    return BookChange(
        VENUE, symbol, coin, body.bids, body.asks, True, number, number, None, body.T, received_ns
    )  # fmt: skip


def tickers(
    events: Sequence[MiniTicker], received_ns: int, instruments: InstrumentTable, *, spot: bool
) -> list[Ticker]:
    """Return the tickers of spot pairs, or of the contracts that the table lists as trading."""
    return [
        made for event in events if (made := _ticker(event, received_ns, instruments, spot=spot)) is not None
    ]  # fmt: skip


def _ticker(event: MiniTicker, received_ns: int, instruments: InstrumentTable, *, spot: bool) -> Ticker | None:
    symbol = event.s
    if not spot and not instruments.trades(VENUE, symbol):
        return None
    if not is_above_zero(event.c):
        above_zero(event.c, "c")
    instrument = instruments.of_venue[VENUE][symbol]
    part = "spot" if spot else instrument.part
    if part == "other":
        return None
    # Nothing traded in a day is a fact, not a fault.
    traded = number(event.q) if is_above_zero(event.q) or event.q.strip("0.") == "" else above_zero(event.q, "q")
    turnover = traded if symbol.partition("_")[0].endswith(_DOLLARS) else None
    return Ticker(VENUE, symbol, instrument.coin, part, event.c, turnover, event.E, received_ns)


def interest(body: OpenInterestBody, received_ns: int, instruments: InstrumentTable) -> OpenInterest:
    """Return the open interest in coins."""
    above_zero(body.openInterest, "openInterest")
    instrument = instruments.find(VENUE, body.symbol)
    coins = instrument.coins(body.openInterest, "1") if instrument.kind == "linear" else None
    if coins is None:
        raise Unreadable(f"openInterest of {body.symbol} is in contracts of unknown size")
    return OpenInterest(VENUE, body.symbol, instrument.coin, coins, None, body.time, received_ns)


Normalise = Callable[[Any, int, InstrumentTable], Trade | Liquidation | Mark | BookChange]
NORMALISE: dict[type, Normalise] = {AggTrade: trade, ForceOrder: liquidation, MarkPrice: mark, Depth: depth}
