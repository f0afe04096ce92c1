"""How a measured value becomes a reading: live, stale or warming by age and by how much of its window is known."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.domain.coverage import completeness_of
from desktop.risk.estimate import Estimate
from desktop.risk.freshness import age_words, freshness
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Level, Reading, State, unknown

Measure = Callable[[int], Reading]
"""Makes the reading of one indicator at the engine's time in milliseconds, without percentile and level."""

Judge = Callable[[Reading, Level, int], Level]
"""Takes a reading, the level its value reached and the time; returns the level that is granted."""


def warming(reason: str, warm: float, as_of_ms: int = 0) -> Reading:
    """Return a reading without a value that is being collected; `warm` (0..1) is how far."""
    return Reading(None, State.WARMING, as_of_ms, reason=reason, warm=min(1.0, max(0.0, warm)))


def aged(reading: Reading, now_ms: int, period_ms: int, what: str) -> Reading:
    """Return the reading as its age leaves it: live, stale, or unknown with `what` and the age as the reason."""
    age_ms = max(0, now_ms - reading.as_of_ms)
    state = freshness(age_ms, period_ms)
    if state is State.LIVE or reading.value is None:
        return reading
    words = f"{what} {age_words(age_ms)} old"
    if state is State.UNKNOWN:
        return unknown(words, reading.as_of_ms)
    return msgspec.structs.replace(reading, state=state, reason=words)


def of_estimate(name: str, estimate: Estimate, now_ms: int, nothing: str) -> Reading:
    """Return an estimate over a window as a reading; `nothing` is why it has no value although its window is full."""
    indicator = CATALOGUE[name]
    if estimate.value is not None:
        found = Reading(estimate.value, State.LIVE, estimate.as_of_ms)
        return aged(found, now_ms, indicator.period_ms, "newest minute")
    if estimate.as_of_ms == 0:
        return unknown(nothing)
    if estimate.warm < 1:
        return warming(f"needs {age_words(indicator.window_ms)}", estimate.warm, estimate.as_of_ms)
    return unknown(nothing, estimate.as_of_ms)


def sampled(venues: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the venues whose public liquidations are not all of them."""
    return tuple(venue for venue in venues if completeness_of(venue) != "all")
