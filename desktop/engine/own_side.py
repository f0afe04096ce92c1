"""What stands beside the market desk and hears the same messages: notes, untested interest, the person's exposure."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import HourBar, Message, Trade
from desktop.engine.desk_view import UntestedView
from desktop.engine.market_notes import MarketNotes
from desktop.engine.untested_map import UntestedDesk
from desktop.risk.reading import Reading


class OwnSide:
    """Folds every message but trades. Engine thread; `venues` in the order in which they may carry a price."""

    def __init__(
        self, coins: Sequence[str], venues: tuple[str, ...], instruments: InstrumentTable | None = None
    ) -> None:
        self.notes = MarketNotes(venues, instruments)
        self.untested = UntestedDesk(coins, self.notes)

    def fold(self, message: Message, now_ms: int) -> None:
        """Take one message."""
        if type(message) is Trade:
            return
        self.notes.fold(message, now_ms)
        self.untested.fold(message, now_ms)

    def tick(self, now_ms: int) -> None:
        """Let a second of the clock pass."""
        self.untested.tick(now_ms)

    def warm(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take the hours of a coin before now."""
        self.untested.warm(coin, bars)

    def cascade(self, coin: str, now_ms: int) -> Reading:
        """Return CASCADE_K of a coin, for the indicators."""
        return self.untested.reading(coin, now_ms)

    def untested_of(self, coin: str, now_ms: int) -> UntestedView | None:
        """Return the map of a coin for the chart."""
        return self.untested.view(coin, now_ms)
