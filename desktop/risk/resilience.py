"""How long a book takes to fill again after it was swept."""

from __future__ import annotations

import msgspec

from desktop.risk.held_median import HeldMedian
from desktop.risk.windows import MINUTE_MS

FELL_TO = 0.5
BACK_AT = 0.8
GIVE_UP_MS = 30 * MINUTE_MS


class Refill(msgspec.Struct, frozen=True):
    """One fall of the depth by half and more. `back_ms` is the time until 80 % were back; None: not within 30 min."""

    fell_ms: int
    back_ms: int | None


class Resilience:
    """The time a depth needs to regain 80 % of what it was before a fall to half of it or less.

    What it was before is the median of the minute before the fall; the fall is over after 30 minutes in any case.
    """

    __slots__ = ("_before", "_fell_ms", "_median", "last")

    def __init__(self) -> None:
        self._median = HeldMedian(MINUTE_MS, low_is_bad=True)
        self._before: float | None = None
        self._fell_ms = 0
        self.last: Refill | None = None

    def add(self, at_ms: int, usd: float) -> None:
        """Take the depth as it is now; times must not go back."""
        if self._before is None:
            usual = self._median.median(at_ms)
            if usual is not None and usd <= FELL_TO * usual:
                self._before, self._fell_ms = usual, at_ms
            else:
                self._median.add(at_ms, usd)
        elif usd >= BACK_AT * self._before or at_ms - self._fell_ms > GIVE_UP_MS:
            back = usd >= BACK_AT * self._before
            self.last = Refill(self._fell_ms, at_ms - self._fell_ms if back else None)
            self.reset()
            self._median.add(at_ms, usd)

    def reset(self) -> None:
        """Forget a fall that was under way, as after a gap in the book."""
        self._before = None
        self._median.reset()

    def fallen_ms(self, now_ms: int) -> int | None:
        """Return for how long the depth has been down, or None if it is not."""
        return None if self._before is None else now_ms - self._fell_ms
