"""Hyperliquid sends whole books several times a second; the indicators want one now and then."""

from __future__ import annotations

from desktop.domain.market import Book, Message
from desktop.venues.book_memory import FEW_BOOKS, LONG_PERIOD_MS, PERIOD_MS


class BookSamples:
    """Let a book of each symbol through every second of event time, with more than ten every five.

    One thread at a time.
    """

    def __init__(self) -> None:
        self._told_ms: dict[str, int] = {}

    def whole(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages without the books that come too soon: nothing, if there was only one."""
        if type(messages[0]) is not Book:
            return messages
        return tuple([one for one in messages if type(one) is not Book or self._is_due(one)])

    def _is_due(self, book: Book) -> bool:
        period_ms = PERIOD_MS if len(self._told_ms) <= FEW_BOOKS else LONG_PERIOD_MS
        due = book.at_ms // period_ms != self._told_ms.get(book.symbol, -1) // period_ms
        if due:
            self._told_ms[book.symbol] = book.at_ms
        return due
