"""The forced closings of one coin: kept as they come, and measured in every way that is shown when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.domain.market import HourBar, Liquidation
from desktop.risk.print_measures import PrintMeasures
from desktop.risk.windows import DAY_MS, HOUR_MS

_MOST_WAITING = 512


class ForcedOrders:
    """The prints of one coin, each given once and of a known size in USD. Engine thread; O(1) amortised a print.

    A print is kept as it came until somebody looks or 512 have come, and then measured together with the others of
    its second. `on_settled` gets the same prints.
    """

    def __init__(self) -> None:
        self.unjudged_usd = 0.0
        self.on_settled: Callable[[Sequence[Liquidation]], None] = lambda orders: None
        self._venues: set[str] = set()
        self._newest_ms = 0
        self.waiting: list[Liquidation] = []
        """Prints that came since somebody looked, none dated after now; whoever adds one adds to `unjudged_usd`."""
        self._measures = PrintMeasures()

    @property
    def measures(self) -> PrintMeasures:
        """What is measured of all prints taken so far."""
        self.settle()
        return self._measures

    @property
    def venues(self) -> set[str]:
        """The venues that have told of one."""
        self.settle()
        return self._venues

    @property
    def newest_ms(self) -> int:
        """The time of the newest one; 0 while there is none."""
        self.settle()
        return self._newest_ms

    def weigh(self, weighty_usd: float) -> bool:
        """Return whether what waits and was not judged yet comes to so many USD, and count it as judged then."""
        if len(self.waiting) >= _MOST_WAITING:
            self.settle()
        if self.unjudged_usd < weighty_usd:
            return False
        self.unjudged_usd = 0.0
        return True

    def settle(self) -> None:
        """Measure what has been taken since the last time."""
        if not self.waiting:
            return
        fresh, self.waiting = self.waiting, []
        self._venues.update([one.venue for one in fresh])
        self._newest_ms = max(self._newest_ms, max([one.at_ms for one in fresh]))
        self._measures.take([(one.at_ms, one.usd or 0.0, one.side, one.venue, one.symbol) for one in fresh])
        self.on_settled(fresh)

    def warm(self, bar: HourBar, newest_ms: int) -> None:
        """Take a stored hour: the last day by the minute, what is older as one sum."""
        if bar.long_usd is not None and bar.short_usd is not None:
            self.measures.tally.add_hour(bar, 60 if bar.open_ms >= newest_ms - DAY_MS else 1)
            if bar.long_usd or bar.short_usd:
                self._newest_ms = max(self._newest_ms, bar.open_ms + HOUR_MS)
