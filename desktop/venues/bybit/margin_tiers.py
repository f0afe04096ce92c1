"""Bybit's margin tiers, `GET /v5/market/risk-limit`: public, fifteen contracts a page. Pure.

Source: the venue's v5 documentation of 2026; `mmDeduction` is in the quote coin, empty for the first tier.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.margin_tiers import MarginTier, MarginTiers
from desktop.venues.bybit.pages import page_at
from desktop.venues.http import Question
from desktop.venues.wire import DECODE_FAILURES

_PATH = "/v5/market/risk-limit"
_QUERY = (("category", "linear"),)
FIRST_PAGE = Question(_PATH, _QUERY)
_SOURCE = "api.bybit.com/v5/market/risk-limit"


class _Row(msgspec.Struct, rename="camel"):
    symbol: str
    risk_limit_value: Decimal
    maintenance_margin: Decimal
    max_leverage: str = ""
    mm_deduction: str = ""


class _Result(msgspec.Struct, rename="camel"):
    rows: list[_Row] = msgspec.field(name="list")
    next_page_cursor: str = ""


class _Page(msgspec.Struct):
    result: _Result


_decode = msgspec.json.Decoder(_Page).decode


def question_of(symbol: str) -> Question:
    """Return the question for one contract's tiers."""
    return Question(_PATH, (*_QUERY, ("symbol", symbol)))


def tiers(body: bytes, as_of_ms: int) -> list[MarginTiers]:
    """Return the tiers of every contract of an answer. Raise Unreadable for another answer."""
    by_symbol: dict[str, list[_Row]] = {}
    for row in _page(body).rows:
        by_symbol.setdefault(row.symbol, []).append(row)
    return [
        MarginTiers("bybit", symbol, _steps(sorted(rows, key=lambda row: row.risk_limit_value)), as_of_ms, _SOURCE)
        for symbol, rows in by_symbol.items()
    ]


def next_page(body: bytes) -> Question | None:
    """Return what to ask for the page after this one; None after the last or an answer that cannot be read."""
    try:
        cursor = _page(body).next_page_cursor
    except Unreadable:
        return None
    return page_at(FIRST_PAGE, cursor)


def _page(body: bytes) -> _Result:
    try:
        return _decode(body).result
    except DECODE_FAILURES as error:
        raise Unreadable(f"risk-limit: {error}", 0) from None


def _steps(rows: list[_Row]) -> tuple[MarginTier, ...]:
    lower = Decimal(0)
    steps = []
    for row in rows:
        rate, upper = row.maintenance_margin, row.risk_limit_value
        if not (lower < upper < Decimal("1e18") and 0 < rate < 1):
            raise Unreadable(f"risk-limit of {row.symbol}: a tier up to {upper} at {rate}", 0)
        steps.append(MarginTier(lower, upper, rate, _amount(row.mm_deduction), _leverage(row.max_leverage)))
        lower = upper
    return tuple(steps)


def _amount(text: str) -> Decimal:
    if not text:
        return Decimal(0)
    try:
        value = Decimal(text)
    except ArithmeticError:
        value = Decimal(-1)
    if not (value.is_finite() and value >= 0):
        raise Unreadable(f"mmDeduction is {text[:40]!r}, not an amount", 0)
    return value


def _leverage(text: str) -> Decimal | None:
    value = _amount(text)
    return value if value > 0 else None
