"""What OKX's channels said before: mark, index and funding come apart, and everybody else wants to see the whole."""

from __future__ import annotations

from desktop.domain.market import Mark, Message


class MarkMemory:
    """Fill in what a mark leaves out with what the same symbol's channels said before. One thread at a time.

    The whole is as old as its youngest part: `at_ms` never goes back.
    """

    def __init__(self) -> None:
        self._marks: dict[str, Mark] = {}

    def whole(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages with full marks."""
        if type(messages[0]) is not Mark:
            return messages
        return tuple([self._merged(message) if type(message) is Mark else message for message in messages])

    def marked(self, symbol: str, coin: str, mark: str, at_ms: int, received_ns: int) -> Mark:
        """Return the full mark of a push that tells of the mark price alone."""
        old = self._marks.get(symbol)
        if old is None:
            new = Mark("okx", symbol, coin, mark, None, None, None, None, at_ms, received_ns)
        else:
            if at_ms < old.at_ms:
                at_ms = old.at_ms
            new = Mark(
                "okx", symbol, coin, mark, old.index, old.funding_rate, old.funding_interval_h, old.next_funding_ms,
                at_ms, received_ns,
            )  # fmt: skip
        self._marks[symbol] = new
        return new

    def _merged(self, new: Mark) -> Mark:
        old = self._marks.get(new.symbol)
        if old is not None:
            funded = new.funding_rate is not None
            new = Mark(
                new.venue,
                new.symbol,
                new.coin,
                new.mark or old.mark,
                new.index or old.index,
                new.funding_rate if funded else old.funding_rate,
                new.funding_interval_h if funded else old.funding_interval_h,
                new.next_funding_ms if funded else old.next_funding_ms,
                max(new.at_ms, old.at_ms),
                new.received_ns,
            )
        self._marks[new.symbol] = new
        return new
