"""What Bybit says about books, insurance pools, itself and all contracts at once. Pure.

Deleveraging: `pr` is how far a contract's profit and loss has fallen within 8 h, `i_pr` the fall at which profitable
positions are closed. Source: the venue's v5 documentation of 2026.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.domain.book import BookChange, TextLevel
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import InsurancePool, Message, Ticker, VenueNotice
from desktop.venues.bybit.rows import VENUE, Ms, Symbol
from desktop.venues.wire import above_zero, check_levels, is_above_zero, rate

_DOLLARS = ("USDT", "USDC", "USD", "USDE")
_NEARLY = 2 / 3
_LONGEST = 120


class _Book(msgspec.Struct, gc=False):
    s: Symbol
    b: list[TextLevel]
    a: list[TextLevel]
    u: int


class BookPush(msgspec.Struct, gc=False):
    """A push of `orderbook`: a snapshot replaces the book, a delta changes levels."""

    type: Literal["snapshot", "delta"]
    ts: Ms
    data: _Book
    cts: Ms | None = None


class PoolRow(msgspec.Struct, gc=False):
    """A row of `adlAlert`."""

    c: str
    s: str
    b: str = ""
    pr: str = ""
    i_pr: str = ""


class InsuranceRow(msgspec.Struct, gc=False):
    """A row of `insurance`."""

    coin: str
    balance: str
    symbols: str = ""


class StatusRow(msgspec.Struct, gc=False):
    """A row of `system.status`; `state` is scheduled, ongoing, completed or canceled."""

    title: str
    state: str
    begin: str = ""


class TickerAnswer(msgspec.Struct, gc=False, rename="camel"):
    """A row of `/v5/market/tickers`."""

    symbol: Symbol
    last_price: str
    turnover24h: str = ""


def book_of(push: BookPush, received_ns: int, instruments: InstrumentTable, *, plain: bool = False) -> BookChange:
    """Return the changes of the book, or the whole of it; `plain` says that its levels have been looked at."""
    book = push.data
    if not plain:
        check_levels(book.b, "b")
        check_levels(book.a, "a")
    coin = instruments.of_venue[VENUE][book.s].coin
    whole = push.type == "snapshot"
    number = book.u
    return BookChange(
        VENUE, book.s, coin, book.b, book.a, whole, number, number, None, push.cts or push.ts, received_ns
    )


def pool_of(row: PoolRow, at_ms: int, received_ns: int) -> InsurancePool:
    """Return how near a contract is to closing profitable positions.

    `adl` from the venue's own trigger on, `warning` from two thirds of it (a line of our own).
    """
    fall = max(0.0, -rate(row.pr, "pr")) if row.pr else None
    trigger = abs(rate(row.i_pr, "i_pr")) if row.i_pr else 0.0
    state: Literal["normal", "warning", "adl"] = "normal"
    if fall is not None and trigger:
        state = "adl" if fall >= trigger else "warning" if fall >= _NEARLY * trigger else "normal"
    # Pools of inverse contracts count coins.
    balance = float(row.b) if row.c in _DOLLARS and is_above_zero(row.b) else None
    return InsurancePool(VENUE, f"{row.c} {row.s}"[:_LONGEST], state, balance, fall, at_ms, received_ns)


def insurance_of(row: InsuranceRow, at_ms: int, received_ns: int) -> InsurancePool:
    """Return the balance of an isolated pool, in USD where its coin is one."""
    balance = above_zero(row.balance, "balance") if row.balance.strip("0.") else 0.0
    usd = balance if row.coin in _DOLLARS else None
    return InsurancePool(VENUE, f"{row.coin} {row.symbols}"[:_LONGEST], "normal", usd, None, at_ms, received_ns)


def notice_of(row: StatusRow, at_ms: int) -> VenueNotice:
    """Return whether the venue is being maintained now."""
    return VenueNotice(
        VENUE, "maintenance" if row.state == "ongoing" else "normal", f"{row.state}: {row.title}"[:_LONGEST], at_ms
    )


def last_price_of(
    row: TickerAnswer, at_ms: int, received_ns: int, instruments: InstrumentTable, *, spot: bool
) -> Message | None:
    """Return the ticker of a spot pair or of a contract that the table lists as trading; else None."""
    if not spot and not instruments.trades(VENUE, row.symbol):
        return None
    above_zero(row.last_price, "lastPrice")
    instrument = instruments.of_venue[VENUE][row.symbol]
    part = "spot" if spot else instrument.part
    if part == "other":
        return None
    turnover = None
    if row.turnover24h:
        turnover = above_zero(row.turnover24h, "turnover24h") if row.turnover24h.strip("0.") else 0.0
    if instrument.kind == "inverse" or not row.symbol.partition("-")[0].endswith((*_DOLLARS, "PERP")):
        turnover = None
    return Ticker(VENUE, row.symbol, instrument.coin, part, row.last_price, turnover, at_ms, received_ns)
