"""A value against its own past: quantiles, percentiles and the robust z."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from statistics import fmean, median

import msgspec

HISTORY_HOURS = 720
LEAST_HOURS = 240
LEAST_SHARE = 0.7


class OwnHistory:
    """The last `rows` values of one series, one an hour; None where the hour had no value. O(log n) to add."""

    __slots__ = ("_band", "_place", "_quantiles", "_rows", "_sorted", "_values")

    def __init__(self, rows: int = HISTORY_HOURS) -> None:
        self._rows = rows
        # Flat arrays: some sixty histories are kept for each coin. NaN is an hour without a value.
        self._values = array("d")
        self._sorted = array("d")
        self._place = 0
        self._band: tuple[float, float] | None = None
        self._quantiles: dict[float, float] | None = None

    def __len__(self) -> int:
        return len(self._sorted)

    def known(self) -> Sequence[float]:
        """Return the known values, ascending; to be read only, they change with the next value."""
        return self._sorted

    def add(self, value: float | None) -> None:
        """Add the newest value; the oldest leaves when the history is full. None holds a place without a value."""
        kept = math.nan if value is None else value
        self._band = self._quantiles = None
        if len(self._values) < self._rows:
            self._values.append(kept)
        else:
            gone = self._values[self._place]
            self._values[self._place] = kept
            self._place = (self._place + 1) % self._rows
            if gone == gone:
                del self._sorted[bisect_left(self._sorted, gone)]
        if kept == kept:
            insort(self._sorted, kept)

    def newest(self, count: int) -> list[float]:
        """Return the last `count` values in order of time (all there are, if fewer); NaN where there was none."""
        in_order = [*self._values[self._place :], *self._values[: self._place]]
        return in_order[max(0, len(in_order) - count) :]

    def begin_anew(self, values: Iterable[float]) -> None:
        """Forget everything and take these values, oldest first; NaN holds a place without a value."""
        self._values, self._sorted = array("d"), array("d")
        self._place = 0
        for value in values:
            self.add(None if value != value else value)

    def z(self, value: float, least: int = LEAST_HOURS) -> float | None:
        """Return the robust z of `value`; None while fewer than `least` are known, and where nothing ever moved."""
        if len(self._sorted) < max(1, least):
            return None
        if self._band is None:
            parts = robust_parts(self._sorted, 0.0)
            spread = 0.0 if parts is None else 1.4826 * parts.mad or 1.2533 * parts.mean_deviation
            self._band = (0.0 if parts is None else parts.median, spread)
        middle, spread = self._band
        return (value - middle) / spread if spread else None

    def quantile(self, share: float, least: int = LEAST_HOURS) -> float | None:
        """Return the quantile (`share` 0..1) with linear interpolation; None while fewer than `least` are known."""
        known = len(self._sorted)
        if known == 0 or known < least:
            return None
        if self._quantiles is None:
            self._quantiles = {}
        found = self._quantiles.get(share)
        if found is None:
            found = self._quantiles[share] = linear_quantile(self._sorted, share)
        return found

    def percentile(self, value: float, least: int = LEAST_HOURS) -> float | None:
        """Return the mid-rank percentile (0..1) of `value`; None while fewer than `least` are known."""
        known = len(self._sorted)
        if known == 0 or known < least:
            return None
        below, up_to = bisect_left(self._sorted, value), bisect_right(self._sorted, value)
        return (below + up_to) / (2 * known)


def linear_quantile(ordered: Sequence[float], share: float) -> float:
    """Return the quantile (`share` 0..1) of ascending values, linear between order statistics (type 7)."""
    place = (len(ordered) - 1) * share
    under = int(place)
    over = min(under + 1, len(ordered) - 1)
    return ordered[under] + (ordered[over] - ordered[under]) * (place - under)


def percentile_midrank(history: Sequence[float], value: float) -> float | None:
    """Return (count below + half the count equal) / n, or None without a history."""
    if not history:
        return None
    below = sum(1 for past in history if past < value)
    equal = sum(1 for past in history if past == value)
    return (below + 0.5 * equal) / len(history)


class RobustZ(msgspec.Struct, frozen=True):
    """A value against median and spread of its past. `z` is None where the past never moved."""

    median: float
    mad: float
    mean_deviation: float
    z: float | None


def robust_parts(history: Sequence[float], value: float) -> RobustZ | None:
    """Return z = (value - median) / (1.4826 MAD) with its parts; the history does not hold the value itself.

    Where the MAD is zero the mean absolute deviation times 1.2533 takes its place. None without a history.
    """
    if not history:
        return None
    middle = median(history)
    deviations = [abs(past - middle) for past in history]
    mad, mean_deviation = median(deviations), fmean(deviations)
    spread = 1.4826 * mad or 1.2533 * mean_deviation
    return RobustZ(middle, mad, mean_deviation, (value - middle) / spread if spread else None)


def robust_z(history: Sequence[float], value: float) -> float | None:
    """Return the z of `robust_parts`, or None without a history or where it never moved."""
    parts = robust_parts(history, value)
    return None if parts is None else parts.z


def is_warm(samples: int, window: int, least: int = LEAST_HOURS) -> bool:
    """Return whether there are enough samples to judge by: `least`, and 70 % of the window."""
    return samples >= least and samples >= LEAST_SHARE * window
