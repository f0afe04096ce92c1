"""What the venues' public histories say, in one form; and the questions that ask for it. Pure.

Rows come in whatever order the venue sends them. A row that cannot be read is left out: it is missing, not zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import Instrument
from desktop.venues.http import Question
from desktop.venues.wire import DECODE_FAILURES

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
_LARGEST = 1e300
_LATEST_MS = 10**14


class PriceRow(msgspec.Struct, frozen=True, gc=False):
    """Trade prices of one bar, as the venue quotes them (per thousand coins for 1000PEPEUSDT).

    `turnover_usd` is what was traded in it and `bought_usd` what of it takers bought; None where it is not said.
    """

    at_ms: int
    open: float
    high: float
    low: float
    close: float
    turnover_usd: float | None = None
    bought_usd: float | None = None


class InterestRow(msgspec.Struct, frozen=True, gc=False):
    """Open contracts at a time, one side counted once, in coins; `usd` where the venue says it."""

    at_ms: int
    coins: float
    usd: float | None = None


class FundingRow(msgspec.Struct, frozen=True, gc=False):
    """A funding rate (fraction of one interval) as it was settled at a time."""

    at_ms: int
    rate: float


Row = TypeVar("Row", PriceRow, InterestRow, FundingRow)


class History(msgspec.Struct, Generic[Row], frozen=True):
    """One kind of a venue's history.

    `question` takes symbol, step, beginning and end (UTC ms, the end not included) and asks for `most_rows` at most.
    `read` takes an answer and raises Unreadable if it is not of the documented form. `reach_ms` and `reach_rows` are
    how far back the venue's memory goes, None where it does not say.
    """

    question: Callable[[str, int, int, int], Question]
    read: Callable[[bytes, Instrument], list[Row]]
    most_rows: int
    reach_ms: int | None = None
    reach_rows: int | None = None

    def earliest_ms(self, step_ms: int, now_ms: int) -> int:
        """Return before which time nothing need be asked at this step."""
        by_time = 0 if self.reach_ms is None else now_ms - self.reach_ms
        by_rows = 0 if self.reach_rows is None else now_ms - self.reach_rows * step_ms
        return max(by_time, by_rows)


class VenueHistory(msgspec.Struct, frozen=True):
    """All that a venue tells of its past; None is what it does not tell. No venue tells past liquidations."""

    prices: History[PriceRow]
    funding: History[FundingRow]
    interest: History[InterestRow] | None = None


_T = TypeVar("_T")
_R = TypeVar("_R")


def rows_of(body: bytes, of: type[_T]) -> _T:
    """Return the answer decoded as `of`. Raise Unreadable with the reason."""
    try:
        return msgspec.json.decode(body, type=of)
    except DECODE_FAILURES as error:
        raise Unreadable(str(error)) from None


def readable(raws: Iterable[msgspec.Raw], of: type[_T], make: Callable[[_T], _R]) -> list[_R]:
    """Return what `make` makes of each raw row, without rows that are not of the form or whose values cannot be."""
    decode = msgspec.json.Decoder(of).decode
    found = []
    for raw in raws:
        try:
            found.append(make(decode(raw)))
        except (*DECODE_FAILURES, Unreadable):
            continue
    return found


def price_row(
    at_ms: int, opened: str, high: str, low: str, close: str, turnover: object = None, bought: object = None
) -> PriceRow:
    """Return the bar. Raise Unreadable for a price that is none, or a high under the low.

    A turnover that cannot be read is not known; the prices are good all the same.
    """
    prices = above_zero(opened), above_zero(high), above_zero(low), above_zero(close)
    row = PriceRow(time_ms(at_ms), *prices, amount_of(turnover), amount_of(bought))
    if not row.low <= min(row.open, row.close) <= max(row.open, row.close) <= row.high:
        raise Unreadable("a bar whose prices lie outside of its high and low")
    return row


def above_zero(text: str) -> float:
    """Return the number. Raise Unreadable if it is not one above zero."""
    value = float(text)
    if not 0 < value < _LARGEST:
        raise Unreadable(f"{text[:40]!r} is not a number above zero")
    return value


def amount_of(text: object) -> float | None:
    """Return an amount (zero or more), or None where it is not one."""
    try:
        value = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        return None
    return value if 0 <= value < _LARGEST else None


def rate_of(text: str) -> float:
    """Return a funding rate. Raise Unreadable if it is not a fraction between -1 and 1."""
    value = float(text)
    if not (math.isfinite(value) and -1 < value < 1):
        raise Unreadable(f"{text[:40]!r} is not a rate")
    return value


def time_ms(at_ms: int) -> int:
    """Return the time. Raise Unreadable if it is not UTC milliseconds."""
    if not 10**11 < at_ms < _LATEST_MS:
        raise Unreadable(f"{at_ms} is not a time in milliseconds")
    return at_ms


def coins_of(units: str, instrument: Instrument) -> float:
    """Return units of the symbol in coins. Raise Unreadable where a unit's size is not known."""
    if instrument.coins_per_unit is None:
        raise Unreadable(f"the size of one {instrument.symbol} is not known")
    return above_zero(units) * float(instrument.coins_per_unit)
