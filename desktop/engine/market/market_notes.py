"""The last word of every venue on marks, funding, open interest and books: what exposure and untested interest need.

It is heard beside the market desk, off the path of trades. Prices are per coin: a symbol that is quoted per thousand
coins is divided here, once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Book, Mark, Message, OpenInterest, WithdrawalStatus
from desktop.risk.depth import Levels, depth, reach_bps
from desktop.risk.freshness import freshness
from desktop.risk.reading import State

MARK_PERIOD_MS = 5_000
BOOK_PERIOD_MS = 10_000
INTEREST_PERIOD_MS = 300_000
_DEPTH_BPS = 100.0
_LEAST_REACH_BPS = 2.0


class Said(NamedTuple):
    """A mark price per coin in USD with the funding of one interval (a fraction), and when it was heard."""

    venue: str
    symbol: str
    price: float
    funding: float | None
    heard_ms: int

    def state(self, now_ms: int) -> State:
        """Return whether it is live, stale or unknown by its age."""
        return freshness(now_ms - self.heard_ms, MARK_PERIOD_MS)


class Interest(NamedTuple):
    """Open interest of one contract in coins, and when it was heard."""

    coins: float
    heard_ms: int


class SeenBook(NamedTuple):
    """A book as it was heard, prices and sizes such that their product is USD."""

    venue: str
    bids: Levels
    asks: Levels
    heard_ms: int


class BidDepth(NamedTuple):
    """Depth of the bid side in USD per 100 % of price over all live books, and how far it was seen (bp)."""

    usd: float
    reach_bps: float
    venues: tuple[str, ...]


class MarketNotes:
    """What was said last, by venue and symbol. Engine thread; `venues` in the order of preference."""

    def __init__(self, venues: tuple[str, ...], instruments: InstrumentTable | None = None) -> None:
        self.venues = venues
        self._instruments = instruments or InstrumentTable()
        self._marks: dict[str, dict[tuple[str, str], Said]] = {}
        self._interest: dict[str, dict[tuple[str, str], Interest]] = {}
        self._books: dict[str, dict[tuple[str, str], SeenBook]] = {}
        self._ways_out: dict[str, dict[tuple[str, str], bool | None]] = {}

    def fold(self, message: Message, now_ms: int) -> None:
        """Take one message; what is no number is left aside."""
        match message:
            case Mark():
                self._mark(message, now_ms)
            case OpenInterest():
                coins = _number(message.coins)
                if coins is not None:
                    interest = self._interest.setdefault(message.coin, {})
                    interest[message.venue, message.symbol] = Interest(coins, now_ms)
            case Book():
                self._book(message, now_ms)
            case WithdrawalStatus():
                self._ways_out.setdefault(message.venue, {})[message.coin, message.network] = message.open

    def mark(self, coin: str, now_ms: int, venue: str = "", symbol: str = "") -> Said | None:
        """Return the mark of this contract, else of the venue, else of the first venue that says one; None: nobody.

        Marks that are too old to say anything are left out.
        """
        alive = [said for said in self._marks.get(coin, {}).values() if said.state(now_ms) is not State.UNKNOWN]
        rank = {name: place for place, name in enumerate(self.venues)}

        def distance(said: Said) -> tuple[bool, bool, bool, int]:
            stale = said.state(now_ms) is not State.LIVE
            there = said.venue == venue
            return (not (there and said.symbol == symbol), not there, stale, rank.get(said.venue, len(rank)))

        return min(alive, key=distance, default=None)

    def is_inverse(self, venue: str, symbol: str) -> bool:
        """Return whether a contract counts in USD and is margined in its coin."""
        return self._instruments.find(venue, symbol).kind == "inverse"

    def per_coin(self, venue: str, symbol: str, price: float) -> float:
        """Return a venue's price per coin: some symbols are quoted per thousand."""
        return price / float(self._instruments.find(venue, symbol).multiplier)

    def interest(self, coin: str) -> dict[tuple[str, str], Interest]:
        """Return the open interest of each contract of a coin, whatever its age."""
        return self._interest.get(coin, {})

    def interest_usd(self, coin: str, venue: str, now_ms: int) -> float | None:
        """Return a venue's open interest of a coin in USD at the mark; None where either is not known."""
        said = self.mark(coin, now_ms, venue)
        coins = [one.coins for (of, _), one in self.interest(coin).items() if of == venue]
        return sum(coins) * said.price if coins and said is not None else None

    def book(self, coin: str, venue: str, now_ms: int) -> SeenBook | None:
        """Return the venue's book of this coin if it is live."""
        return next((book for book in self._live_books(coin, now_ms) if book.venue == venue), None)

    def bid_depth(self, coin: str, now_ms: int) -> BidDepth | None:
        """Return the bids of all live books per 100 % of price, from what is seen within one per cent."""
        usd, reaches, venues = 0.0, [], []
        for book in self._live_books(coin, now_ms):
            reach = min(_DEPTH_BPS, reach_bps(book.bids, book.asks))
            found = depth(book.bids, book.asks, reach) if reach >= _LEAST_REACH_BPS else None
            if found is not None and found.bid_usd > 0:
                usd += found.bid_usd / (reach / 1e4)
                reaches.append(reach)
                venues.append(book.venue)
        return BidDepth(usd, min(reaches), tuple(dict.fromkeys(venues))) if venues else None

    def impaired(self, venue: str) -> bool | None:
        """Return whether the venue lets some coin out over no network at all; None where it does not say."""
        ways = self._ways_out.get(venue)
        if not ways or all(is_open is None for is_open in ways.values()):
            return None
        coins = {coin for coin, _ in ways}
        return any(all(is_open is False for (of, _), is_open in ways.items() if of == coin) for coin in coins)

    def _mark(self, message: Mark, now_ms: int) -> None:
        price = None if message.mark is None else _number(message.mark)
        if not price:
            return
        before = self._marks.setdefault(message.coin, {}).get((message.venue, message.symbol))
        funding = message.funding_rate
        if funding is None and before is not None:
            funding = before.funding
        said = Said(
            message.venue, message.symbol, self.per_coin(message.venue, message.symbol, price), funding, now_ms
        )
        self._marks[message.coin][message.venue, message.symbol] = said

    def _book(self, message: Book, now_ms: int) -> None:
        books = self._books.setdefault(message.coin, {})
        if message.gap:
            books.pop((message.venue, message.symbol), None)
        else:
            books[message.venue, message.symbol] = SeenBook(message.venue, message.bids, message.asks, now_ms)

    def _live_books(self, coin: str, now_ms: int) -> Iterator[SeenBook]:
        for book in self._books.get(coin, {}).values():
            if freshness(now_ms - book.heard_ms, BOOK_PERIOD_MS) is State.LIVE:
                yield book


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
