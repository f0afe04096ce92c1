"""The chart of one coin: minutes aggregated to bars, with the running bar at the end. Cheap to ask for often."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from desktop.domain.market import HourBar, Liquidation
from desktop.domain.number_text import numbers
from desktop.engine.desk_view import ChartView, FloatArray
from desktop.engine.market.minute_bars import Column, MinuteBars, hour_row, hours_before
from desktop.risk.windows import HOUR_MS, MINUTE_MS

KEEP_PRINTS = 2000
_MOST_FRESH = 512
_OF_PRINT = 4
"""Time, price, USD, and whether it was a long."""
_LAST_SAID = (Column.CLOSE, Column.FUNDING, Column.INTEREST, Column.COINS, Column.DEPTH, Column.SLIPPAGE)
_Row = tuple[float, ...]
_Lows = tuple[float | None, float | None]


class ChartSeries:
    """Makes `ChartView`s of one coin. The same object comes back while nothing has changed. Engine thread."""

    def __init__(self, coin: str, minutes: MinuteBars) -> None:
        self._coin = coin
        self._minutes = minutes
        self._hours: list[HourBar] = []
        self._prints = tuple(array("d") for _ in range(_OF_PRINT))
        self._fresh: list[Liquidation] = []
        self.per_coin: Callable[[], Mapping[str, float]] = dict
        """By venue what turns a quoted price into one of a coin, where that is not one."""
        self._print_count = 0
        self._print_arrays: tuple[int, FloatArray] = (-1, np.empty((_OF_PRINT, 0)))
        self._closed: dict[int, tuple[object, FloatArray, FloatArray]] = {}
        self._published: dict[int, tuple[object, ChartView]] = {}
        self._version = 0

    def set_hours(self, hours: Sequence[HourBar]) -> None:
        """Take stored hours: they fill bars of an hour and more that lie before the first minute."""
        self._hours = list(hours)
        self._closed.clear()
        self._published.clear()

    def add_prints(self, orders: Sequence[Liquidation]) -> None:
        """Add forced closings to be drawn, each by itself."""
        self._fresh.extend(orders)
        self._print_count += len(orders)
        if len(self._fresh) >= _MOST_FRESH:
            self._keep_fresh()

    def _keep_fresh(self) -> None:
        """Keep what is drawn as numbers: a forced order itself takes eight times as much."""
        orders, self._fresh = self._fresh, []
        prices = numbers([one.price for one in orders])
        if per_coin := self.per_coin():
            prices = [price * per_coin.get(one.venue, 1.0) for price, one in zip(prices, orders, strict=True)]
        columns: tuple[Sequence[float], ...] = (
            [one.at_ms for one in orders],
            prices,
            [one.usd or 0.0 for one in orders],
            [one.side == "long" for one in orders],
        )
        for kept, column in zip(self._prints, columns, strict=True):
            kept.extend(column)
            if len(kept) >= 2 * KEEP_PRINTS:
                del kept[:-KEEP_PRINTS]

    def view(self, interval_ms: int, running: tuple[int, _Row], lows: _Lows) -> ChartView | None:
        """Return the chart with bars of `interval_ms` (whole minutes); None while there is no bar.

        `running` is the minute that has not ended and its values in the order of `Column`; `lows` are those of the
        24 hours and 7 days before the last hour.
        """
        minutes = self._minutes
        state = (minutes.first_minute, minutes.count, minutes.revision, len(self._hours))
        # NaN is unequal to itself: compare the running minute by its text.
        now_state = (state, running[0], repr(running[1]), self._print_count, lows)
        last = self._published.get(interval_ms)
        if last is not None and last[0] == now_state:
            return last[1]
        times, bars = self._bars(interval_ms, state, running)
        if not times.size or np.isnan(bars[Column.CLOSE]).all():
            return None
        self._version += 1
        chart = self._frozen(interval_ms, times, bars, lows)
        if len(self._published) > 8:
            self._published.clear()
        self._published[interval_ms] = (now_state, chart)
        return chart

    def _frozen(self, interval_ms: int, times: FloatArray, bars: FloatArray, lows: _Lows) -> ChartView:
        prints = self._drawn_prints()
        bars.flags.writeable = times.flags.writeable = False
        return ChartView(
            coin=self._coin,
            interval_ms=interval_ms,
            version=self._version,
            bar_ms=times,
            open=bars[Column.OPEN],
            high=bars[Column.HIGH],
            low=bars[Column.LOW],
            close=bars[Column.CLOSE],
            long_usd=bars[Column.LONG],
            short_usd=bars[Column.SHORT],
            covered=bars[Column.COVERED],
            funding_8h=bars[Column.FUNDING],
            oi_usd=bars[Column.INTEREST],
            print_ms=prints[0],
            print_price=prints[1],
            print_usd=prints[2],
            print_long=prints[3] > 0,
            low_24h=lows[0],
            low_7d=lows[1],
            depth_usd=bars[Column.DEPTH],
            slippage_bps=bars[Column.SLIPPAGE],
        )

    def _drawn_prints(self) -> FloatArray:
        count, arrays = self._print_arrays
        if count != self._print_count:
            self._keep_fresh()
            arrays = np.array([kept[-KEEP_PRINTS:] for kept in self._prints])
            arrays.flags.writeable = False
            self._print_arrays = (self._print_count, arrays)
        return arrays

    def _bars(self, interval_ms: int, state: object, running: tuple[int, _Row]) -> tuple[FloatArray, FloatArray]:
        """Return bar opens and bars: closed ones from the cache, the last one from its minutes."""
        minute, row = running
        bucket = minute * MINUTE_MS // interval_ms
        key = (state, bucket)
        kept = self._closed.get(interval_ms)
        if kept is None or kept[0] != key:
            opens, lengths, data = self._pieces(interval_ms)
            before = opens // interval_ms < bucket
            times, bars = grouped(opens[before], lengths[before], data[:, before], interval_ms)
            if len(self._closed) > 8:
                self._closed.clear()
            kept = self._closed[interval_ms] = (key, times, bars)
        tail_opens, tail_data = self._tail(bucket * interval_ms, minute, row)
        lengths = np.full(tail_opens.size, float(MINUTE_MS))
        last_time, last_bar = grouped(tail_opens, lengths, tail_data, interval_ms, still_running=True)
        return np.concatenate((kept[1], last_time)), np.concatenate((kept[2], last_bar), axis=1)

    def _tail(self, since_ms: int, minute: int, row: _Row) -> tuple[FloatArray, FloatArray]:
        first, count = self._minutes.first_minute, self._minutes.count
        start = min(count, max(0, since_ms // MINUTE_MS - first))
        opens = np.append((np.arange(start, count, dtype=np.float64) + first) * MINUTE_MS, minute * float(MINUTE_MS))
        column = np.array(row, dtype=np.float64).reshape(-1, 1)
        return opens, np.concatenate((self._minutes.finished()[:, start:], column), axis=1)

    def _pieces(self, interval_ms: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return opens, lengths and values of all stored pieces: hours (for wide bars) and then minutes."""
        first, count = self._minutes.first_minute, self._minutes.count
        opens: FloatArray = (np.arange(count, dtype=np.float64) + first) * MINUTE_MS
        lengths: FloatArray = np.full(count, float(MINUTE_MS))
        data = self._minutes.finished()
        edge = first if count else 2**62
        hours = hours_before(self._hours, edge) if interval_ms >= HOUR_MS else []
        if hours:
            opens = np.concatenate((np.array([float(bar.open_ms) for bar in hours], dtype=np.float64), opens))
            lengths = np.concatenate((np.full(len(hours), float(HOUR_MS), dtype=np.float64), lengths))
            data = np.concatenate((np.array([hour_row(bar) for bar in hours]).T, data), axis=1)
        return opens, lengths, data


def grouped(
    opens: FloatArray, lengths: FloatArray, data: FloatArray, interval_ms: int, *, still_running: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return bar opens and bars of `interval_ms` from shorter pieces in order of time.

    A bar's coverage is the share of the whole interval that was heard; of a running bar, of what has passed of it.
    """
    if not opens.size:
        return np.empty(0), np.empty((len(Column), 0))
    buckets = opens // interval_ms
    starts = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1])))
    bars = np.empty((len(Column), starts.size))
    bars[Column.HIGH] = np.fmax.reduceat(data[Column.HIGH], starts)
    bars[Column.LOW] = np.fmin.reduceat(data[Column.LOW], starts)
    for column in (Column.LONG, Column.SHORT):
        known = ~np.isnan(data[column])
        sums = np.add.reduceat(np.where(known, data[column], 0.0), starts)
        bars[column] = np.where(np.logical_or.reduceat(known, starts), sums, np.nan)
    whole = np.add.reduceat(lengths, starts) if still_running else float(interval_ms)
    bars[Column.COVERED] = np.add.reduceat(np.nan_to_num(data[Column.COVERED]) * lengths, starts) / whole
    bars[Column.OPEN] = _edges(data[Column.OPEN], starts, first=True)
    for column in _LAST_SAID:
        bars[column] = _edges(data[column], starts, first=False)
    return buckets[starts] * interval_ms, bars


def _edges(values: FloatArray, starts: np.ndarray, *, first: bool) -> FloatArray:
    """Return the first or the last recorded value of each group."""
    ends = np.append(starts[1:], values.size)
    places = np.where(np.isnan(values), -1, np.arange(values.size))
    if first:
        places = np.where(places < 0, values.size, places)
        found = np.minimum.reduceat(places, starts)
        return np.where(found < ends, values[np.minimum(found, values.size - 1)], np.nan)
    found = np.maximum.reduceat(places, starts)
    return np.where(found >= starts, values[np.maximum(found, 0)], np.nan)
