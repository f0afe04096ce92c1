"""Hyperliquid sends whole books several times a second; the indicators want one now and then."""

from __future__ import annotations

from desktop.domain.market import Book, Message

LEVELS_MS = 5_000


class BookSamples:
    """Let a book of each symbol through every five seconds of event time. One thread at a time."""

    def __init__(self) -> None:
        self._told_ms: dict[str, int] = {}

    def whole(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages without the books that come too soon: nothing, if there was only one."""
        if type(messages[0]) is not Book:
            return messages
        return tuple([one for one in messages if type(one) is not Book or self._is_due(one)])

    def _is_due(self, book: Book) -> bool:
        due = book.at_ms // LEVELS_MS != self._told_ms.get(book.symbol, -1) // LEVELS_MS
        if due:
            self._told_ms[book.symbol] = book.at_ms
        return due
