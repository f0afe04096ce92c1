"""The market side of the engine: messages in, incidents out, pictures on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desktop.alerts.incidents import IncidentChange
from desktop.alerts.rules import Rule
from desktop.domain.market import (
    Book,
    ContextPoint,
    FeedStatus,
    Gap,
    InsurancePool,
    Liquidation,
    Mark,
    Message,
    OpenInterest,
    Ticker,
    Trade,
    Unparsed,
    VenueNotice,
    VenueWord,
    WithdrawalStatus,
)
from desktop.domain.number_text import number, plain_number
from desktop.engine.market.market_floor import MarketFloor
from desktop.engine.market.market_pictures import MarketPictures
from desktop.engine.market.market_rules import NOTHING, MarketRules
from desktop.engine.market.market_state import Tape, VenueFeed
from desktop.engine.market.sleep_watch import Slept
from desktop.risk.windows import HOUR_MS

_GRACE_MS = 5_000
_WEIGHTY = 1e-5


class MarketDesk(MarketRules):
    """Folds messages, judges rules in the same turn, and keeps what the window shows. Engine thread.

    `venues` in the order in which they may carry the price. `now_ms` is the engine's clock and must not go back.
    Rules on prints are judged as soon as what was closed by force since they were last judged is a hundred-thousandth
    of the open interest, rules on lows when a trade makes a new low of its minute. Less than that, and what flows
    steadily (marks, open interest, books, tickers), is judged with everything else at the tick.
    """

    def __init__(self, coins: Sequence[str], rules: Sequence[Rule], venues: Sequence[str]) -> None:
        super().__init__(MarketFloor(venues), rules)
        self.on_slept: Callable[[Slept], None] = lambda slept: None
        self._hour = -1
        self._tapes = self._floor.tapes
        self._takers: dict[type, Callable[[Any, VenueFeed, int], tuple[IncidentChange, ...]]] = {
            Mark: self._mark,
            Liquidation: self._liquidation,
            OpenInterest: self._open_interest,
            Book: self._book,
            Ticker: self._ticker,
            Trade: self._first_trade,
            **dict.fromkeys((Gap, FeedStatus), self._word_of_feed),
            **dict.fromkeys((InsurancePool, VenueNotice, WithdrawalStatus), self._word_of_venue),
            Unparsed: self._unparsed,
            ContextPoint: lambda point, feed, now_ms: NOTHING,
        }
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

    # --- messages ----------------------------------------------------------------------------------------------

    def fold(self, message: Message, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take one message and return what it changed among the incidents. O(1) but for late events."""
        if type(message) is Trade:
            try:
                tape = self._tapes[message.venue][message.symbol]
                price = plain_number(message.price)
                worth = price * plain_number(message.quantity or "0")
            except (KeyError, ValueError):
                return self._fold_slow(message, now_ms)
            tape.heard_ms = now_ms
            tape.messages += 1
            if message.side == "buy":
                tape.bought += worth
            else:
                tape.sold += worth
            at_ms = message.at_ms
            if tape.low <= price <= tape.high and tape.from_ms <= at_ms < tape.to_ms:
                tape.close = price
                tape.at_ms = at_ms
                return NOTHING
            return self._new_extreme(tape, message.coin, price, at_ms, now_ms)
        return self._fold_slow(message, now_ms)

    def _fold_slow(self, message: Message, now_ms: int) -> tuple[IncidentChange, ...]:
        feed = self._floor.feeds.get(message.venue)
        if feed is None:
            self._fold_beside(message, now_ms)
            return NOTHING
        if feed.started_ms is None:
            feed.start(now_ms)
        feed.messages += 1
        try:
            return self._takers[type(message)](message, feed, now_ms)
        except ValueError:
            # A number that is none slipped through the parser: count it, keep what is known, go on.
            feed.unparsed += 1
            return NOTHING

    def _fold_beside(self, message: Message, now_ms: int) -> None:
        """Take a word of somebody who is no venue with a feed."""
        match message:
            case ContextPoint():
                self._floor.wide.take_point(message, now_ms)
            case WithdrawalStatus():
                self._word(message, now_ms)
            case Gap() | Unparsed():
                self._floor.wide.context.trouble(message.channel, message.reason)

    def _new_extreme(
        self, tape: Tape, coin: str, price: float, at_ms: int, now_ms: int
    ) -> tuple[IncidentChange, ...]:
        made_low = self._floor.coins[coin].track.price(tape, price, at_ms, now_ms)
        return self._judge("price", coin, now_ms) if made_low else NOTHING

    def _first_trade(self, message: Trade, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take a trade of a contract not heard before, or one whose numbers are written in an unusual way."""
        feed.beat(now_ms)
        tape = self._floor.tape(message.venue, message.symbol, message.coin)
        if tape is None:
            return NOTHING
        tape.heard_ms = now_ms
        price = number(message.price)
        worth = price * number(message.quantity or "0")
        if message.side == "buy":
            tape.bought += worth
        else:
            tape.sold += worth
        return self._new_extreme(tape, message.coin, price, message.at_ms, now_ms)

    def _mark(self, message: Mark, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        if now_ms >= feed.timed_next_ms:
            feed.timed(message.at_ms, now_ms)
        tape = self._tapes[message.venue].get(message.symbol)
        if tape is None:
            feed.beat(now_ms)
            tape = self._floor.tape(message.venue, message.symbol, message.coin)
            if tape is None:
                return NOTHING
        tape.heard_ms = now_ms
        desk = self._floor.coins[message.coin]
        made_low = desk.track.mark(message, now_ms)
        desk.touched("mark")
        return self._judge("price", message.coin, now_ms) if made_low else NOTHING

    def _liquidation(self, message: Liquidation, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        feed.told_ms = now_ms
        desk = self._floor.coins.get(message.coin)
        if desk is None or not desk.track.liquidation(message, now_ms):
            return NOTHING
        desk.touched("print")
        boards = desk.track.boards
        orders = boards.orders
        if orders.unjudged_usd < _WEIGHTY * boards.known_interest_usd:
            return NOTHING
        orders.unjudged_usd = 0.0
        return self._judge("print", message.coin, now_ms)

    def _open_interest(self, message: OpenInterest, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        tape = self._floor.tape(message.venue, message.symbol, message.coin)
        if tape is not None and self._floor.coins[message.coin].track.open_interest(message, now_ms):
            self._floor.coins[message.coin].touched("interest")
        return NOTHING

    def _book(self, message: Book, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        desk = self._floor.coins.get(message.coin)
        if desk is not None:
            desk.track.boards.take_book(message, now_ms)
            desk.touched("book")
        return NOTHING

    def _ticker(self, ticker: Ticker, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        self._floor.ticker(ticker, now_ms)
        return NOTHING

    def _word_of_feed(self, word: Gap | FeedStatus, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        self._floor.word_of_feed(word, feed, now_ms)
        return NOTHING

    def _unparsed(self, message: Unparsed, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        feed.unparsed += 1
        return NOTHING

    def _word_of_venue(self, word: VenueWord, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        self._word(word, now_ms)
        return NOTHING

    def _word(self, word: VenueWord, now_ms: int) -> None:
        self._floor.wide.take_word(word)
        if isinstance(word, WithdrawalStatus):
            self._alerts.told.withdrawals(word, now_ms)

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
