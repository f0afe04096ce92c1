"""OKX's public past: candles, open interest, settled funding; all newest first. Pure.

Source: the venue's v5 documentation of 2026. `after` and `before` name times that are not part of the answer. Days
are those of UTC (`1Dutc`): `1D` opens at Hong Kong's midnight.
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
    price_row,
    rate_of,
    readable,
    rows_of,
    time_ms,
)
from desktop.venues.http import Question

_ROWS = 100
_BARS = {MINUTE_MS: "1m", HOUR_MS: "1H", DAY_MS: "1Dutc"}
_PERIODS = {MINUTE_MS: "5m", HOUR_MS: "1H", DAY_MS: "1Dutc"}
_INTEREST_REACH_ROWS = 1_440
_FUNDING_REACH_MS = 90 * DAY_MS


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw]


class _Candle(msgspec.Struct, array_like=True, gc=False):
    at_ms: str
    open: str
    high: str
    low: str
    close: str
    contracts: object = None
    coins: object = None
    turnover: object = None


class _Interest(msgspec.Struct, array_like=True, gc=False):
    at_ms: str
    contracts: str
    coins: str
    usd: str = ""


class _Funding(msgspec.Struct, gc=False, rename="camel"):
    funding_time: str
    funding_rate: str = ""
    realized_rate: str = ""


def _candle_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    params = (("instId", symbol), ("bar", _BARS[step_ms]), *_between(since_ms, until_ms))
    return Question("/api/v5/market/history-candles", params)


def _interest_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    span = (("begin", str(since_ms)), ("end", str(until_ms - 1)), ("limit", str(_ROWS)))
    params = (("instId", symbol), ("period", _PERIODS[step_ms]), *span)
    return Question("/api/v5/rubik/stat/contracts/open-interest-history", params)


def _funding_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    return Question("/api/v5/public/funding-rate-history", (("instId", symbol), *_between(since_ms, until_ms)))


def _between(since_ms: int, until_ms: int) -> tuple[tuple[str, str], ...]:
    return ("after", str(until_ms)), ("before", str(since_ms - 1)), ("limit", str(_ROWS))


def read_candles(body: bytes, instrument: Instrument) -> list[PriceRow]:
    """Return the bars of `/api/v5/market/history-candles`. Raise Unreadable without a list in the envelope."""
    raws = rows_of(body, _Envelope).data

    def made(row: _Candle) -> PriceRow:
        return price_row(int(row.at_ms), row.open, row.high, row.low, row.close, row.turnover)

    return readable(raws, _Candle, made)


def read_interest(body: bytes, instrument: Instrument) -> list[InterestRow]:
    """Return the rows of `…/open-interest-history`; OKX names the coins itself. Raise Unreadable without a list."""

    def made(row: _Interest) -> InterestRow:
        usd = above_zero(row.usd) if row.usd else None
        return InterestRow(time_ms(int(row.at_ms)), above_zero(row.coins), usd)

    return readable(rows_of(body, _Envelope).data, _Interest, made)


def read_funding(body: bytes, instrument: Instrument) -> list[FundingRow]:
    """Return the rows of `/api/v5/public/funding-rate-history`: the realised rate where it is said."""

    def made(row: _Funding) -> FundingRow:
        return FundingRow(time_ms(int(row.funding_time)), rate_of(row.realized_rate or row.funding_rate))

    return readable(rows_of(body, _Envelope).data, _Funding, made)


HISTORY = VenueHistory(
    prices=History(_candle_question, read_candles, _ROWS),
    interest=History(_interest_question, read_interest, _ROWS, reach_rows=_INTEREST_REACH_ROWS),
    funding=History(_funding_question, read_funding, _ROWS, _FUNDING_REACH_MS),
)
