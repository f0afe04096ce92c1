"""Messages into the market floor: each kind where it belongs, and the rules that it can move judged in its turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

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
    TradeRun,
    Unparsed,
    VenueNotice,
    VenueWord,
    WithdrawalStatus,
)
from desktop.domain.number_text import number, plain_number
from desktop.engine.market.forced_orders import ForcedOrders
from desktop.engine.market.market_floor import MarketFloor
from desktop.engine.market.market_rules import NOTHING, MarketRules
from desktop.engine.market.market_state import ANY_HIGH, Tape, VenueFeed
from desktop.risk.freshness import STREAM_STALE_MS

_WEIGHTY = 1e-5
_NO_TAPES: dict[str, Tape] = {}

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
            TradeRun: self._first_run,
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
            at_ms, changes = message.at_ms, NOTHING
            if tape.low <= price <= tape.high and tape.from_ms <= at_ms < tape.to_ms:
                tape.close = price
                tape.at_ms = at_ms
            else:
                changes = self._new_extreme(tape, message.coin, price, at_ms, now_ms)
            # After its price: a trade may be the first of its minute, and belongs to that one's turnover.
            if message.side == "buy":
                tape.bought += worth
            else:
                tape.sold += worth
            return changes
        return self._fold_slow(message, now_ms)

    def fold_all(self, messages: Sequence[Message], now_ms: int) -> tuple[IncidentChange, ...]:
        """Take messages that came together and return what they changed among the incidents.

        Rules on a coin's forced orders are judged once for all of them, after the other messages.
        """
        if len(messages) == 1:
            return self.fold(messages[0], now_ms)
        changes = NOTHING
        forced: list[Liquidation] = []
        for message in messages:
            if type(message) is TradeRun:
                changes += self._run(message, now_ms)
            elif type(message) is Liquidation:
                forced.append(message)
            elif type(message) is Mark:
                changes += self._fold_mark(message, now_ms)
            else:
                changes += self.fold(message, now_ms)
        return changes + self._fold_prints(forced, now_ms) if forced else changes

    def _run(self, run: TradeRun, now_ms: int) -> tuple[IncidentChange, ...]:
        tape = self._tapes.get(run.venue, _NO_TAPES).get(run.symbol)
        if tape is None:
            return self._fold_slow(run, now_ms)
        tape.heard_ms = now_ms
        tape.messages += run.count
        changes = NOTHING
        if tape.low <= run.low and run.high <= tape.high and tape.from_ms <= run.from_ms and run.to_ms < tape.to_ms:
            tape.close = run.last
            tape.at_ms = run.at_ms
        else:
            changes = self._prices_of(tape, run, now_ms)
        tape.bought += run.bought
        tape.sold += run.sold
        return changes

    def _prices_of(self, tape: Tape, run: TradeRun, now_ms: int) -> tuple[IncidentChange, ...]:
        price, at_ms = self._floor.coins[run.coin].track.price, run.at_ms
        # Between its first and its last price a minute takes nothing from a run but the lowest and the highest.
        lows = [price(tape, one, at_ms, now_ms) for one in (run.first, run.low, run.high, run.last)]
        return self._judge("price", run.coin, now_ms) if any(lows) else NOTHING

    def _first_run(self, run: TradeRun, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take trades of a contract not heard before."""
        feed.beat(now_ms)
        feed.messages += run.count - 1
        tape = self._floor.tape(run.venue, run.symbol, run.coin)
        if tape is None:
            return NOTHING
        tape.heard_ms = now_ms
        changes = self._prices_of(tape, run, now_ms)
        tape.bought += run.bought
        tape.sold += run.sold
        return changes

    def _fold_mark(self, message: Mark, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take a mark that need not stand in for trades without asking whose it is."""
        tape = self._tapes.get(message.venue, _NO_TAPES).get(message.symbol)
        if tape is None or now_ms - tape.at_ms > STREAM_STALE_MS or now_ms >= tape.feed.timed_next_ms:
            return self._fold_slow(message, now_ms)
        tape.heard_ms = now_ms
        tape.messages += 1
        tape.told[message.venue, message.symbol] = (now_ms, message)
        tape.touched("mark")
        return NOTHING

    def _fold_prints(self, prints: list[Liquidation], now_ms: int) -> tuple[IncidentChange, ...]:
        for venue in {one.venue for one in prints}:
            feed = self._floor.feeds.get(venue)
            if feed is None:
                prints = [one for one in prints if one.venue != venue]
                continue
            feed.start(now_ms)
            feed.told_ms = now_ms
            feed.messages += len([one for one in prints if one.venue == venue])
        return self._count(prints, now_ms)

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
        changes = self._new_extreme(tape, message.coin, price, message.at_ms, now_ms)
        if message.side == "buy":
            tape.bought += worth
        else:
            tape.sold += worth
        return changes

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
        return self._count([message], now_ms)

    def _count(self, prints: Sequence[Liquidation], now_ms: int) -> tuple[IncidentChange, ...]:
        """Take forced orders that came together, each once; one of unknown size cannot be summed."""
        known = [one for one in prints if one.usd is not None and 0.0 < one.usd < ANY_HIGH]
        keys = [(one.venue, one.symbol, one.side, one.at_ms, one.price, one.quantity) for one in known]
        seen = self._floor.seen
        if not seen.all_new(keys):
            known = [one for one, key in zip(known, keys, strict=True) if seen.is_new(key)]
        if known and max([one.at_ms for one in known]) > now_ms:
            # What is dated after now happens now.
            known = [one if one.at_ms <= now_ms else msgspec.structs.replace(one, at_ms=now_ms) for one in known]
        touched: dict[str, ForcedOrders] = {}
        find = self._floor.orders.get
        for one in known:
            coin = one.coin
            if (orders := find(coin)) is not None:
                orders.waiting.append(one)
                orders.unjudged_usd += one.usd or 0.0
                touched[coin] = orders
        return self._weighed(touched, now_ms)

    def _weighed(self, touched: Mapping[str, ForcedOrders], now_ms: int) -> tuple[IncidentChange, ...]:
        changes = NOTHING
        for coin, orders in touched.items():
            desk = self._floor.coins[coin]
            desk.touched("print")
            if orders.weigh(_WEIGHTY * desk.track.boards.known_interest_usd):
                changes += self._judge("print", coin, now_ms)
        return changes

    def _open_interest(self, message: OpenInterest, feed: VenueFeed, now_ms: int) -> tuple[IncidentChange, ...]:
        tape = self._tapes[message.venue].get(message.symbol) or self._floor.tape(
            message.venue, message.symbol, message.coin
        )
        if tape is not None:
            desk = self._floor.coins[message.coin]
            desk.track.open_interest(message, now_ms)
            desk.touched("interest")
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
