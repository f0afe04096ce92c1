"""Mark prices of one coin by venue, and what perpetuals cost against the index."""

from __future__ import annotations

from statistics import median

from desktop.domain.number_text import number
from desktop.engine.market.market_state import ANY_HIGH, ANY_LOW
from desktop.risk.freshness import STREAM_STALE_MS
from desktop.risk.held_median import HeldMedian
from desktop.risk.premium import premium_bps
from desktop.risk.windows import MINUTE_MS

HOLD_MS = 5 * MINUTE_MS
_SAMPLE_MS = 5_000


def sound_price(text: str | None) -> float | None:
    """Return a price as a number, or None where there is none or nothing that a price can be."""
    if text is None:
        return None
    try:
        price = number(text)
    except ValueError:
        return None
    return price if ANY_LOW <= price <= ANY_HIGH else None


class MarkBoard:
    """The newest mark and index of each venue, and the median premium over them. Engine thread; O(1) a mark."""

    def __init__(self) -> None:
        self.marks: dict[str, tuple[float, int]] = {}
        self.indices: dict[str, tuple[float, int]] = {}
        self._premiums: dict[str, tuple[float, int]] = {}
        self.premium = HeldMedian(HOLD_MS, low_is_bad=True)
        self.premium_ms = 0

    def take(self, venue: str, mark: float, index: str | None, now_ms: int) -> None:
        """Take a sound mark and, where the message says one, its index."""
        self.marks[venue] = (mark, now_ms)
        spot = sound_price(index)
        if spot is None:
            return
        self.indices[venue] = (spot, now_ms)
        found = premium_bps(mark, spot)
        if found is None:
            return
        self._premiums[venue] = (found, now_ms)
        if now_ms - self.premium_ms >= _SAMPLE_MS:
            self.premium_ms = now_ms
            self.premium.add(now_ms, median(self.fresh(self._premiums, now_ms).values()))

    def mark(self, venue: str) -> float | None:
        """Return a venue's mark as last said, or None."""
        found = self.marks.get(venue)
        return None if found is None else found[0]

    def index(self, now_ms: int) -> float | None:
        """Return the median index over the venues that said one within 10 s, or None."""
        return median(values) if (values := list(self.fresh(self.indices, now_ms).values())) else None

    def venues(self, now_ms: int) -> tuple[str, ...]:
        """Return the venues in the premium now."""
        return tuple(self.fresh(self._premiums, now_ms))

    @staticmethod
    def fresh(said: dict[str, tuple[float, int]], now_ms: int) -> dict[str, float]:
        """Return by venue what was said within 10 s."""
        return {venue: value for venue, (value, at_ms) in said.items() if now_ms - at_ms <= STREAM_STALE_MS}
