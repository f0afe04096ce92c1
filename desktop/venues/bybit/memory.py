"""What Bybit said before: a ticker's delta names only what changed, and every pool is told of each second."""

from __future__ import annotations

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import InsurancePool, Mark, Message, OpenInterest
from desktop.domain.number_text import number
from desktop.venues.wire import units_of


class TickerMemory:
    """Fill in what a ticker leaves out with what the same symbol's tickers said before. One thread at a time.

    A snapshot names everything, so a memory from before a gap is replaced by the first ticker after it.
    """

    def __init__(self, instruments: InstrumentTable) -> None:
        self._instruments = instruments
        self._marks: dict[str, Mark] = {}
        self._pools: dict[str, InsurancePool] = {}

    def whole(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages with full marks, and with the USD of open interest where a mark price is known.

        A pool that stands as it stood within the last minute is left out.
        """
        first = messages[0]
        if type(first) is Mark and len(messages) == 1:
            return (self._merged(first),)
        kind = type(first)
        # A frame is either a ticker's or not, so its first message tells.
        if kind is InsurancePool:
            return tuple([message for message in messages if self._is_news(message)])
        if kind not in _REMEMBERED:
            return messages
        return tuple([self._whole(message) for message in messages])

    def merged(self, symbol: str, coin: str, mark: str, index: str, at_ms: int, received_ns: int) -> Mark:
        """Return the mark of a ticker that tells of mark or index alone; empty is what it leaves out."""
        old = self._marks.get(symbol)
        if old is None:
            new = Mark("bybit", symbol, coin, mark or None, index or None, None, None, None, at_ms, received_ns)
        else:
            new = Mark(
                "bybit", symbol, coin, mark or old.mark, index or old.index, old.funding_rate,
                old.funding_interval_h, old.next_funding_ms, at_ms, received_ns,
            )  # fmt: skip
        self._marks[symbol] = new
        return new

    def _whole(self, message: Message) -> Message:
        if isinstance(message, Mark):
            return self._merged(message)
        if isinstance(message, OpenInterest) and message.usd is None:
            return self._valued(message)
        return message

    def _is_news(self, message: Message) -> bool:
        if not isinstance(message, InsurancePool):
            return True
        before = self._pools.get(message.pool)
        if before is not None and before.state == message.state and message.at_ms - before.at_ms < _POOL_MS:
            return False
        self._pools[message.pool] = message
        return True

    def _merged(self, new: Mark) -> Mark:
        old = self._marks.get(new.symbol)
        if old is not None:
            new = Mark(
                new.venue,
                new.symbol,
                new.coin,
                new.mark or old.mark,
                new.index or old.index,
                old.funding_rate if new.funding_rate is None else new.funding_rate,
                new.funding_interval_h or old.funding_interval_h,
                new.next_funding_ms or old.next_funding_ms,
                new.at_ms,
                new.received_ns,
            )
        self._marks[new.symbol] = new
        return new

    def _valued(self, interest: OpenInterest) -> OpenInterest:
        mark = self._marks.get(interest.symbol)
        instrument = self._instruments.find(interest.venue, interest.symbol)
        if mark is None or mark.mark is None or not instrument.coins_per_unit:
            return interest
        # The mark price is quoted per unit of the symbol, the open interest counts coins.
        units = units_of(interest.coins, instrument.coins_per_unit)
        usd = instrument.usd(units, number(mark.mark))
        return OpenInterest(
            interest.venue, interest.symbol, interest.coin, interest.coins, usd, interest.at_ms, interest.received_ns
        )  # fmt: skip


_REMEMBERED = frozenset({Mark, OpenInterest})
_POOL_MS = 60_000
