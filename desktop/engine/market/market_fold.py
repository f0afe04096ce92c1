"""Messages into the market floor: each kind where it belongs, and the rules that it can move judged in its turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from desktop.engine.market.market_rules import NOTHING, MarketRules
from desktop.engine.market.market_state import Tape, VenueFeed

_WEIGHTY = 1e-5

_Taker = Callable[[Any, VenueFeed, int], tuple[IncidentChange, ...]]


class MarketFold(MarketRules):
    """Folds messages and judges rules in the same turn. Engine thread.

    Rules on prints are judged as soon as what was closed by force since they were last judged is a hundred-thousandth
    of the open interest, rules on lows when a trade makes a new low of its minute. Less than that, and what flows
    steadily (marks, open interest, books, tickers), is judged with everything else at the tick.
    """

    def __init__(self, floor: MarketFloor, rules: Sequence[Rule]) -> None:
        super().__init__(floor, rules)
        self._tapes = self._floor.tapes
        self._takers: dict[type, _Taker] = {
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
        if desk is None:
            return NOTHING
        track = desk.track
        if not track.liquidation(message, now_ms):
            return NOTHING
        desk.touched("print")
        orders = track.boards.orders
        if orders.unjudged_usd < _WEIGHTY * track.boards.known_interest_usd:
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
