"""What Binance said elsewhere: the mark price that values open interest, and funding intervals that are not usual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Mark, Message, OpenInterest
from desktop.domain.number_text import number
from desktop.domain.raw_frame import RawFrame
from desktop.venues.wire import DECODE_FAILURES, units_of

FUNDING_INFO = "GET /fapi/v1/fundingInfo"


class _FundingInfo(msgspec.Struct):
    symbol: str
    fundingIntervalHours: float  # noqa: N815 (the venue's own name)


class MarkMemory:
    """Fill in the USD of open interest and the funding interval of marks. One thread at a time."""

    def __init__(self, instruments: InstrumentTable) -> None:
        self._instruments = instruments
        self._marks: dict[str, str] = {}
        self._interval_h: dict[str, float] = {}

    def learn(self, raw: RawFrame) -> None:
        """Take the funding intervals from the answer of `fundingInfo`; an unreadable one changes nothing."""
        if not raw.channel.startswith(FUNDING_INFO):
            return
        try:
            rows = msgspec.json.decode(raw.frame, type=list[_FundingInfo])
        except DECODE_FAILURES:
            return  # the parser reports it
        self._interval_h = {row.symbol: row.fundingIntervalHours for row in rows if row.fundingIntervalHours > 0}

    @property
    def intervals_h(self) -> Mapping[str, float]:
        """The funding intervals that are not usual, by symbol."""
        return self._interval_h

    def heard(self, symbols: Iterable[str], marks: Iterable[str]) -> None:
        """Take mark prices that somebody else makes into messages."""
        self._marks.update(zip(symbols, marks, strict=True))

    def whole(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages with what they leave out, where it is known."""
        if len(messages) == 1:
            only = messages[0]
            if type(only) is Mark:
                if only.symbol in self._interval_h:
                    return (self._marked(only),)
                if only.mark is not None:
                    self._marks[only.symbol] = only.mark
                return messages
            return (self._valued(only),) if type(only) is OpenInterest else messages
        return tuple([self._whole(message) for message in messages])

    def _whole(self, message: Message) -> Message:
        kind = type(message)
        if kind is Mark:
            return self._marked(cast(Mark, message))
        if kind is OpenInterest:
            return self._valued(cast(OpenInterest, message))
        return message

    def _marked(self, mark: Mark) -> Mark:
        if mark.mark is not None:
            self._marks[mark.symbol] = mark.mark
        interval_h = self._interval_h.get(mark.symbol)
        if interval_h is None or mark.funding_rate is None:
            return mark
        return msgspec.structs.replace(mark, funding_interval_h=interval_h)

    def _valued(self, interest: OpenInterest) -> OpenInterest:
        if interest.usd is not None:
            return interest
        mark = self._marks.get(interest.symbol)
        instrument = self._instruments.find(interest.venue, interest.symbol)
        if mark is None or not instrument.coins_per_unit:
            return interest
        # The mark price is quoted per unit of the symbol, the open interest counts coins.
        units = units_of(interest.coins, instrument.coins_per_unit)
        usd = instrument.usd(units, number(mark))
        return OpenInterest(
            interest.venue, interest.symbol, interest.coin, interest.coins, usd, interest.at_ms, interest.received_ns
        )  # fmt: skip
