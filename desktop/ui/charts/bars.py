"""The chart's numbers on one regular grid of bars: holes in time become NaN, so that no line can join across them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop.engine.desk_view import ChartView, FloatArray

MOST_BARS = 20_000
_COLUMNS = (
    "open", "high", "low", "close", "long_usd", "short_usd", "covered", "funding_8h", "oi_usd", "depth_usd",
    "slippage_bps",
)  # fmt: skip


@dataclass(frozen=True)
class Prints:
    """Forced closings of one side, gathered per bar: where, at which average price, how many USD."""

    bar: npt.NDArray[np.intp]
    price: FloatArray
    usd: FloatArray


@dataclass(frozen=True)
class Bars:
    """A chart on a regular grid. `start_ms` is the first bar's open; every column has `count` values."""

    coin: str
    interval_ms: int
    start_ms: float
    count: int
    columns: dict[str, FloatArray]
    longs: Prints
    shorts: Prints
    low_24h: float | None
    low_7d: float | None

    @property
    def end_ms(self) -> float:
        """The end of the last bar."""
        return self.start_ms + self.count * self.interval_ms

    def column(self, name: str) -> FloatArray:
        """Return a column by the field's name in `ChartView`."""
        return self.columns[name]

    def between(self, left_ms: float, right_ms: float) -> slice:
        """Return the bars that touch a stretch of time."""
        first = int(np.clip((left_ms - self.start_ms) // self.interval_ms, 0, self.count))
        last = int(np.clip((right_ms - self.start_ms) // self.interval_ms + 1, 0, self.count))
        return slice(first, max(first, last))

    def at(self, ms: float) -> int | None:
        """Return the bar that holds a moment, None outside."""
        place = int((ms - self.start_ms) // self.interval_ms)
        return place if 0 <= place < self.count else None

    def middle_ms(self, part: slice) -> FloatArray:
        """Return the middles of some bars in time."""
        places: FloatArray = np.arange(part.start, part.stop, dtype=np.float64)
        middles: FloatArray = self.start_ms + (places + 0.5) * self.interval_ms
        return middles

    def last(self, name: str) -> float | None:
        """Return the newest recorded value of a column, None if there is none."""
        known = self.columns[name][~np.isnan(self.columns[name])]
        return float(known[-1]) if known.size else None


def bars_of(chart: ChartView) -> Bars | None:
    """Return the chart on its grid, at most the newest 20,000 bars; None if it has no bar."""
    if not chart.bar_ms.size:
        return None
    interval = chart.interval_ms
    newest = float(chart.bar_ms[-1])
    kept = chart.bar_ms > newest - MOST_BARS * interval
    opens = chart.bar_ms[kept]
    places = np.rint((opens - opens[0]) / interval).astype(np.intp)
    count = int(places[-1]) + 1
    columns: dict[str, FloatArray] = {}
    for name in _COLUMNS:
        grid: FloatArray = np.full(count, np.nan)
        values = getattr(chart, name)
        if values is not None:
            grid[places] = values[kept]
        columns[name] = grid
    columns["covered"] = np.nan_to_num(columns["covered"])
    start = float(opens[0])
    return Bars(
        chart.coin,
        interval,
        start,
        count,
        columns,
        _gathered(chart, start, count, long=True),
        _gathered(chart, start, count, long=False),
        chart.low_24h,
        chart.low_7d,
    )


def _gathered(chart: ChartView, start_ms: float, count: int, *, long: bool) -> Prints:
    mine = (chart.print_long == long) & (chart.print_ms >= start_ms) & (chart.print_usd > 0)
    bar = ((chart.print_ms[mine] - start_ms) // chart.interval_ms).astype(np.intp)
    inside = bar < count
    bar, usd, price = bar[inside], chart.print_usd[mine][inside], chart.print_price[mine][inside]
    total: FloatArray = np.bincount(bar, weights=usd, minlength=count).astype(np.float64)
    weighted = np.bincount(bar, weights=usd * price, minlength=count)
    places = np.flatnonzero(total)
    return Prints(places, weighted[places] / total[places], total[places])


def stretches(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of True as (first, one past the last)."""
    if not mask.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
