"""Hyperliquid's public past: candles and hourly funding. It tells no past open interest. Pure.

Source: the venue's documentation of its info endpoint, 2026. Weight: 20, and 1 more for each 60 candles or 20 rows.
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
    PriceRow,
    VenueHistory,
    amount_of,
    price_row,
    rate_of,
    readable,
    rows_of,
    time_ms,
)
from desktop.venues.http import Question

_CANDLES = 500
_REACH_ROWS = 5_000
_FUNDING_ROWS = 500
_INTERVALS = {MINUTE_MS: "1m", HOUR_MS: "1h", DAY_MS: "1d"}
_PATH = "/info"
_BASE_WEIGHT = 20.0
_encode = msgspec.json.Encoder().encode


class _Candle(msgspec.Struct, gc=False):
    t: int
    o: str
    h: str
    l: str  # noqa: E741 (the venue's own name)
    c: str
    v: object = None


class _Funding(msgspec.Struct, gc=False, rename="camel"):
    time: int
    funding_rate: str


def _candle_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    req = {"coin": symbol, "interval": _INTERVALS[step_ms], "startTime": since_ms, "endTime": until_ms - 1}
    weight = _BASE_WEIGHT + (until_ms - since_ms) / step_ms / 60
    return Question(_PATH, body=_encode({"type": "candleSnapshot", "req": req}), weight=weight)


def _funding_question(symbol: str, step_ms: int, since_ms: int, until_ms: int) -> Question:
    asked = {"type": "fundingHistory", "coin": symbol, "startTime": since_ms, "endTime": until_ms - 1}
    weight = _BASE_WEIGHT + min(_FUNDING_ROWS, (until_ms - since_ms) / HOUR_MS) / 20
    return Question(_PATH, body=_encode(asked), weight=weight)


def read_candles(body: bytes, instrument: Instrument) -> list[PriceRow]:
    """Return the bars of `candleSnapshot`. Raise Unreadable if it is no list."""
    raws = rows_of(body, list[msgspec.Raw])

    def made(row: _Candle) -> PriceRow:
        bar, coins = price_row(row.t, row.o, row.h, row.l, row.c), amount_of(row.v)
        # The venue counts volume in coins: the middle of the bar makes it USD.
        usd = None if coins is None else coins * (bar.high + bar.low) / 2
        return msgspec.structs.replace(bar, turnover_usd=usd)

    return readable(raws, _Candle, made)


def read_funding(body: bytes, instrument: Instrument) -> list[FundingRow]:
    """Return the rows of `fundingHistory`, each for one hour. Raise Unreadable if it is no list."""
    raws = rows_of(body, list[msgspec.Raw])
    return readable(raws, _Funding, lambda row: FundingRow(time_ms(row.time), rate_of(row.funding_rate)))


HISTORY = VenueHistory(
    prices=History(_candle_question, read_candles, _CANDLES, reach_rows=_REACH_ROWS),
    funding=History(_funding_question, read_funding, _FUNDING_ROWS),
)
