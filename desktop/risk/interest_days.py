"""Open interest by venue and day, for the peak of ninety days: longer than hours are kept at hand."""

from __future__ import annotations

from collections.abc import Collection

from desktop.risk.history import LEAST_SHARE
from desktop.risk.windows import DAY_MS

PEAK_DAYS = 90


class InterestDays:
    """Open contracts (coins) of each venue at the end of each UTC day, over 90 days. Days come in any order."""

    __slots__ = ("_by_venue",)

    def __init__(self) -> None:
        self._by_venue: dict[str, dict[int, float]] = {}

    def take(self, venue: str, day_ms: int, coins: float) -> None:
        """Take a day of a venue; the same day again replaces it. Days of more than 90 days before it are let go."""
        day = day_ms // DAY_MS
        days = self._by_venue.setdefault(venue, {})
        days[day] = coins
        if len(days) > 2 * PEAK_DAYS:
            newest = max(days)
            self._by_venue[venue] = {at: open_ for at, open_ in days.items() if at > newest - PEAK_DAYS}

    def venues(self, now_ms: int, among: Collection[str]) -> tuple[str, ...]:
        """Return those venues of which most of the 90 days are known, by name."""
        known = {venue: self._recent(venue, now_ms) for venue in among if venue in self._by_venue}
        return tuple(sorted(v for v, days in known.items() if len(days) >= LEAST_SHARE * PEAK_DAYS))

    def peak(self, venues: Collection[str], now_ms: int) -> tuple[float | None, int]:
        """Return the most that was open on these venues together at a day's end, and how many days are known."""
        pasts = [self._recent(venue, now_ms) for venue in venues]
        if not pasts:
            return None, 0
        days = set(pasts[0]).intersection(*pasts[1:])
        return max((sum(past[day] for past in pasts) for day in days), default=None), len(days)

    def _recent(self, venue: str, now_ms: int) -> dict[int, float]:
        today = now_ms // DAY_MS
        days = self._by_venue.get(venue, {})
        return {day: coins for day, coins in days.items() if today - PEAK_DAYS <= day < today}
