"""How old a fact may be before it is greyed, and before it is gone."""

from __future__ import annotations

from desktop.risk.reading import State

_LEAST_PERIOD_MS = 5_000
STREAM_STALE_MS = 2 * _LEAST_PERIOD_MS
STREAM_DEAD_MS = 6 * _LEAST_PERIOD_MS


def stale_after_ms(period_ms: int) -> int:
    """Return the age above which a fact is stale: twice its period, for streams at least 10 s."""
    return max(2 * period_ms, STREAM_STALE_MS)


def dead_after_ms(period_ms: int) -> int:
    """Return the age above which a source is dead: six periods, for streams at least 30 s."""
    return max(6 * period_ms, STREAM_DEAD_MS)


def freshness(age_ms: int, period_ms: int) -> State:
    """Return live, stale, or unknown (dead) for a fact of this age; a stream has the limits of a 5-second period."""
    return age_state(age_ms, max(period_ms, _LEAST_PERIOD_MS))


def age_state(age: float, period: float) -> State:
    """Return live up to two periods of age, stale up to six, then unknown (dead); both in one unit.

    The limits themselves still count.
    """
    if age <= 2 * period:
        return State.LIVE
    return State.STALE if age <= 6 * period else State.UNKNOWN


def age_words(age_ms: int) -> str:
    """Return an age as people say it: '14 s', '3 min', '2 h'."""
    seconds = max(0, age_ms) // 1000
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
