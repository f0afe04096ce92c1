"""What is usual at this hour of the week: books are thin at night and at the weekend without anything being wrong."""

from __future__ import annotations

import math
from bisect import insort
from collections import deque
from statistics import median
from typing import Literal

import msgspec

from desktop.risk.windows import DAY_MS, HOUR_MS

HOURS_A_WEEK = 168
KEEP_MS = 30 * DAY_MS
WARM_MS = 14 * DAY_MS
LEAST_DAY_HOURS = 6
_LEAST_OF_BUCKET = 2
_SAMPLE_MS = 5_000

# The worst hour of the week is 1.85 times as illiquid as the best (measured on BTC perpetuals, September 2025 to
# March 2026): half of that, on a log scale, is given the whole of the tenth that the hour may move a score.
_WHOLE_SWING = math.log(1.85) / 2
MOST_SHIFT = 0.1


class Usual(msgspec.Struct, frozen=True):
    """What a quantity usually is now. `of` says whether by the hour of the week or, while warming, by the last day.

    `warm` (0..1) is how much of the 14 days that hours of the week need is known, and `warm_ms` when all of them are
    at the earliest (UTC ms); `day_hours` are known of the last day, and `day_ms` is when they are enough.
    """

    value: float | None
    of: Literal["hour_of_week", "day", "nothing"]
    warm: float
    warm_ms: int = 0
    day_hours: int = 0
    day_ms: int = 0


class HourOfWeek:
    """Medians of one quantity by hour of the week, over 30 days of hourly values.

    Warm after 14 days; before that the plain median of the last 24 hours stands in, once 6 of them are known.
    Samples cost the logarithm of an hour's samples (one in 5 s is kept); hours cost O(1).
    """

    __slots__ = ("_buckets", "_hour_ms", "_hours", "_said", "_sample_ms", "_samples")

    def __init__(self) -> None:
        self._hours: deque[tuple[int, float]] = deque()
        self._buckets: dict[int, deque[float]] = {}
        self._hour_ms = -1
        self._sample_ms = 0
        self._samples: list[float] = []
        self._said: tuple[int, Usual] | None = None

    def sample(self, at_ms: int, value: float) -> tuple[int, float] | None:
        """Take a value; return (hour, its median) when it is the first of the next hour, for whoever stores hours."""
        hour_ms = at_ms - at_ms % HOUR_MS
        ended = None
        if hour_ms > self._hour_ms:
            ended = self._end_hour()
            self._hour_ms, self._sample_ms = hour_ms, 0
        if hour_ms == self._hour_ms and at_ms - self._sample_ms >= _SAMPLE_MS:
            insort(self._samples, value)
            self._sample_ms = at_ms
        return ended

    def _end_hour(self) -> tuple[int, float] | None:
        if not self._samples:
            return None
        ended = (self._hour_ms, median(self._samples))
        self._samples = []
        self.add_hour(*ended)
        return ended

    def add_hour(self, hour_ms: int, value: float) -> None:
        """Add a finished hour, stored or lived. One that is not newer than the newest is left aside."""
        hours = self._hours
        if hours and hour_ms <= hours[-1][0]:
            return
        hours.append((hour_ms, value))
        self._buckets.setdefault(_bucket(hour_ms), deque()).append(value)
        while hours[0][0] <= hour_ms - KEEP_MS:
            self._buckets[_bucket(hours.popleft()[0])].popleft()
        self._said = None

    def usual(self, now_ms: int) -> Usual:
        """Return what is usual at this hour. Pieces of the hour that runs are not in it."""
        hour_ms = now_ms - now_ms % HOUR_MS
        if self._said is None or self._said[0] != hour_ms:
            self._said = (hour_ms, self._usual(hour_ms))
        return self._said[1]

    def _usual(self, hour_ms: int) -> Usual:
        known_ms = len(self._hours) * HOUR_MS
        warm = min(1.0, known_ms / (0.7 * WARM_MS))
        if self._hours and hour_ms - self._hours[0][0] < WARM_MS:
            warm = min(warm, (hour_ms - self._hours[0][0]) / WARM_MS)
        bucket = self._buckets.get(_bucket(hour_ms), ())
        if warm >= 1 and len(bucket) >= _LEAST_OF_BUCKET:
            return Usual(median(bucket), "hour_of_week", warm)
        day = [value for at_ms, value in self._hours if at_ms >= hour_ms - DAY_MS]
        # Each hour that ends from now on is one more; the one that runs is the first of them.
        first_ms = self._hours[0][0] if self._hours else hour_ms
        lacking_ms = max(0, math.ceil(0.7 * WARM_MS / HOUR_MS) * HOUR_MS - known_ms)
        warm_ms = max(hour_ms + lacking_ms, first_ms + WARM_MS)
        if len(day) >= LEAST_DAY_HOURS:
            return Usual(median(day), "day", warm, warm_ms, len(day))
        return Usual(None, "nothing", warm, warm_ms, len(day), hour_ms + (LEAST_DAY_HOURS - len(day)) * HOUR_MS)

    def multiplier(self, now_ms: int) -> float:
        """Return 0.9 to 1.1 for a score: above 1 where this hour's median lies under that of all hours (a thin hour).

        1 while warming. For a quantity that is bad when high (illiquidity) take the inverse.
        """
        usual = self.usual(now_ms)
        if usual.of != "hour_of_week" or not usual.value or usual.value <= 0:
            return 1.0
        whole = median(value for _, value in self._hours)
        if whole <= 0:
            return 1.0
        swing = math.log(whole / usual.value) / _WHOLE_SWING
        return 1 + MOST_SHIFT * max(-1.0, min(1.0, swing))


def _bucket(hour_ms: int) -> int:
    return hour_ms // HOUR_MS % HOURS_A_WEEK
