"""The market side of the engine: messages in, incidents out, pictures on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from desktop.alerts.incidents import IncidentChange
from desktop.alerts.rules import Rule
from desktop.engine.market.market_floor import MarketFloor
from desktop.engine.market.market_fold import MarketFold
from desktop.engine.market.market_pictures import MarketPictures
from desktop.engine.market.market_rules import NOTHING
from desktop.engine.market.sleep_watch import Slept
from desktop.risk.windows import HOUR_MS

_GRACE_MS = 5_000


class MarketDesk(MarketFold):
    """Folds messages, judges rules in the same turn, and keeps what the window shows. Engine thread.

    `venues` in the order in which they may carry the price. `now_ms` is the engine's clock and must not go back.
    """

    def __init__(self, coins: Sequence[str], rules: Sequence[Rule], venues: Sequence[str]) -> None:
        super().__init__(MarketFloor(venues), rules)
        self.on_slept: Callable[[Slept], None] = lambda slept: None
        self._hour = -1
        self.pictures = MarketPictures(self._floor)
        for coin in coins:
            self.watch(coin)

    def drop(self, coin: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Follow this coin no longer; what its rules hold open is closed."""
        return self._alerts.drop(coin, now_ms) if self._floor.drop(coin) else NOTHING

    def expect(self, venue: str) -> None:
        """Expect messages of this venue from now on."""
        self._floor.expect(venue)

    def expect_context(self, channels: Mapping[str, frozenset[str]]) -> None:
        """Expect the facts of these channels (by channel: their names): one that nobody tells is shown as unknown."""
        self._floor.wide.context.expect(channels)

    def rest(self, venue: str, reason: str, now_ms: int) -> None:
        """Show this venue as off, for `reason`; what is known of it stays and grows old."""
        if venue in self._floor.feeds:
            self._floor.feeds[venue].rest(reason, now_ms)
            self._floor.heard.forget()

    def resume(self, venue: str, now_ms: int) -> None:
        """Expect messages of a venue again that was off."""
        if venue in self._floor.feeds:
            self._floor.feeds[venue].resume(now_ms)
            self._floor.heard.forget()

    def errors(self, venue: str, share: float | None) -> None:
        """Take the share (0..1) of questions that fail at a venue; None: not known."""
        if venue in self._floor.feeds:
            self._floor.feeds[venue].error_share = share

    def slept(self, slept: Slept, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take it that this computer slept: no feed is blamed for what it could not say meanwhile."""
        for feed in self._floor.feeds.values():
            if feed.state(now_ms) != "off":
                feed.resume(now_ms)
        self._floor.heard.forget()
        self.on_slept(slept)
        return NOTHING

    def settle(self) -> None:
        """Measure all that was told so far, as the next look would."""
        for desk in self._floor.coins.values():
            desk.track.boards.settle()

    # --- time --------------------------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> tuple[IncidentChange, ...]:
        """Let a second of the clock pass: facts age, feeds die, incidents update, step down and close."""
        floor = self._floor
        floor.tick(now_ms)
        changes = self._alerts.watch_feeds(floor.feeds, now_ms)
        for coin in self._next_coins():
            changes += self._alerts.tick(coin, self._facts(coin, now_ms), now_ms)
        changes += self._alerts.tick_market(now_ms)
        hour = (now_ms - _GRACE_MS) // HOUR_MS
        if hour != self._hour:
            if self._hour >= 0:
                floor.end_hour(now_ms)
            self._hour = hour
        return changes
