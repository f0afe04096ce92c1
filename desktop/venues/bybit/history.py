"""Bybit's public past: klines, open interest, settled funding; all newest first. Pure.

Source: the venue's v5 documentation of 2026. `openInterest` counts both sides, so it is halved where a row does not
say the single side. A start without an end is refused for funding: both are always sent.
"""

from __future__ import annotations

import msgspec

from desktop.domain.errors import Unreadable
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
    coins_of,
    price_row,
    rate_of,
    readable,
    rows_of,
    time_ms,
)
from desktop.venues.http import Question

_KLINE_ROWS = 500
_ROWS = 200
_INTERVALS = {MINUTE_MS: "1", HOUR_MS: "60", DAY_MS: "D"}
_PERIODS = {MINUTE_MS: "5min", HOUR_MS: "1h", DAY_MS: "1d"}


class _Result(msgspec.Struct):
    rows: list[msgspec.Raw] = msgspec.field(name="list")


class _Envelope(msgspec.Struct):
    result: _Result


class _Kline(msgspec.Struct, array_like=True, gc=False):
    at_ms: str
    open: str
    high: str
    low: str
    close: str
    volume: object = None
    turnover: object = None


class _Interest(msgspec.Struct, gc=False, rename="camel"):
    timestamp: str
    open_interest: str = ""
    single_open_interest: str = ""


class _Funding(msgspec.Struct, gc=False, rename="camel"):
    funding_rate: str
    funding_rate_timestamp: str


def _kline_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    span = (("start", str(since_ms)), ("end", str(until_ms - 1)), ("limit", str(_KLINE_ROWS)))
    return Question("/v5/market/kline", (*_linear(symbol), ("interval", _INTERVALS[step_ms]), *span))


def _interest_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    params = (*_linear(symbol), ("intervalTime", _PERIODS[step_ms]), *_span(since_ms, until_ms))
    return Question("/v5/market/open-interest", params)


def _funding_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    return Question("/v5/market/funding/history", (*_linear(symbol), *_span(since_ms, until_ms)))


def _linear(symbol: str) -> tuple[tuple[str, str], ...]:
    return ("category", "linear"), ("symbol", symbol)


def _span(since_ms: int, until_ms: int) -> tuple[tuple[str, str], ...]:
    return ("startTime", str(since_ms)), ("endTime", str(until_ms - 1)), ("limit", str(_ROWS))


def read_klines(body: bytes, instrument: Instrument) -> list[PriceRow]:
    """Return the bars of `/v5/market/kline`. Raise Unreadable without a list in the envelope."""
    raws = rows_of(body, _Envelope).result.rows

    def made(row: _Kline) -> PriceRow:
        return price_row(int(row.at_ms), row.open, row.high, row.low, row.close, row.turnover)

    return readable(raws, _Kline, made)


def read_interest(body: bytes, instrument: Instrument) -> list[InterestRow]:
    """Return the rows of `/v5/market/open-interest` of a linear contract. Raise Unreadable without a list."""

    def made(row: _Interest) -> InterestRow:
        if row.single_open_interest:
            return InterestRow(time_ms(int(row.timestamp)), coins_of(row.single_open_interest, instrument))
        if not row.open_interest:
            raise Unreadable("a row without open interest")
        return InterestRow(time_ms(int(row.timestamp)), coins_of(row.open_interest, instrument) / 2)

    return readable(rows_of(body, _Envelope).result.rows, _Interest, made)


def read_funding(body: bytes, instrument: Instrument) -> list[FundingRow]:
    """Return the rows of `/v5/market/funding/history`. Raise Unreadable without a list in the envelope."""

    def made(row: _Funding) -> FundingRow:
        return FundingRow(time_ms(int(row.funding_rate_timestamp)), rate_of(row.funding_rate))

    return readable(rows_of(body, _Envelope).result.rows, _Funding, made)


HISTORY = VenueHistory(
    prices=History(_kline_question, read_klines, _KLINE_ROWS),
    interest=History(_interest_question, read_interest, _ROWS),
    funding=History(_funding_question, read_funding, _ROWS),
)
