"""The rows of OKX v5's public channels and REST answers, and what each says in our form. Pure.

Sizes count contracts, so coins and USD need the contract size; open interest comes in coins and USD as well. The
funding interval is the time between the running settlement and the next. Source: the v5 documentation of 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.listing import ticker_part
from desktop.domain.market import InsurancePool, Liquidation, Mark, MarketPart, Message, OpenInterest, Ticker, Trade
from desktop.venues.forced_order import liquidation_of
from desktop.venues.wire import above_zero, both_above_zero, rate

VENUE = "okx"

Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
# Sent as text; milliseconds: a time in seconds or microseconds is not taken for one.
Ms = Annotated[int, msgspec.Meta(gt=10**11, lt=10**14)]

_PARTS: dict[str, MarketPart] = {"SWAP": "perp", "FUTURES": "dated", "SPOT": "spot"}
_DOLLARS = frozenset({"USDT", "USDC", "USD"})
_MS_AN_HOUR = 3_600_000


class TradeRow(msgspec.Struct, gc=False, rename="camel"):
    """A row of `trades`: trades of one taker at one price, joined by the venue."""

    inst_id: Symbol
    px: str
    sz: str
    side: Literal["buy", "sell"]
    ts: Ms


class Detail(msgspec.Struct, gc=False, rename="camel"):
    """One liquidation of a row of `liquidation-orders`."""

    bk_px: str
    sz: str
    ts: Ms
    pos_side: Literal["long", "short", "net"]
    side: Literal["buy", "sell"] | None = None


class MarkRow(msgspec.Struct, gc=False, rename="camel"):
    """A row of `mark-price`."""

    inst_id: Symbol
    mark_px: str
    ts: Ms


class IndexRow(msgspec.Struct, gc=False, rename="camel"):
    """A row of `index-tickers`; its symbol is the pair, BTC-USDT."""

    inst_id: Symbol
    idx_px: str
    ts: Ms


class FundingRow(msgspec.Struct, gc=False, rename="camel"):
    """A row of `funding-rate`: `fundingTime` ends the running interval, `nextFundingTime` the one after."""

    inst_id: Symbol
    funding_rate: str
    funding_time: Ms
    ts: Ms
    next_funding_time: str = ""


class InterestRow(msgspec.Struct, gc=False, rename="camel"):
    """A row of `open-interest`: contracts, coins, USD."""

    inst_id: Symbol
    oi: str
    ts: Ms
    oi_ccy: str = ""
    oi_usd: str = ""


class TickerRow(msgspec.Struct, gc=False, rename="camel"):
    """A row of `tickers`; `volCcy24h` counts coins for contracts and quote money for spot."""

    inst_id: Symbol
    inst_type: str
    last: str
    ts: Ms
    vol_ccy24h: str = msgspec.field(default="", name="volCcy24h")


class AdlRow(msgspec.Struct, gc=False, rename="camel"):
    """A row of `adl-warning`: the insurance fund of one family of contracts."""

    inst_family: str
    state: Literal["normal", "warning", "adl"]
    ts: Ms
    bal: str = ""
    max_bal: str = ""
    ccy: str = ""


def trade(row: TradeRow, received_ns: int, instruments: InstrumentTable) -> Trade:
    """Return the trade; its side is the taker's."""
    size, price = row.sz, row.px
    if not both_above_zero(size, price):
        above_zero(size, "sz")
        above_zero(price, "px")
    instrument = instruments.of_venue[VENUE][row.inst_id]
    coins = size if instrument.as_sent else instrument.coins(size, price)
    return Trade(VENUE, row.inst_id, instrument.coin, row.side, coins, price, row.ts, received_ns)


def liquidation(symbol: str, detail: Detail, received_ns: int, instruments: InstrumentTable) -> Liquidation:
    """Return the liquidation. In net mode the order's side tells whose position it was: a sell closes a long."""
    size, price = detail.sz, detail.bk_px
    if not both_above_zero(size, price):
        above_zero(size, "sz")
        above_zero(price, "bkPx")
    instrument = instruments.of_venue[VENUE][symbol]
    return liquidation_of(instrument, closed(detail), size, price, "bankruptcy", detail.ts, received_ns)


def closed(detail: Detail) -> Literal["long", "short"]:
    """Return whose position it was. Raise Unreadable where nobody can tell."""
    if detail.pos_side != "net":
        return detail.pos_side
    if detail.side is None:
        raise Unreadable("side is missing in net mode: nobody can tell whose position it was")
    return "long" if detail.side == "sell" else "short"


def mark(row: MarkRow, received_ns: int, instruments: InstrumentTable) -> Mark:
    """Return the mark price alone."""
    above_zero(row.mark_px, "markPx")
    coin = instruments.of_venue[VENUE][row.inst_id].coin
    return Mark(VENUE, row.inst_id, coin, row.mark_px, None, None, None, None, row.ts, received_ns)


def index(row: IndexRow, received_ns: int, instruments: InstrumentTable) -> Mark:
    """Return the index price alone, as that of the pair's perpetual."""
    above_zero(row.idx_px, "idxPx")
    symbol = f"{row.inst_id}-SWAP"
    coin = instruments.of_venue[VENUE][symbol].coin
    return Mark(VENUE, symbol, coin, None, row.idx_px, None, None, None, row.ts, received_ns)


def funding(row: FundingRow, received_ns: int, instruments: InstrumentTable) -> Mark:
    """Return the funding of the running interval, with its length where both its ends are told."""
    found = rate(row.funding_rate, "fundingRate") if row.funding_rate else None
    coin = instruments.of_venue[VENUE][row.inst_id].coin
    return Mark(
        VENUE, row.inst_id, coin, None, None, found, _interval_h(row), row.funding_time, row.ts, received_ns
    )  # fmt: skip


def _interval_h(row: FundingRow) -> float | None:
    text = row.next_funding_time
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 14) or int(text) <= row.funding_time:
        raise Unreadable(f"nextFundingTime is {text[:40]!r}, not a time after fundingTime")
    return (int(text) - row.funding_time) / _MS_AN_HOUR


def interest(row: InterestRow, received_ns: int, instruments: InstrumentTable) -> OpenInterest:
    """Return the open interest in coins and USD as sent, else from the contracts where their size is known."""
    above_zero(row.oi, "oi")
    instrument = instruments.of_venue[VENUE][row.inst_id]
    coins: str | None = row.oi_ccy
    if coins:
        above_zero(coins, "oiCcy")
    else:
        coins = instrument.coins(row.oi, "1") if instrument.kind == "linear" else None
    if coins is None:
        raise Unreadable(f"oi of {row.inst_id} is in contracts of unknown size")
    usd = above_zero(row.oi_usd, "oiUsd") if row.oi_usd else None
    return OpenInterest(VENUE, row.inst_id, instrument.coin, coins, usd, row.ts, received_ns)


def ticker(row: TickerRow, received_ns: int, instruments: InstrumentTable) -> Ticker | None:
    """Return the last price and the turnover of 24 h; None for a contract on no coin or not traded.

    Raise Unreadable for a kind of contract that is not known.
    """
    part = _PARTS.get(row.inst_type)
    if part == "perp":
        part = ticker_part(instruments, VENUE, row.inst_id)
        if part is None:
            return None
    if part is None:
        raise Unreadable(f"instType is {row.inst_type[:40]!r}, not SWAP, FUTURES or SPOT")
    last = above_zero(row.last, "last")
    turnover = None
    if row.vol_ccy24h:
        turnover = _volume(row.vol_ccy24h, "volCcy24h")
        if part != "spot":
            turnover *= last
        elif row.inst_id.rpartition("-")[2] not in _DOLLARS:
            turnover = None
    coin = instruments.of_venue[VENUE][row.inst_id].coin
    return Ticker(VENUE, row.inst_id, coin, part, row.last, turnover, row.ts, received_ns)


def _volume(text: str, field: str) -> float:
    # Nothing traded in a day is a fact, not a fault.
    return 0.0 if text.strip("0.") == "" and text.replace(".", "", 1).isdigit() else above_zero(text, field)


def pool(row: AdlRow, received_ns: int, instruments: InstrumentTable) -> InsurancePool:
    """Return the fund's state; its fall is from the greatest balance of eight hours, told only in trouble."""
    balance = _number(row.bal, "bal")
    highest = _number(row.max_bal, "maxBal")
    drop = None
    if balance is not None and highest is not None and highest > 0:
        drop = min(max(1.0 - balance / highest, 0.0), 1.0)
    usd = balance if row.ccy in _DOLLARS else None
    return InsurancePool(VENUE, row.inst_family, row.state, usd, drop, row.ts, received_ns)


def _number(text: str, field: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if abs(value) < 1e15:
        return value
    raise Unreadable(f"{field} is {text[:40]!r}, not a finite number")


Normalise = Callable[[Any, int, InstrumentTable], Message | None]
ROWS: dict[str, tuple[type[msgspec.Struct], Normalise]] = {
    "trades": (TradeRow, trade),
    "mark-price": (MarkRow, mark),
    "index-tickers": (IndexRow, index),
    "funding-rate": (FundingRow, funding),
    "open-interest": (InterestRow, interest),
    "tickers": (TickerRow, ticker),
    "adl-warning": (AdlRow, pool),
}
"""Channels whose rows say one thing each: the row's form and what makes a message of it."""
