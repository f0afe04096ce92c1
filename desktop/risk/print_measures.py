"""All that is measured of forced orders: sums, counts, the largest, venues in sequence, pace, self-excitation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from desktop.domain.market import LiquidatedSide
from desktop.risk.acceleration import Deceleration
from desktop.risk.liquidations import LiquidationTally
from desktop.risk.print_counts import LargestPrint, PrintCounter
from desktop.risk.self_excitation import SelfExcitation
from desktop.risk.venue_sequence import VenueSequence
from desktop.risk.windows import SECOND_MS

Print = tuple[int, float, LiquidatedSide, str, str]
"""A forced order: time (ms), USD, side, venue, symbol."""


class PrintMeasures:
    """What is measured of one coin's forced orders.

    Sums and counts take each print; what is exact to the second by definition takes the prints of one second, side
    and contract as one, so that a storm costs little more than a drizzle. A second ends with its full second: a print
    at 12:00:01.000 belongs to the one before.
    """

    def __init__(self) -> None:
        self.tally = LiquidationTally()
        self.counter = PrintCounter()
        self.largest = LargestPrint()
        self.sequence = VenueSequence()
        self.excitation = SelfExcitation()
        self.slowing = Deceleration()

    def take(self, prints: Iterable[Print]) -> None:
        """Take prints in the order received; late ones find their place."""
        seconds: defaultdict[tuple[int, LiquidatedSide, str, str], list[tuple[int, float]]] = defaultdict(list)
        for at_ms, usd, side, venue, symbol in prints:
            seconds[-(-at_ms // SECOND_MS), side, venue, symbol].append((at_ms, usd))
        for (second, side, venue, symbol), found in seconds.items():
            self._take_second(second * SECOND_MS, side, venue, symbol, found)

    def _take_second(
        self, end_ms: int, side: LiquidatedSide, venue: str, symbol: str, found: list[tuple[int, float]]
    ) -> None:
        times, sizes = zip(*found, strict=True)
        usd = sum(sizes)
        self.tally.add_all(side, found)
        self.counter.add_second(f"{venue} {symbol}", times)
        most = max(sizes)
        self.largest.add(most, times[sizes.index(most)])
        self.excitation.add(end_ms - 1, usd, len(found))
        if side == "long":
            self.sequence.add_second(venue, end_ms, found)
            self.slowing.add(usd, end_ms)
