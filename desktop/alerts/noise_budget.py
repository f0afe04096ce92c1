"""How often a rule would have rung: what a person should know before trusting it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

import msgspec

_HOUR_MS = 3_600_000
_NIGHT_FROM, _NIGHT_TO = 23, 7


class NoiseBudget(msgspec.Struct, frozen=True):
    """Firings over a stretch of bars; `longest_silence_h` includes the silence at its start and end."""

    bars: int
    firings: int
    per_30_days: float
    at_night: int
    longest_silence_h: float


def noise_budget(known_ms: Sequence[int], start_ms: int, end_ms: int, bars: int, zone: tzinfo) -> NoiseBudget:
    """Return the noise budget of firings known at these times (ascending, UTC ms) between start and end.

    Nights (23:00 to 07:00) are those of `zone`.
    """
    days = (end_ms - start_ms) / (24 * _HOUR_MS)
    stops = [start_ms, *known_ms, end_ms]
    silences = [(later - sooner) / _HOUR_MS for sooner, later in pairwise(stops)]
    return NoiseBudget(
        bars=bars,
        firings=len(known_ms),
        per_30_days=round(30 * len(known_ms) / days, 2) if days > 0 else 0.0,
        at_night=sum(1 for at_ms in known_ms if is_night(at_ms, zone)),
        longest_silence_h=round(max(silences), 2),
    )


def is_night(at_ms: int, zone: tzinfo) -> bool:
    """Return whether this moment lies between 23:00 and 07:00 in the zone."""
    hour = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).hour
    return hour >= _NIGHT_FROM or hour < _NIGHT_TO
