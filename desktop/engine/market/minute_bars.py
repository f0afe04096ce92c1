"""One coin's minutes in flat arrays: price, forced closings, funding, open interest; and hours made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from desktop.domain.market import HourBar, LiquidatedSide
from desktop.engine.desk_view import FloatArray
from desktop.risk.windows import HOUR_MS, MINUTE_MS

KEEP_MINUTES = 2 * 24 * 60
_LEAST_MINUTES = 42
NOT_RECORDED = math.nan


class Column(IntEnum):
    """The rows of the array."""

    OPEN = 0
    HIGH = 1
    LOW = 2
    CLOSE = 3
    LONG = 4
    SHORT = 5
    COVERED = 6
    FUNDING = 7
    INTEREST = 8
    COINS = 9
    DEPTH = 10
    SLIPPAGE = 11


class MinuteBars:
    """The finished minutes of one coin, without holes in time; NaN is 'not recorded'. Engine thread.

    `revision` counts changes to minutes that had ended already (late trades and prints).
    """

    def __init__(self, keep: int = KEEP_MINUTES) -> None:
        self._keep = keep
        self._data = np.full((len(Column), 2 * keep), NOT_RECORDED)
        self.first_minute = 0
        self.count = 0
        self.revision = 0

    @property
    def next_minute(self) -> int:
        """The minute after the last finished one; 0 while there is none."""
        return self.first_minute + self.count

    def append(self, minute: int, row: tuple[float, ...]) -> None:
        """Add a finished minute (values in the order of `Column`); minutes missing before it are 'not recorded'."""
        if self.count == 0 or minute - self.next_minute >= self._keep:
            self.first_minute, self.count = minute, 0
            self.revision += 1
        missing = minute - self.next_minute
        if missing < 0:
            return
        self._make_room(missing + 1)
        self._data[:, self.count : self.count + missing] = NOT_RECORDED
        self._data[:, self.count + missing] = row
        self.count += missing + 1

    def fill(self, bars: Sequence[HourBar], *, before: int) -> list[HourBar]:
        """Take bars of a minute where no price was recorded, up to the minute `before`; return those taken.

        Minutes before the first one are added as far as two days back; what else was recorded of a minute stays.
        """
        wanted = [bar for bar in bars if bar.open_ms // MINUTE_MS < before]
        if not wanted:
            return []
        self._reach_back(min(bar.open_ms for bar in wanted) // MINUTE_MS, before)
        # Silent minutes are added when the next one ends; they are past already.
        if self.count and self.next_minute < before:
            self.append(before - 1, (NOT_RECORDED,) * len(Column))
        taken = []
        for bar in wanted:
            place = bar.open_ms // MINUTE_MS - self.first_minute
            if 0 <= place < self.count and math.isnan(self._data[Column.CLOSE, place]):
                self._data[: Column.CLOSE + 1, place] = (bar.open, bar.high, bar.low, bar.close)
                taken.append(bar)
        self.revision += 1
        return taken

    def _reach_back(self, minute: int, before: int) -> None:
        """Let the minutes begin at this one, if that is not longer ago than is kept."""
        newest = self.next_minute if self.count else before
        minute = max(minute, newest - self._keep)
        if self.count and minute >= self.first_minute:
            return
        count = newest - minute
        fresh = np.full_like(self._data, NOT_RECORDED)
        if self.count:
            kept = min(self.count, count)
            fresh[:, count - kept : count] = self._data[:, self.count - kept : self.count]
        self._data, self.first_minute, self.count = fresh, minute, count

    def missing(self, first: int, last: int) -> tuple[int, int] | None:
        """Return the first and last of these minutes without a price (`last` not among them), or None."""
        columns = np.arange(first, last) - self.first_minute
        known = np.zeros(columns.size, dtype=bool)
        kept = (columns >= 0) & (columns < self.count)
        known[kept] = ~np.isnan(self._data[Column.CLOSE, columns[kept]])
        holes = np.flatnonzero(~known)
        return (first + int(holes[0]), first + int(holes[-1])) if holes.size else None

    def _make_room(self, wanted: int) -> None:
        if self.count + wanted <= self._data.shape[1]:
            return
        dropped = self.count + wanted - self._keep
        fresh = np.full_like(self._data, NOT_RECORDED)
        fresh[:, : self.count - dropped] = self._data[:, dropped : self.count]
        # A new array: views handed out before must not change under their readers.
        self._data = fresh
        self.first_minute += dropped
        self.count -= dropped
        self.revision += 1

    def finished(self) -> FloatArray:
        """Return all finished minutes, one column each. A view: copy what is published."""
        return self._data[:, : self.count]

    def late_price(self, minute: int, price: float) -> bool:
        """Take a late trade into its minute's high and low; False if that minute is not kept."""
        place = minute - self.first_minute
        if not 0 <= place < self.count or math.isnan(self._data[Column.CLOSE, place]):
            return False
        self._data[Column.HIGH, place] = max(self._data[Column.HIGH, place], price)
        self._data[Column.LOW, place] = min(self._data[Column.LOW, place], price)
        self.revision += 1
        return True

    def late_print(self, minute: int, side: LiquidatedSide, usd: float) -> None:
        """Add a late forced closing to its minute, if that is kept."""
        place = minute - self.first_minute
        if 0 <= place < self.count:
            column = Column.LONG if side == "long" else Column.SHORT
            self._data[column, place] = np.nan_to_num(self._data[column, place]) + usd
            self.revision += 1

    def close_at(self, at_ms: int) -> float | None:
        """Return the close of the minute that ended last at this time, or None if it was not recorded."""
        place = at_ms // MINUTE_MS - 1 - self.first_minute
        if not 0 <= place < self.count:
            return None
        close = float(self._data[Column.CLOSE, place])
        return None if math.isnan(close) else close

    def prices(self, minute: int) -> tuple[float, float, float] | None:
        """Return high, low and close of a finished minute, or None if it has no price or is not kept."""
        place = minute - self.first_minute
        if not 0 <= place < self.count:
            return None
        high, low, close = self._data[Column.HIGH : Column.CLOSE + 1, place].tolist()
        return None if math.isnan(close) else (high, low, close)

    def hour(self, open_ms: int) -> HourBar | None:
        """Return the hour made of its minutes, or None if fewer than 70 % of them have a price.

        Forced closings are None where the feeds were heard for less than 70 % of the hour: part of an hour, kept as
        a whole one, would make every later percentile too low.
        """
        start = open_ms // MINUTE_MS - self.first_minute
        minutes = self._data[:, max(0, start) : max(0, min(self.count, start + 60))]
        priced = minutes[:, ~np.isnan(minutes[Column.CLOSE])]
        if priced.shape[1] < _LEAST_MINUTES:
            return None
        heard = np.nansum(minutes[Column.COVERED]) >= _LEAST_MINUTES
        return HourBar(
            open_ms=open_ms,
            open=float(priced[Column.OPEN, 0]),
            high=float(priced[Column.HIGH].max()),
            low=float(priced[Column.LOW].min()),
            close=float(priced[Column.CLOSE, -1]),
            long_usd=float(np.nansum(minutes[Column.LONG])) if heard else None,
            short_usd=float(np.nansum(minutes[Column.SHORT])) if heard else None,
            funding_8h=_last(minutes[Column.FUNDING]),
            oi_usd=_last(minutes[Column.INTEREST]),
            oi_coins=_last(minutes[Column.COINS]),
        )


def _last(values: FloatArray) -> float | None:
    known = values[~np.isnan(values)]
    return float(known[-1]) if known.size else None


def hour_row(bar: HourBar) -> tuple[float, ...]:
    """Return a stored hour in the order of `Column`."""
    told = 0.0 if bar.long_usd is None else 1.0
    extras = (bar.long_usd, bar.short_usd, told, bar.funding_8h, bar.oi_usd, bar.oi_coins, None, None)
    return (bar.open, bar.high, bar.low, bar.close, *(NOT_RECORDED if x is None else x for x in extras))


def hours_before(hours: list[HourBar], minute: int) -> list[HourBar]:
    """Return the hours that ended before this minute began."""
    return [bar for bar in hours if bar.open_ms + HOUR_MS <= minute * MINUTE_MS]
