"""The forced closings of one coin: each counted once, summed, counted and measured in every way that is shown."""

from __future__ import annotations

from desktop.domain.market import HourBar, Liquidation
from desktop.engine.market.market_state import ANY_HIGH
from desktop.risk.acceleration import Deceleration
from desktop.risk.liquidations import LiquidationTally, SeenPrints
from desktop.risk.print_counts import LargestPrint, PrintCounter
from desktop.risk.self_excitation import SelfExcitation
from desktop.risk.venue_sequence import VenueSequence
from desktop.risk.windows import DAY_MS


class ForcedOrders:
    """Sums, counts and the largest of the prints of one coin. Engine thread; O(1) amortised a print."""

    def __init__(self) -> None:
        self.tally = LiquidationTally()
        self.counter = PrintCounter()
        self.largest = LargestPrint()
        self.sequence = VenueSequence()
        self.excitation = SelfExcitation()
        self.slowing = Deceleration()
        self.venues: set[str] = set()
        self.unjudged_usd = 0.0
        self._seen = SeenPrints()

    def take(self, message: Liquidation, now_ms: int) -> float | None:
        """Count a forced closing once and return its USD; None if it was seen before or has no size in USD."""
        usd = message.usd
        if usd is None or not 0 < usd < ANY_HIGH:
            return None
        key = (message.venue, message.symbol, message.side, message.at_ms, message.price, message.quantity)
        if not self._seen.is_new(key):
            return None
        self.unjudged_usd += usd
        at_ms = min(message.at_ms, now_ms)
        self.tally.add(message.side, usd, at_ms)
        self.counter.add(f"{message.venue} {message.symbol}", at_ms)
        self.largest.add(usd, at_ms)
        self.excitation.add(at_ms, usd)
        if message.side == "long":
            self.sequence.add(message.venue, usd, at_ms)
            self.slowing.add(usd, at_ms)
        self.venues.add(message.venue)
        return usd

    def warm(self, bar: HourBar, newest_ms: int) -> None:
        """Take a stored hour: the last day by the minute, what is older as one sum."""
        if bar.long_usd is not None and bar.short_usd is not None:
            self.tally.add_hour(bar, 60 if bar.open_ms >= newest_ms - DAY_MS else 1)
