"""Binance's public past: klines, open interest of the last month, settled funding. Pure.

Source: the venue's USD-M REST documentation of 2026. A kline's weight grows with the limit; 499 rows cost 2.
"""

from __future__ import annotations

import msgspec

from desktop.domain.instrument import Instrument
from desktop.venues.history_rows import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    FundingRow,
    History,
    InterestRow,
    PriceRow,
    VenueHistory,
    above_zero,
    coins_of,
    price_row,
    rate_of,
    readable,
    rows_of,
    time_ms,
)
from desktop.venues.http import Question

_KLINE_ROWS = 499
_INTEREST_ROWS = 500
_FUNDING_ROWS = 1000
_INTERVALS = {MINUTE_MS: "1m", HOUR_MS: "1h", DAY_MS: "1d"}
_PERIODS = {MINUTE_MS: "5m", HOUR_MS: "1h", DAY_MS: "1d"}
# "Last month only": the start of the month itself may be refused.
_INTEREST_REACH_MS = 30 * DAY_MS - HOUR_MS


class _Kline(msgspec.Struct, array_like=True, gc=False):
    at_ms: int
    open: str
    high: str
    low: str
    close: str
    volume: object = None
    end_ms: object = None
    turnover: object = None
    trades: object = None
    bought_coins: object = None
    bought: object = None


class _Interest(msgspec.Struct, gc=False, rename="camel"):
    sum_open_interest: str
    timestamp: int
    sum_open_interest_value: str | None = None


class _Funding(msgspec.Struct, gc=False, rename="camel"):
    funding_time: int
    funding_rate: str


def _kline_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    params = (("symbol", symbol), ("interval", _INTERVALS[step_ms]), *_span(since_ms, until_ms, _KLINE_ROWS))
    return Question("/fapi/v1/klines", params, weight=2)


def _interest_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    params = (("symbol", symbol), ("period", _PERIODS[step_ms]), *_span(since_ms, until_ms, _INTEREST_ROWS))
    return Question("/futures/data/openInterestHist", params, weight=0)


def _funding_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    return Question("/fapi/v1/fundingRate", (("symbol", symbol), *_span(since_ms, until_ms, _FUNDING_ROWS)))


def _span(since_ms: int, until_ms: int, rows: int) -> tuple[tuple[str, str], ...]:
    return ("startTime", str(since_ms)), ("endTime", str(until_ms - 1)), ("limit", str(rows))


def read_klines(body: bytes, instrument: Instrument) -> list[PriceRow]:
    """Return the bars of `/fapi/v1/klines`, turnover in the quote coin. Raise Unreadable if it is no list."""
    raws = rows_of(body, list[msgspec.Raw])

    def made(row: _Kline) -> PriceRow:
        return price_row(row.at_ms, row.open, row.high, row.low, row.close, row.turnover, row.bought)

    return readable(raws, _Kline, made)


def read_interest(body: bytes, instrument: Instrument) -> list[InterestRow]:
    """Return the rows of `/futures/data/openInterestHist`: one side, in coins. Raise Unreadable if it is no list."""

    def made(row: _Interest) -> InterestRow:
        usd = above_zero(row.sum_open_interest_value) if row.sum_open_interest_value else None
        return InterestRow(time_ms(row.timestamp), coins_of(row.sum_open_interest, instrument), usd)

    return readable(rows_of(body, list[msgspec.Raw]), _Interest, made)


def read_funding(body: bytes, instrument: Instrument) -> list[FundingRow]:
    """Return the rows of `/fapi/v1/fundingRate`. Raise Unreadable if it is no list."""
    raws = rows_of(body, list[msgspec.Raw])
    return readable(raws, _Funding, lambda row: FundingRow(time_ms(row.funding_time), rate_of(row.funding_rate)))


HISTORY = VenueHistory(
    prices=History(_kline_question, read_klines, _KLINE_ROWS),
    interest=History(_interest_question, read_interest, _INTEREST_ROWS, _INTEREST_REACH_MS),
    funding=History(_funding_question, read_funding, _FUNDING_ROWS),
)
