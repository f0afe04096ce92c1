"""What was measured by the minute, as it stood at the end of each hour of a past that others lived through. Pure.

The same formulas and the same least shares as those that run with every minute (`MinuteVolatility`, `MinuteImpact`);
windows are whole hours here, so that each is a sum over hours.
"""

from __future__ import annotations

import math

import numpy as np

from desktop.domain.kept_values import FloatArray, TradedMinutes, ValueHours
from desktop.risk.history import LEAST_SHARE
from desktop.risk.impact import LEAST_R2, PER_BILLION
from desktop.risk.volatility import MINUTES_A_YEAR
from desktop.risk.windows import HOUR_MS, MINUTE_MS

_MINUTES = 60
_DAY, _QUARTER, _SLOPE = 24, 6, 4
_RANGE_DIVISOR = 4 * math.log(2)
_MILLION, _BPS = 1e6, 1e4

FROM_MINUTES = ("RV_1H", "RV_24H", "PARK_1H", "PARK_6H", "AMIHUD", "KYLE")
"""The indicators of which a past can be made from minutes."""


def values_by_hour(minutes: TradedMinutes) -> ValueHours:
    """Return the indicators at the end of each whole hour of these minutes; NaN where too little is known."""
    skipped = -(-minutes.first_ms // HOUR_MS) * HOUR_MS - minutes.first_ms
    begin = skipped // MINUTE_MS
    hours = max(0, (len(minutes.close) - begin) // _MINUTES)
    if not hours:
        return ValueHours(minutes.first_ms + skipped, {})
    high, low, turnover, signed = (
        _by_hour(row, begin, hours) for row in (minutes.high, minutes.low, minutes.turnover_usd, minutes.signed_usd)
    )
    before = np.concatenate(([np.nan], minutes.close[:-1]))
    kept = _by_hour(minutes.close, begin, hours) / _by_hour(before, begin, hours)
    squares, returns = _sums(np.log(kept) ** 2)
    ranges, bars = _sums(np.log(high / low) ** 2)
    values = {
        "RV_1H": _realised(squares, returns, 1),
        "RV_24H": _realised(squares, returns, _DAY),
        "PARK_1H": _parkinson(ranges, bars, 1),
        "PARK_6H": _parkinson(ranges, bars, _QUARTER),
        "AMIHUD": _illiquidity(kept - 1, turnover),
        "KYLE": _slope(signed / _MILLION, (kept - 1) * _BPS),
    }
    return ValueHours(minutes.first_ms + skipped, {name: _frozen(row) for name, row in values.items()})


def _by_hour(row: FloatArray, begin: int, hours: int) -> FloatArray:
    return row[begin : begin + hours * _MINUTES].reshape(hours, _MINUTES)


def _sums(by_minute: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sum of what is known in each hour, and how many minutes of it are known."""
    known = np.isfinite(by_minute)
    return np.where(known, by_minute, 0.0).sum(axis=1), known.sum(axis=1).astype(float)


def _over(by_hour: FloatArray, hours: int) -> FloatArray:
    """Return the sum over the last `hours` at each hour; fewer where the past begins later."""
    padded = np.concatenate((np.zeros(hours - 1), by_hour))
    sums: FloatArray = np.lib.stride_tricks.sliding_window_view(padded, hours).sum(axis=1)
    return sums


def _mean(sums: FloatArray, counts: FloatArray, hours: int) -> FloatArray:
    """Return the mean over the window where at least 70 % of its minutes are known, else NaN."""
    count = _over(counts, hours)
    enough = count >= LEAST_SHARE * hours * _MINUTES
    return np.where(enough, _over(sums, hours) / np.where(enough, count, 1.0), np.nan)


def _realised(squares: FloatArray, returns: FloatArray, hours: int) -> FloatArray:
    return np.sqrt(_mean(squares, returns, hours) * MINUTES_A_YEAR)


def _parkinson(ranges: FloatArray, bars: FloatArray, hours: int) -> FloatArray:
    return np.sqrt(_mean(ranges, bars, hours) / _RANGE_DIVISOR * _MINUTES)


def _illiquidity(moved: FloatArray, turnover: FloatArray) -> FloatArray:
    traded = np.where(turnover > 0, turnover, np.nan)
    return _mean(*_sums(np.abs(moved) / traded * PER_BILLION), 1)


def _slope(flow: FloatArray, moved: FloatArray) -> FloatArray:
    both = np.isfinite(flow) & np.isfinite(moved)
    x, y = np.where(both, flow, np.nan), np.where(both, moved, np.nan)
    mean_x, mean_y, xx, xy, yy = (_mean(*_sums(part), _SLOPE) for part in (x, y, x * x, x * y, y * y))
    varied, shared, moves = xx - mean_x**2, xy - mean_x * mean_y, yy - mean_y**2
    # A flow that is always the same leaves rounding where nothing is: no slope comes from that.
    told = (varied > 1e-12 * mean_x**2) & (moves > 0) & (shared**2 > LEAST_R2 * varied * moves)
    return np.where(told, shared / np.where(told, varied, 1.0), np.nan)


def _frozen(row: FloatArray) -> FloatArray:
    row.flags.writeable = False
    return row
