"""From data to pixels, and round numbers for the axes. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

from desktop.engine.desk_view import FloatArray

_MINUTE = 60_000
_TIME_STEPS = tuple(
    _MINUTE * n
    for n in (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 30 * 1440)
)


@dataclass(frozen=True, slots=True)
class Scale:
    """A rectangle of pixels (0..width, 0..height) that shows a stretch of time and of values, value upwards."""

    left_ms: float
    right_ms: float
    low: float
    high: float
    width: float
    height: float

    def x(self, ms: FloatArray) -> FloatArray:
        """Return pixels for times."""
        return (ms - self.left_ms) * (self.width / (self.right_ms - self.left_ms))

    def y(self, values: FloatArray) -> FloatArray:
        """Return pixels for values."""
        return (self.high - values) * (self.height / (self.high - self.low))

    def x_of(self, ms: float) -> float:
        """Return the pixel of one time."""
        return (ms - self.left_ms) * (self.width / (self.right_ms - self.left_ms))

    def y_of(self, value: float) -> float:
        """Return the pixel of one value."""
        return (self.high - value) * (self.height / (self.high - self.low))

    def px_per(self, ms: float) -> float:
        """Return how many pixels wide a stretch of time is."""
        return ms * self.width / (self.right_ms - self.left_ms)


def value_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values between low and high, at most so many."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return []
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * n for n in (1, 2, 2.5, 5, 10) if size * n >= rough * 0.999)
    first = math.ceil(low / step)
    return [n * step for n in range(first, math.floor(high / step) + 1)]


def time_ticks(left_ms: float, right_ms: float, most: int) -> list[float]:
    """Return round UTC times between left and right, at most so many."""
    span = right_ms - left_ms
    if not math.isfinite(span) or span <= 0 or most < 1:
        return []
    step = next(
        (s for s in _TIME_STEPS if span / s <= most), _TIME_STEPS[-1] * math.ceil(span / _TIME_STEPS[-1] / most)
    )
    first = math.ceil(left_ms / step)
    return [float(n * step) for n in range(first, math.floor(right_ms / step) + 1)]


def padded(low: float, high: float, height_px: float, top_px: float, bottom_px: float) -> tuple[float, float]:
    """Return a range in which low..high leaves so many pixels free at top and bottom."""
    if high <= low:
        margin = abs(high) * 0.001 or 1.0
        low, high = low - margin, high + margin
    room = max(10.0, height_px - top_px - bottom_px)
    per_px = (high - low) / room
    return low - bottom_px * per_px, high + top_px * per_px
