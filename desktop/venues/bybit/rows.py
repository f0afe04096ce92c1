"""What Bybit's rows of trades, liquidations and tickers hold, and what they mean in one form for all venues. Pure.

Liquidations: `S` is the side of the position ("Buy": a long was liquidated), `p` the bankruptcy price. Sizes are
coins for linear contracts and USD for inverse ones. Source: the venue's v5 websocket documentation of 2026.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.market import LiquidatedSide, Liquidation, Mark, Message, OpenInterest, TakerSide, Trade
from desktop.domain.number_text import number, plain_number
from desktop.venues.forced_order import liquidation_of
from desktop.venues.wire import LONGEST_NUMBER, above_zero, both_above_zero, rate

VENUE = "bybit"

Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
_Side = Literal["Buy", "Sell"]
Ms = Annotated[int, msgspec.Meta(gt=10**11, lt=10**14)]


class Row(msgspec.Struct, gc=False):
    """A trade or a liquidation: they share this form, and only what `S` means differs."""

    T: Ms
    s: Symbol
    S: _Side
    v: str
    p: str


class TickerRow(msgspec.Struct, gc=False, rename="camel"):
    """What a ticker names; empty is what it leaves out."""

    symbol: Symbol
    mark_price: str = ""
    index_price: str = ""
    funding_rate: str = ""
    funding_interval_hour: str = ""
    next_funding_time: str = ""
    open_interest: str = ""
    open_interest_value: str = ""
    single_open_interest: str = ""
    single_open_interest_value: str = ""

    @property
    def tells_more(self) -> bool:
        """Whether it tells of more than mark and index."""
        return bool(
            self.funding_rate
            or self.open_interest
            or self.single_open_interest
            or self.next_funding_time
            or self.funding_interval_hour
        )


class Rows(msgspec.Struct, gc=False):
    """A push of rows."""

    data: list[Row]


class Tickers(msgspec.Struct, gc=False):
    """A push of a ticker."""

    data: TickerRow
    ts: Ms


def trade_of(row: Row, received_ns: int, instruments: InstrumentTable) -> Trade:
    quantity, price = row.v, row.p
    instrument = instruments.of_venue[VENUE][row.s]
    side: TakerSide = "buy" if row.S == "Buy" else "sell"
    try:
        # both_above_zero without its call: most messages of a storm are trades.
        plain = (
            plain_number(quantity) > 0.0 < plain_number(price)
            and (digits := quantity + price).replace(".", "").isdigit()
            and len(digits) <= LONGEST_NUMBER
        )
    except ValueError:
        plain = False
    if not plain:
        above_zero(quantity, "v")
        above_zero(price, "p")
    coins = quantity if instrument.as_sent else instrument.coins(quantity, price)
    return Trade(VENUE, row.s, instrument.coin, side, coins, price, row.T, received_ns)


def forced_of(row: Row, received_ns: int, instruments: InstrumentTable) -> Liquidation:
    size, price = row.v, row.p
    if not both_above_zero(size, price):
        above_zero(size, "v")
        above_zero(price, "p")
    instrument = instruments.of_venue[VENUE][row.s]
    side: LiquidatedSide = "long" if row.S == "Buy" else "short"
    return liquidation_of(instrument, side, size, price, "bankruptcy", row.T, received_ns)


def ticker_of(ticker: TickerRow, at_ms: int, received_ns: int, instruments: InstrumentTable) -> tuple[Message, ...]:
    instrument = instruments.of_venue[VENUE][ticker.symbol]
    mark = mark_of(ticker, instrument, at_ms, received_ns)
    interest = None
    if ticker.single_open_interest or ticker.open_interest:
        interest = interest_of(ticker, instrument, at_ms, received_ns)
    if mark is None:
        return () if interest is None else (interest,)
    return (mark,) if interest is None else (mark, interest)


def mark_of(ticker: TickerRow, instrument: Instrument, at_ms: int, received_ns: int) -> Mark | None:
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


def interest_of(ticker: TickerRow, instrument: Instrument, at_ms: int, received_ns: int) -> OpenInterest | None:
    size = _one_side("singleOpenInterest", ticker.single_open_interest, "openInterest", ticker.open_interest)
    if size is None:
        return None
    value = _one_side(
        "singleOpenInterestValue", ticker.single_open_interest_value, "openInterestValue", ticker.open_interest_value
    )
    if instrument.kind == "inverse":
        # Sizes are USD and the value is coins.
        usd: float | None = instrument.usd(number(size), 1.0)
        coins = value or (instrument.coins(size, ticker.mark_price) if ticker.mark_price else None)
    else:
        coins = instrument.coins(size, "1")
        usd = number(value) if value else None
        if usd is None and ticker.mark_price:
            usd = instrument.usd(number(size), number(ticker.mark_price))
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
