"""What venues said of one coin beside its price: forced closings, marks, funding, open interest, books, tickers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import itemgetter

from desktop.domain.market import Book, Mark, OpenInterest
from desktop.domain.number_text import number
from desktop.engine.indicators.mark_board import MarkBoard, sound_price
from desktop.engine.indicators.slip_board import SlipBoard
from desktop.engine.market.forced_orders import ForcedOrders
from desktop.engine.market.market_state import ANY_HIGH
from desktop.engine.market.ticker_board import TickerBoard
from desktop.risk.book_board import BookBoard
from desktop.risk.funding import FundingBook
from desktop.risk.impact import MinuteImpact
from desktop.risk.interest_days import InterestDays
from desktop.risk.open_interest import HOLDS_MS, InterestBook, VenueInterest
from desktop.risk.volatility import MinuteVolatility
from desktop.risk.windows import MINUTE_MS

FUNDING_HOLDS_MS = 6 * MINUTE_MS


def sound_amount(text: str) -> float | None:
    """Return an amount from zero upwards, or None for what can be none."""
    try:
        amount = number(text)
    except ValueError:
        return None
    return amount if 0 <= amount < ANY_HIGH else None


class CoinBoards:
    """Everything folded about one coin but its price. Engine thread; `now_ms` must not go back."""

    def __init__(self, venues: Iterable[str]) -> None:
        self.orders = ForcedOrders()
        self._interest = InterestBook(venues)
        self.interest_days = InterestDays()
        self.books = BookBoard()
        self.slips = SlipBoard(self.books)
        self.tickers = TickerBoard()
        self.volatility = MinuteVolatility()
        self.impact = MinuteImpact()
        self._known_interest_usd: float | None = 0.0
        self._marks = MarkBoard()
        self._funding = FundingBook()
        self.told: dict[tuple[str, str], tuple[int, Mark]] = {}
        """By (venue, symbol) when the newest mark came, and the mark, until somebody looks: the last of many counts.

        What is no sound number in it is left aside then.
        """
        self.told_interest: dict[tuple[str, str], tuple[int, OpenInterest, float]] = {}
        """In the same way the newest open interest, with the last trade of its venue, which may have to value it."""

    def add_venue(self, venue: str) -> None:
        """Expect this venue as well."""
        self._interest.by_venue.setdefault(venue, VenueInterest())

    def lists(self, venue: str) -> bool:
        """Return whether this venue is known to trade the coin: it told of open interest or a forced closing."""
        known = self.interest.by_venue.get(venue)
        return (known is not None and known.at_ms > 0) or venue in self.orders.venues

    @property
    def marks(self) -> MarkBoard:
        """Mark prices and premiums, with all that was told so far."""
        if self.told:
            self._settle()
        return self._marks

    @property
    def funding(self) -> FundingBook:
        """Funding by venue, with all that was told so far."""
        if self.told:
            self._settle()
        return self._funding

    def settle(self) -> None:
        """Take in all that was told so far."""
        self.orders.settle()
        if self.told:
            self._settle()
        if self.told_interest:
            self._settle_interest()

    def _settle(self) -> None:
        told = sorted(self.told.values(), key=itemgetter(0))
        self.told.clear()
        for now_ms, message in told:
            if message.funding_rate is not None and message.funding_interval_h is not None:
                rate, hours = message.funding_rate, message.funding_interval_h
                if math.isfinite(rate) and math.isfinite(hours):
                    self._funding.set(message.venue, rate, hours, min(message.at_ms, now_ms))
            mark = sound_price(message.mark)
            if mark is not None:
                self._marks.take(message.venue, mark, message.index, now_ms)

    @property
    def interest(self) -> InterestBook:
        """Open interest by venue, with all that was told so far."""
        if self.told_interest:
            self._settle_interest()
        return self._interest

    def _settle_interest(self) -> None:
        told = sorted(self.told_interest.values(), key=itemgetter(0))
        self.told_interest.clear()
        for now_ms, message, last_trade in told:
            self._take_interest(message, last_trade, now_ms)

    def _take_interest(self, message: OpenInterest, last_trade: float, now_ms: int) -> None:
        """Take a venue's open interest; where the venue names no USD, it is coins times its mark (or last trade)."""
        coins = sound_amount(message.coins)
        venue = self._interest.by_venue.get(message.venue)
        if coins is None or venue is None:
            return
        usd = message.usd
        if usd is None or not math.isfinite(usd):
            price = self.marks.mark(message.venue) or last_trade
            usd = coins * price if price > 0 else None
        venue.set(message.symbol, coins, usd, min(message.at_ms, now_ms))
        self._known_interest_usd = None
        if (weight := self._interest.weight(message.venue)) is not None:
            self.orders.measures.sequence.interest(message.venue, weight)

    def take_book(self, book: Book, now_ms: int) -> None:
        """Take a book as it stands, or the word that it is lost."""
        if book.gap:
            self.books.lose(book.venue)
            return
        self.books.take(book.venue, book.bids, book.asks, min(book.at_ms, now_ms))
        self.slips.sample(now_ms)

    def interest_venues(self, now_ms: int) -> list[str]:
        """Return the venues that have said their open interest lately."""
        return [venue for venue, book in self.interest.by_venue.items() if book.at_ms >= now_ms - HOLDS_MS]

    def interest_now(self, now_ms: int) -> tuple[float | None, float | None]:
        """Return the open interest in USD and in coins over the venues that have said it lately."""
        lately = self.interest_venues(now_ms)
        return self.interest.usd(lately), self.interest.coins(lately)

    def funding_now(self, now_ms: int) -> float | None:
        """Return the weighted funding per 8 h over the venues that have said it lately."""
        edge_ms = now_ms - FUNDING_HOLDS_MS
        lately = [venue for venue, said in self.funding.by_venue.items() if said.at_ms >= edge_ms]
        return self.funding.weighted(lately, self.weights())

    @property
    def known_interest_usd(self) -> float:
        """The open interest in USD of all venues that ever said it, as last said; 0 while none has."""
        interest = self.interest
        if self._known_interest_usd is None:
            weights = [interest.weight(venue) for venue in interest.by_venue]
            self._known_interest_usd = sum(known for known in weights if known is not None)
        return self._known_interest_usd

    def weights(self) -> dict[str, float | None]:
        """Return each venue's open interest in USD as last said, None where it never did."""
        return {venue: self.interest.weight(venue) for venue in self.interest.by_venue}
