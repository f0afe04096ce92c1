"""From raw frames to messages: the parser of a venue and its memory, the same live and in replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop.domain.errors import WrongUsage
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Gap, Message, Trade
from desktop.domain.raw_frame import RawFrame
from desktop.venues.binance import parse as binance
from desktop.venues.binance.memory import FUNDING_INFO, MarkMemory
from desktop.venues.bybit import parse as bybit
from desktop.venues.bybit.memory import TickerMemory
from desktop.venues.hyperliquid.parse import HyperliquidParser
from desktop.venues.hyperliquid.sampling import BookSamples
from desktop.venues.okx import parse as okx
from desktop.venues.okx.memory import MarkMemory as OkxMemory
from desktop.venues.wire import Origin
from desktop.venues.withdrawals import WITHDRAWAL_HOSTS
from desktop.venues.withdrawals import parse as parse_withdrawals


class Parse(Protocol):
    """A venue's pure parser."""

    def __call__(
        self, frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable
    ) -> tuple[Message, ...]:
        """Return what the frame says; never raises."""


class FrameReader:
    """Read one venue's raw frames in the order received: parse, then fill in what was said before."""

    def __init__(
        self,
        venue: str,
        parse: Parse,
        instruments: InstrumentTable,
        whole: Callable[[tuple[Message, ...]], tuple[Message, ...]],
        learn: Callable[[bytes], None] | None = None,
    ) -> None:
        self.venue = venue
        self._parse = parse
        self._instruments = instruments
        self._whole = whole
        self._learn = learn

    def read(self, raw: RawFrame) -> tuple[Message, ...]:
        """Return the messages of a frame, or of an event of the line; never raises."""
        if raw.event:
            return (_line_message(raw),)
        if self._learn is not None and raw.channel.startswith(FUNDING_INFO):
            self._learn(raw.frame)
        messages = self._parse(
            raw.frame, channel=raw.channel, received_ns=raw.received_ns, instruments=self._instruments
        )
        # A push of trades holds nothing else, and there is nothing to fill in.
        return messages if type(messages[0]) is Trade else self._whole(messages)


def _line_message(raw: RawFrame) -> Message:
    at_ms = raw.received_ns // 1_000_000
    if raw.event == "gap":
        return Gap(raw.venue, raw.channel, raw.detail, raw.since_ms or at_ms, at_ms)
    return FeedStatus(
        raw.venue, raw.channel, "connected" if raw.event == "connected" else "closed", raw.detail, at_ms
    )


READABLE_VENUES = ("binance", "bybit", "okx", "hyperliquid")


def frame_reader(venue: str, instruments: InstrumentTable) -> FrameReader:
    """Return a new reader of this venue's frames. Raise WrongUsage for a venue that cannot be read yet."""
    if venue == "binance":
        memory = MarkMemory(instruments)
        return FrameReader(venue, binance.parse, instruments, memory.whole, memory.learn)
    if venue == "bybit":
        return FrameReader(venue, bybit.parse, instruments, TickerMemory(instruments).whole)
    if venue == "okx":
        return FrameReader(venue, okx.parse, instruments, OkxMemory().whole)
    if venue == "hyperliquid":
        return FrameReader(venue, HyperliquidParser(), instruments, BookSamples().whole)
    raise WrongUsage(f"messages of {venue!r} cannot be read", f"Readable are {', '.join(READABLE_VENUES)}.")


class FrameReaders:
    """Read frames of all venues, each with its own memory."""

    def __init__(self, instruments: InstrumentTable) -> None:
        self._instruments = instruments
        self._readers: dict[str, FrameReader] = {}

    def read(self, raw: RawFrame) -> tuple[Message, ...]:
        """Return the messages of the frame; of a venue that cannot be read yet, that it is unparsed."""
        reader = self._readers.get(raw.venue)
        if reader is None:
            if raw.venue not in READABLE_VENUES and raw.venue not in WITHDRAWAL_HOSTS:
                origin = Origin(raw.venue, raw.channel, raw.received_ns)
                return (_line_message(raw) if raw.event else origin.unparsed("no parser for this venue", 0),)
            reader = self._readers[raw.venue] = self._new_reader(raw.venue)
        return reader.read(raw)

    def _new_reader(self, venue: str) -> FrameReader:
        if venue in WITHDRAWAL_HOSTS:
            return FrameReader(venue, parse_withdrawals, self._instruments, lambda messages: messages)
        return frame_reader(venue, self._instruments)
