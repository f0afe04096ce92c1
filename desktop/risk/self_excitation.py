"""HAWKES_N as it runs: print times by the second, refitted every five minutes."""

from __future__ import annotations

from collections import deque

import msgspec
import numpy as np

from desktop.risk.hawkes import ratio_of_counts
from desktop.risk.hawkes_fit import Fit, fit_likelihood, fit_regression
from desktop.risk.timed_parts import TimedParts
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

FIT_MS = 6 * HOUR_MS
REFIT_MS = 5 * MINUTE_MS
LEAST_PRINTS = 50
LEAST_HEARD_MS = 30 * MINUTE_MS
_COUNT_MS = 10 * MINUTE_MS
_COUNTS = DAY_MS // _COUNT_MS
_SUM_MS = 5 * MINUTE_MS
_SUMS = DAY_MS // _SUM_MS


class Branching(msgspec.Struct, frozen=True):
    """The branching ratio now: which share of the prints are children of others.

    `fit` is None under 50 prints in 6 h, or where nothing could be fitted. `of_counts` is the ratio from counts in
    10-minute windows over 24 h, None until the day is whole. Both lean upward when the pace itself changes.
    """

    fit: Fit | None
    of_counts: float | None
    prints: int
    fitted_ms: int


class SelfExcitation:
    """Branching ratio of one coin's forced orders. O(1) amortised a print; a refit every 5 minutes, when asked.

    Print times are binned to a second and counted once in it: a feed that tells of one order a second and symbol
    would otherwise be fitted to its throttle. A refit takes some 3 to 6 ms (13 ms with prints in every second).
    """

    __slots__ = ("_answer", "_counts", "_seconds", "_since_ms", "_sums")

    def __init__(self) -> None:
        self._seconds = TimedParts()
        self._counts: deque[list[float]] = deque()
        self._sums: deque[list[float]] = deque()
        self._since_ms: int | None = None
        self._answer: Branching | None = None

    def listen(self, since_ms: int | None) -> None:
        """Note since when the feed has been heard without a hole: a count of what was not heard would be a zero."""
        self._since_ms = since_ms

    def add(self, at_ms: int, usd: float, prints: int = 1) -> None:
        """Add a print, or so many of one second. Late ones find their place."""
        self._seconds.add(at_ms // SECOND_MS, prints)
        _bump(self._counts, at_ms // _COUNT_MS, prints)
        _bump(self._sums, at_ms // _SUM_MS, usd)

    def at(self, now_ms: int) -> Branching:
        """Return the ratio; refitted if the last fit is five minutes old, otherwise the one that was."""
        if self._answer is None or now_ms - self._answer.fitted_ms >= REFIT_MS:
            self._answer = self._refit(now_ms)
        return self._answer

    def last(self) -> Branching | None:
        """Return the last answer, however old; None before the first."""
        return self._answer

    def _refit(self, now_ms: int) -> Branching:
        self._seconds.leave((now_ms - FIT_MS) // SECOND_MS - 1)
        _forget(self._counts, now_ms // _COUNT_MS - _COUNTS)
        _forget(self._sums, now_ms // _SUM_MS - _SUMS)
        prints = sum(self._seconds.parts())
        fit = self._likelihood(now_ms) or self._regression(now_ms) if prints >= LEAST_PRINTS else None
        return Branching(fit, self._of_counts(now_ms), prints, now_ms)

    def _likelihood(self, now_ms: int) -> Fit | None:
        """Fit what was heard without a hole, up to 6 h of it: silence of the feed is no silence of the market."""
        if self._since_ms is None or now_ms - self._since_ms < LEAST_HEARD_MS:
            return None
        first = max(now_ms - FIT_MS, self._since_ms) // SECOND_MS
        length = now_ms // SECOND_MS - first + 1
        seconds = np.array(self._seconds.times(), dtype=np.int64) - first
        return fit_likelihood(seconds[(seconds >= 0) & (seconds < length)], length)

    def _of_counts(self, now_ms: int) -> float | None:
        counts = self._whole(self._counts, now_ms, _COUNT_MS, _COUNTS)
        found = ratio_of_counts(counts) if counts is not None and sum(counts) >= LEAST_PRINTS else None
        return None if found is None else found.ratio

    def _regression(self, now_ms: int) -> Fit | None:
        sums = self._whole(self._sums, now_ms, _SUM_MS, _SUMS)
        return None if sums is None else fit_regression(np.array(sums), _SUM_MS / SECOND_MS)

    def _whole(self, pieces: deque[list[float]], now_ms: int, step_ms: int, steps: int) -> list[float] | None:
        """Return the last finished pieces with zeros between them; None while the feed was not heard that long."""
        last = now_ms // step_ms
        if self._since_ms is None or self._since_ms > (last - steps) * step_ms:
            return None
        values = [0.0] * steps
        for piece, value in pieces:
            place = int(piece) - (last - steps)
            if 0 <= place < steps:
                values[place] += value
        return values


def _bump(pieces: deque[list[float]], piece: int, value: float) -> None:
    place = len(pieces)
    while place and pieces[place - 1][0] > piece:
        place -= 1
    if place and pieces[place - 1][0] == piece:
        pieces[place - 1][1] += value
    else:
        pieces.insert(place, [piece, value])


def _forget(pieces: deque[list[float]], first: int) -> None:
    while pieces and pieces[0][0] < first:
        pieces.popleft()
