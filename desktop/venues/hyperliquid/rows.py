"""What Hyperliquid sends, row by row, and what each says in our form. Pure.

Sizes count units of the symbol (kPEPE: thousands of PEPE), prices are per unit. Funding is per hour. A fill that
closed somebody's position by force names the victim to every counterparty. Source: the venue's documentation of 2026.
"""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.listing import ticker_part
from desktop.domain.market import Book, LiquidatedSide, Liquidation, Mark, MarketPart, OpenInterest, Ticker, Trade
from desktop.domain.number_text import number
from desktop.venues.forced_order import liquidation_of
from desktop.venues.wire import above_zero, both_above_zero, rate

VENUE = "hyperliquid"
FUNDING_INTERVAL_H = 1.0
BUILDER = "xyz"
# Of the contracts that others have built on the venue, those that speak of gold, silver and American shares.
_BUILT: dict[str, MarketPart] = {"xyz:GOLD": "metal", "xyz:SILVER": "metal", "xyz:SP500": "index"}

_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
_Ms = Annotated[int, msgspec.Meta(gt=10**11, lt=10**14)]
_Side = Literal["A", "B"]


class TradeRow(msgspec.Struct, gc=False):
    """A trade; `side` is the taker's: B bought, A (ask) sold."""

    coin: _Symbol
    side: _Side
    px: str
    sz: str
    time: _Ms


class Context(msgspec.Struct, gc=False, rename="camel"):
    """What the venue knows of a contract at the moment; it carries no time of its own."""

    mark_px: str | None = None
    oracle_px: str | None = None
    mid_px: str | None = None
    funding: str | None = None
    open_interest: str | None = None
    day_ntl_vlm: str | None = None


class ActiveContext(msgspec.Struct, gc=False):
    """The context of one coin."""

    coin: _Symbol
    ctx: Context


class Level(msgspec.Struct, gc=False):
    """A price, and how much waits there."""

    px: str
    sz: str


class BookRow(msgspec.Struct, gc=False):
    """A whole book of at most 20 levels a side, bids first. It has no sequence: there is nothing to repair."""

    coin: _Symbol
    time: _Ms
    levels: tuple[list[Level], list[Level]]


class Forced(msgspec.Struct, gc=False, rename="camel"):
    """Whose position a fill closed by force; `method` is market or backstop."""

    liquidated_user: str
    method: str = ""


class Fill(msgspec.Struct, gc=False):
    """A fill of one user: `side` B means that this user bought."""

    coin: _Symbol
    px: str
    sz: str
    side: _Side
    time: _Ms
    tid: int
    dir: str = ""
    liquidation: Forced | None = None


def trade(row: TradeRow, received_ns: int, instruments: InstrumentTable) -> Trade:
    """Return the trade."""
    size, price = row.sz, row.px
    if not both_above_zero(size, price):
        above_zero(size, "sz")
        above_zero(price, "px")
    instrument = instruments.of_venue[VENUE][row.coin]
    coins = size if instrument.as_sent else instrument.coins(size, price)
    side: Literal["buy", "sell"] = "buy" if row.side == "B" else "sell"
    return Trade(VENUE, row.coin, instrument.coin, side, coins, price, row.time, received_ns)


def mark(row: ActiveContext, received_ns: int, instruments: InstrumentTable) -> Mark | None:
    """Return mark, oracle and the funding of this hour; None if the context says none of them."""
    ctx = row.ctx
    if not (ctx.mark_px or ctx.oracle_px or ctx.funding):
        return None
    mark_px, oracle_px = ctx.mark_px or ctx.oracle_px or "1", ctx.oracle_px or ctx.mark_px or "1"
    if not both_above_zero(mark_px, oracle_px):
        above_zero(mark_px, "markPx" if ctx.mark_px else "oraclePx")
        above_zero(oracle_px, "oraclePx")
    funding = rate(ctx.funding, "funding") if ctx.funding else None
    return Mark(
        VENUE,
        row.coin,
        instruments.of_venue[VENUE][row.coin].coin,
        ctx.mark_px or None,
        ctx.oracle_px or None,
        funding,
        None if funding is None else FUNDING_INTERVAL_H,
        None,
        received_ns // 1_000_000,
        received_ns,
    )


def interest(row: ActiveContext, received_ns: int, instruments: InstrumentTable) -> OpenInterest | None:
    """Return the open interest, valued at the mark; None where none is told or nothing is open."""
    text = row.ctx.open_interest
    if not text or text.strip("0.") == "":
        return None
    price = row.ctx.mark_px
    if not both_above_zero(text, price or "1"):
        above_zero(text, "openInterest")
        above_zero(price or "1", "markPx")
    instrument = instruments.of_venue[VENUE][row.coin]
    coins = instrument.coins(text, "1")
    if coins is None:
        return None
    usd = instrument.usd(number(text), number(price)) if price else None
    return OpenInterest(VENUE, row.coin, instrument.coin, coins, usd, received_ns // 1_000_000, received_ns)


def ticker(coin: str, ctx: Context, received_ns: int, instruments: InstrumentTable) -> Ticker | None:
    """Return a contract's price and turnover of 24 h: the middle of its book, else its mark.

    None without either, and for one that is not traded. The venue tells no last price of all contracts at once.
    """
    price = ctx.mid_px or ctx.mark_px
    part = _BUILT.get(coin) if ":" in coin else ticker_part(instruments, VENUE, coin)
    if not price or part is None:
        return None
    above_zero(price, "midPx" if ctx.mid_px else "markPx")
    turnover = None
    if ctx.day_ntl_vlm:
        idle = ctx.day_ntl_vlm.strip("0.") == ""
        turnover = 0.0 if idle else above_zero(ctx.day_ntl_vlm, "dayNtlVlm")
    at_ms = received_ns // 1_000_000
    coin_itself = instruments.of_venue[VENUE][coin].coin
    return Ticker(VENUE, coin, coin_itself, part, price, turnover, at_ms, received_ns)


def book(row: BookRow, received_ns: int, instruments: InstrumentTable) -> Book:
    """Return the book as it stood. Raise Unreadable for a level that is none, or bids above asks."""
    bids, asks = (_levels(side) for side in row.levels)
    if bids and asks and bids[0][0] >= asks[0][0]:
        raise Unreadable("levels: the best bid is not below the best ask")
    return Book(
        VENUE,
        row.coin,
        instruments.of_venue[VENUE][row.coin].coin,
        row.levels[0][0].px if bids else None,
        row.levels[1][0].px if asks else None,
        bids,
        asks,
        row.time,
        received_ns,
        low=bids[-1][0] if bids else None,
        high=asks[-1][0] if asks else None,
    )


def _levels(side: list[Level]) -> tuple[tuple[float, float], ...]:
    try:
        found = [(number(level.px), number(level.sz)) for level in side]
    except ValueError:
        found = []
    # One look at the sums and the least is cheaper than one at each of forty levels.
    if len(found) == len(side) and (not found or _all_above_zero(found)):
        return tuple(found)
    for level in side:
        above_zero(level.px, "px")
        above_zero(level.sz, "sz")
    return tuple(found)


def _all_above_zero(levels: list[tuple[float, float]]) -> bool:
    prices, sizes = zip(*levels, strict=True)
    return isfinite(sum(prices) + sum(sizes)) and min(prices) > 0 and min(sizes) > 0


def liquidation(fill: Fill, forced: Forced, user: str, received_ns: int, instruments: InstrumentTable) -> Liquidation:
    """Return the liquidation that a user's fill was part of, as its victim or as the other side of it."""
    above_zero(fill.sz, "sz")
    above_zero(fill.px, "px")
    # A long is closed by selling: its counterparty bought.
    sold_by_victim = (fill.side == "A") == (forced.liquidated_user.lower() == user.lower())
    instrument = instruments.of_venue[VENUE][fill.coin]
    side: LiquidatedSide = "long" if sold_by_victim else "short"
    return liquidation_of(instrument, side, fill.sz, fill.px, "fill", fill.time, received_ns)
