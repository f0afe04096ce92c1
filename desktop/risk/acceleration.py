"""Whether forced selling gathers speed or loses it."""

from __future__ import annotations

FLOOR_USD = 1e5
RECENT_HOURS = 3
BEFORE_HOURS = 21


def acceleration(recent_usd: float, before_usd: float, floor_usd: float = FLOOR_USD) -> float | None:
    """Return L(3 h) / (L(previous 21 h) x 3/21 + floor): how many times the day's own pace.

    The floor keeps the first print after a quiet day from counting as a storm; None if it and the day are zero.
    """
    pace = before_usd * RECENT_HOURS / BEFORE_HOURS + floor_usd
    return recent_usd / pace if pace > 0 else None
