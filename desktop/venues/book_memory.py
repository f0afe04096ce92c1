"""The books of one venue, kept by its rule of sequence; what breaks it is said, and a whole book is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal

from desktop.domain.book import BookChange, OrderBook, Reach
from desktop.domain.errors import Unreadable
from desktop.domain.market import Book, Gap, Message

LEVELS_WITHIN = 0.02
PERIOD_MS = 1_000
LONG_PERIOD_MS = 5_000
FEW_BOOKS = 3
_MOST_EARLY = 2_000
_MOST_BOOKS = 2_000

Step = Literal["next", "old", "gap"]
Unit = Callable[[str], float | None]
Rule = Callable[[BookChange, int, bool], Step]
"""Whether a change follows the last number; True: that is the number of a whole book, and nothing came since."""


class _Held:
    """One book: known or not, and the changes that came before it was."""

    def __init__(self, change: BookChange, most_early: int) -> None:
        self.about = change
        self.book = OrderBook()
        self.known = False
        self.fresh = False
        self.last = 0
        self.at_ms = change.at_ms
        self.told_ms = 0
        self.channel = ""
        self.early: deque[BookChange] = deque(maxlen=most_early)


class BookMemory:
    """Turn changes into Books by event time: each second, with more than three books each five. One thread at a time.

    Whole books come with the stream (Bybit, OKX), or `beside` it as answers of REST (Binance): then changes that came
    earlier are kept until one does. `unit` is what a symbol's sizes are multiplied by, so that price times size is
    USD; where it says None, only the best prices are told. With `every` each change tells its book as it then stands,
    a broken or unknown one as a gap.
    """

    def __init__(
        self, rule: Rule, *, beside: bool = False, unit: Unit = lambda symbol: 1.0, every: bool = False
    ) -> None:
        self._rule = rule
        self._every = every
        self._most_early = _MOST_EARLY if beside else 0
        self._unit = unit
        self._held: dict[str, _Held] = {}
        self._watched: frozenset[str] | None = None

    def watch(self, symbols: Iterable[str]) -> None:
        """Keep the books of these symbols and no others from now on; before, those of all that come."""
        self._watched = frozenset(symbols)
        for symbol in self._held.keys() - self._watched:
            del self._held[symbol]

    def wanted(self) -> tuple[str, ...]:
        """Return the symbols whose whole book is needed: changes have come, and there is nothing to change."""
        return tuple(symbol for symbol, held in self._held.items() if not held.known)

    def take(self, change: BookChange, channel: str) -> tuple[Message, ...]:
        """Return what a change makes known: mostly nothing, now and then a Book, after a break the Gap."""
        held = self._held.get(change.symbol)
        if held is None:
            wanted = len(self._held) < _MOST_BOOKS if self._watched is None else change.symbol in self._watched
            if not wanted:
                return ()
            held = self._held[change.symbol] = _Held(change, self._most_early)
        if not channel.startswith("GET "):
            held.channel = channel
        told: tuple[Message, ...] = ()
        if change.whole:
            told = self._replaced(held, change)
        elif held.known:
            told = self._applied(held, change)
        else:
            held.early.append(change)
        if told or not self._every:
            return told
        return self._sampled(held, change) if held.known else (_unknown(held, change.at_ms, change.received_ns),)

    def lost(self, channel: str, at_ms: int, received_ns: int) -> tuple[Book, ...]:
        """Forget the books whose changes came by this channel, and say so."""
        gone = [held for held in self._held.values() if held.channel == channel and held.known]
        for held in gone:
            self._forget(held)
        return tuple([_unknown(held, at_ms, received_ns) for held in gone])

    def _replaced(self, held: _Held, change: BookChange) -> tuple[Message, ...]:
        try:
            held.book.replace(change.bids, change.asks)
        except Unreadable as error:
            return self._broken(held, change, error.reason)
        held.known = held.fresh = True
        held.last, held.at_ms = change.last, change.at_ms
        early, held.early = held.early, deque(maxlen=self._most_early)
        for number, one in enumerate(early):
            step = self._step(held, one)
            if step == "gap":
                # The snapshot is older than the stream: what came since waits for the next one.
                self._forget(held)
                held.early.extend(list(early)[number:])
                return ()
            change = one if step == "next" else change
        return self._sampled(held, change)

    def _applied(self, held: _Held, change: BookChange) -> tuple[Message, ...]:
        step = self._step(held, change)
        if step == "old":
            return ()
        if step == "gap":
            broken = self._broken(held, change, f"updates after {held.last} of {change.symbol}'s book are missing")
            held.early.append(change)
            return broken
        period_ms = PERIOD_MS if len(self._held) <= FEW_BOOKS else LONG_PERIOD_MS
        if change.at_ms // period_ms != held.told_ms // period_ms:
            return self._sampled(held, change)
        return ()

    def _step(self, held: _Held, change: BookChange) -> Step:
        """Judge a change, and apply it if it follows."""
        step = self._rule(change, held.last, held.fresh)
        if step == "next":
            held.fresh = False
            held.last, held.at_ms = change.last, change.at_ms
            held.book.apply(change.bids, change.asks)
        return step

    def _sampled(self, held: _Held, change: BookChange) -> tuple[Message, ...]:
        try:
            bid, ask, bids, asks = held.book.look(LEVELS_WITHIN)
        except Unreadable as error:
            return self._broken(held, change, error.reason)
        held.told_ms = at_ms = change.at_ms
        unit = self._unit(change.symbol)
        if unit is None:
            bids, asks = (), ()
        elif unit != 1.0:
            bids, asks = (tuple((price, size * unit) for price, size in side) for side in (bids, asks))
        reach: Reach = held.book.reach
        return (
            Book(
                change.venue, change.symbol, change.coin, bid, ask, bids, asks, at_ms, change.received_ns,
                low=reach.low, high=reach.high,
            ),
        )  # fmt: skip

    def _broken(self, held: _Held, change: BookChange, reason: str) -> tuple[Message, ...]:
        gap = Gap(change.venue, held.channel, reason, held.at_ms, change.at_ms)
        self._forget(held)
        return gap, _unknown(held, change.at_ms, change.received_ns)

    def _forget(self, held: _Held) -> None:
        held.book = OrderBook()
        held.known = held.fresh = False
        held.told_ms = 0
        held.early.clear()


def _unknown(held: _Held, at_ms: int, received_ns: int) -> Book:
    about = held.about
    return Book(about.venue, about.symbol, about.coin, None, None, (), (), at_ms, received_ns, gap=True)


def counted(change: BookChange, last: int, fresh: bool) -> Step:
    """Judge by numbers that go up by one (Bybit)."""
    if change.last <= last:
        return "old"
    return "next" if change.last == last + 1 else "gap"


def linked(change: BookChange, last: int, fresh: bool) -> Step:
    """Judge by each change naming the one before (Binance USD-M after the first, which must span the whole book)."""
    if fresh:
        if change.last < last:
            return "old"
        return "next" if change.first <= last or change.previous == last else "gap"
    if change.last <= last:
        return "old"
    return "next" if change.previous == last else "gap"
