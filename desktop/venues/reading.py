"""From raw frames to messages: the parser of a venue and its memory, the same live and in replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from desktop.domain.book import BookChange
from desktop.domain.errors import WrongUsage
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Gap, Liquidation, Message, Trade
from desktop.domain.raw_frame import RawFrame
from desktop.venues.binance import instruments as binance_instruments
from desktop.venues.binance import parse as binance
from desktop.venues.binance.at_once import BinanceAtOnce
from desktop.venues.binance.instruments import EXCHANGE_INFO
from desktop.venues.binance.memory import MarkMemory
from desktop.venues.book_memory import BookMemory, counted, linked
from desktop.venues.bybit import instruments as bybit_instruments
from desktop.venues.bybit import parse as bybit
from desktop.venues.bybit.at_once import BybitAtOnce
from desktop.venues.bybit.memory import TickerMemory
from desktop.venues.context.sources import parse as parse_context
from desktop.venues.hyperliquid import instruments as hyperliquid_instruments
from desktop.venues.hyperliquid.at_once import HyperliquidAtOnce
from desktop.venues.hyperliquid.parse import HyperliquidParser
from desktop.venues.hyperliquid.sampling import BookSamples
from desktop.venues.instrument_memory import InstrumentMemory
from desktop.venues.okx import instruments as okx_instruments
from desktop.venues.okx import parse as okx
from desktop.venues.okx.at_once import OkxAtOnce
from desktop.venues.okx.books import Chained, unit_in
from desktop.venues.okx.memory import MarkMemory as OkxMemory
from desktop.venues.wire import Origin
from desktop.venues.withdrawals import WITHDRAWAL_HOSTS
from desktop.venues.withdrawals import parse as parse_withdrawals

_ASKED = ("GET ", "POST ")
MANY = 24
"""From so many frames on, of several kinds and coins, it is cheaper to read them together."""


class Parse(Protocol):
    """A venue's pure parser."""

    def __call__(
        self, frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable
    ) -> tuple[Message | BookChange, ...]:
        """Return what the frame says; never raises."""


class Quick(Protocol):
    """The part of a venue's parser that knows good pushes alone."""

    def __call__(
        self, frame: bytes, channel: str, received_ns: int, instruments: InstrumentTable
    ) -> tuple[Message | BookChange, ...]:
        """Return what the frame says, or nothing where only the whole parser can tell; never raises."""


class AtOnce(Protocol):
    """The part of a venue's reader that reads many good pushes of the main stream together."""

    def __call__(self, frames: Sequence[bytes], received_ns: int) -> tuple[list[Message], Sequence[bytes]]:
        """Return what they say, filled in, and the frames that have to be read one after the other; never raises."""


class FrameReader:
    """Read one venue's raw frames in the order received: parse, then fill in what was said before.

    `learn` gets every answer of REST. `quick` is asked first of what the main stream sends, and `at_once` before it
    where many came together. `books` turns changes of books into Books, and knows which whole books are wanted; live,
    the feed gets them, and in replay they come from the recording.
    """

    def __init__(
        self,
        venue: str,
        parse: Parse,
        instruments: InstrumentTable,
        whole: Callable[[tuple[Message, ...]], tuple[Message, ...]],
        learn: Callable[[RawFrame], None] | None = None,
        books: BookMemory | None = None,
        quick: Quick | None = None,
        at_once: AtOnce | None = None,
    ) -> None:
        self.venue = venue
        self.books = books or BookMemory(counted)
        self._parse = parse
        self._quick = quick or _nothing
        self._at_once = at_once
        self._instruments = instruments
        self._whole = whole
        self._learn = learn

    def read(self, raw: RawFrame) -> tuple[Message, ...]:
        """Return the messages of a frame, or of an event of the line; never raises.

        Nothing is returned for a change that a book took in.
        """
        if raw.event:
            return self._line(raw)
        channel = raw.channel
        # Only a channel with a space in its name can be an answer: the main stream, which hurries, has none.
        found: tuple[Any, ...] = (
            self._slowly(raw)
            if " " in channel
            else self._quick(raw.frame, channel, raw.received_ns, self._instruments) or self._slowly(raw)
        )
        if not found:
            # Every frame says something, and be it that nobody can read it.
            return (Origin(self.venue, channel, raw.received_ns).unparsed("nothing could be read", 0),)
        kind = type(found[0])
        if kind is Trade or (kind is Liquidation and len(found) == 1):
            # A push of trades holds nothing else, and there is nothing to fill in.
            return found
        if kind is BookChange and len(found) == 1:
            return self.books.take(found[0], channel)
        if len(found) == 1 or BookChange not in map(type, found):
            return self._whole(found)
        return self._mixed(found, channel)

    def read_all(self, frames: Sequence[bytes], channel: str, received_ns: int) -> Sequence[Message]:
        """Return what frames of one channel say that came together; never raises.

        It is what `read` returns for one after the other, but that trades of one contract are told as a run, and that
        messages of different kinds may change places.
        """
        if len(frames) == 1:
            return self.read(RawFrame(received_ns, self.venue, channel, frames[0]))
        told: list[Message] = []
        if self._at_once is not None and len(frames) >= MANY and " " not in channel:
            told, frames = self._at_once(frames, received_ns)
        for frame in frames:
            told.extend(self.read(RawFrame(received_ns, self.venue, channel, frame)))
        return told

    def _slowly(self, raw: RawFrame) -> tuple[Message | BookChange, ...]:
        if self._learn is not None and raw.channel.startswith(_ASKED):
            self._learn(raw)
        return self._parse(raw.frame, channel=raw.channel, received_ns=raw.received_ns, instruments=self._instruments)

    def _mixed(self, found: tuple[Message | BookChange, ...], channel: str) -> tuple[Message, ...]:
        plain: list[Message] = []
        for one in found:
            if isinstance(one, BookChange):
                plain.extend(self.books.take(one, channel))
            else:
                plain.append(one)
        return self._whole(tuple(plain)) if plain else ()

    def _line(self, raw: RawFrame) -> tuple[Message, ...]:
        line = _line_message(raw)
        if raw.event != "closed":
            return (line,)
        return (line, *self.books.lost(raw.channel, raw.received_ns // 1_000_000, raw.received_ns))


def _nothing(
    frame: bytes, channel: str, received_ns: int, instruments: InstrumentTable
) -> tuple[Message | BookChange, ...]:
    return ()


def _line_message(raw: RawFrame) -> Message:
    at_ms = raw.received_ns // 1_000_000
    if raw.event == "gap":
        return Gap(raw.venue, raw.channel, raw.detail, raw.since_ms or at_ms, at_ms)
    return FeedStatus(
        raw.venue, raw.channel, "connected" if raw.event == "connected" else "closed", raw.detail, at_ms
    )


READABLE_VENUES = ("binance", "bybit", "okx", "hyperliquid")
CONTEXT = "context"
BESIDE = frozenset({CONTEXT, *WITHDRAWAL_HOSTS})
"""Whose frames can be read though they are no venues with feeds of their own."""


def _as_they_are(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    return messages


def context_reader(
    whole: Callable[[tuple[Message, ...]], tuple[Message, ...]] = _as_they_are,
) -> FrameReader:
    """Return a new reader of the frames of context."""
    return FrameReader(CONTEXT, parse_context, InstrumentTable(), whole)


def frame_reader(venue: str, instruments: InstrumentTable, *, every_book: bool = False) -> FrameReader:
    """Return a new reader of this venue's frames. Raise WrongUsage for a venue that cannot be read yet.

    What a venue says of its own list of contracts renews `instruments`. With `every_book` each message about an order
    book tells the book, not only one a period.
    """
    if venue == "binance":
        return _binance(instruments, every_book)
    if venue == "bybit":
        return _bybit(instruments, every_book)
    if venue == "okx":
        return _okx(instruments, every_book)
    if venue == "hyperliquid":
        return _hyperliquid(instruments, every_book)
    raise WrongUsage(f"messages of {venue!r} cannot be read", f"Readable are {', '.join(READABLE_VENUES)}.")


def _binance(instruments: InstrumentTable, every_book: bool) -> FrameReader:
    memory = MarkMemory(instruments)
    listed = InstrumentMemory("binance", instruments, EXCHANGE_INFO.channel, binance_instruments.listings)

    def learn(raw: RawFrame) -> None:
        memory.learn(raw)
        listed.learn(raw)

    books = BookMemory(linked, beside=True, every=every_book)
    at_once = BinanceAtOnce(instruments, memory)
    return FrameReader("binance", binance.parse, instruments, memory.whole, learn, books, binance.quick, at_once)


def _bybit(instruments: InstrumentTable, every_book: bool) -> FrameReader:
    memory = TickerMemory(instruments)
    listed = InstrumentMemory(
        "bybit",
        instruments,
        bybit_instruments.FIRST_PAGE.channel,
        bybit_instruments.listings,
        is_first=lambda raw: raw.channel == bybit_instruments.FIRST_PAGE.channel,
        is_last=lambda raw: bybit_instruments.next_page(raw.frame) is None,
    )
    books = BookMemory(counted, every=every_book)
    at_once = BybitAtOnce(instruments, memory)
    return FrameReader("bybit", bybit.parse, instruments, memory.whole, listed.learn, books, bybit.quick, at_once)


def _okx(instruments: InstrumentTable, every_book: bool) -> FrameReader:
    listed = InstrumentMemory("okx", instruments, okx_instruments.SWAPS.channel, okx_instruments.listings)
    books = BookMemory(Chained(), unit=unit_in(instruments), every=every_book)
    memory = OkxMemory()
    at_once = OkxAtOnce(instruments, memory)
    return FrameReader("okx", okx.parse, instruments, memory.whole, listed.learn, books, okx.quick, at_once)


def _hyperliquid(instruments: InstrumentTable, every_book: bool) -> FrameReader:
    listed = InstrumentMemory(
        "hyperliquid", instruments, hyperliquid_instruments.META.channel, hyperliquid_instruments.listings
    )
    parser = HyperliquidParser()
    whole = _as_they_are if every_book else BookSamples().whole
    at_once = HyperliquidAtOnce(instruments)
    return FrameReader(
        "hyperliquid", parser, instruments, whole, listed.learn, quick=parser.quick, at_once=at_once
    )  # fmt: skip


class FrameReaders:
    """Read frames of all venues, each with its own memory. `every_book` as in `frame_reader`."""

    def __init__(self, instruments: InstrumentTable, *, every_book: bool = False) -> None:
        self._instruments = instruments
        self._every_book = every_book
        self._readers: dict[str, FrameReader] = {}

    def read(self, raw: RawFrame) -> tuple[Message, ...]:
        """Return the messages of the frame; of a venue that cannot be read yet, that it is unparsed."""
        reader = self._readers.get(raw.venue)
        if reader is None:
            if raw.venue not in READABLE_VENUES and raw.venue not in BESIDE:
                origin = Origin(raw.venue, raw.channel, raw.received_ns)
                return (_line_message(raw) if raw.event else origin.unparsed("no parser for this venue", 0),)
            reader = self._readers[raw.venue] = self._new_reader(raw.venue)
        return reader.read(raw)

    def _new_reader(self, venue: str) -> FrameReader:
        if venue == CONTEXT:
            return context_reader()
        if venue in WITHDRAWAL_HOSTS:
            return FrameReader(venue, parse_withdrawals, self._instruments, _as_they_are)
        return frame_reader(venue, self._instruments, every_book=self._every_book)
