"""The forced closings of one coin: each counted once, and measured in every way that is shown."""

from __future__ import annotations

from desktop.domain.market import HourBar, Liquidation
from desktop.engine.market.market_state import ANY_HIGH
from desktop.risk.liquidations import SeenPrints
from desktop.risk.print_measures import Print, PrintMeasures
from desktop.risk.windows import DAY_MS, HOUR_MS

_MOST_FRESH = 512


class ForcedOrders:
    """The prints of one coin. Engine thread; O(1) amortised a print.

    A print is counted at once and measured when somebody looks, together with the others of its second.
    """

    def __init__(self) -> None:
        self.venues: set[str] = set()
        self.unjudged_usd = 0.0
        self.newest_ms = 0
        self._is_new = SeenPrints().is_new
        self._fresh: list[Print] = []
        self._measures = PrintMeasures()

    @property
    def measures(self) -> PrintMeasures:
        """What is measured of all prints taken so far."""
        if self._fresh:
            self._settle()
        return self._measures

    def _settle(self) -> None:
        self._measures.take(self._fresh)
        self._fresh.clear()

    def take(self, message: Liquidation, now_ms: int) -> float | None:
        """Count a forced closing once and return its USD; None if it was seen before or has no size in USD."""
        usd = message.usd
        if usd is None or not 0 < usd < ANY_HIGH:
            return None
        venue, symbol, side, at_ms = message.venue, message.symbol, message.side, message.at_ms
        if not self._is_new((venue, symbol, side, at_ms, message.price, message.quantity)):
            return None
        if at_ms > now_ms:
            at_ms = now_ms
        if at_ms > self.newest_ms:
            self.newest_ms = at_ms
        self.unjudged_usd += usd
        if venue not in self.venues:
            self.venues.add(venue)
        fresh = self._fresh
        fresh.append((at_ms, usd, side, venue, symbol))
        if len(fresh) >= _MOST_FRESH:
            self._settle()
        return usd

    def warm(self, bar: HourBar, newest_ms: int) -> None:
        """Take a stored hour: the last day by the minute, what is older as one sum."""
        if bar.long_usd is not None and bar.short_usd is not None:
            self.measures.tally.add_hour(bar, 60 if bar.open_ms >= newest_ms - DAY_MS else 1)
            if bar.long_usd or bar.short_usd:
                self.newest_ms = max(self.newest_ms, bar.open_ms + HOUR_MS)
