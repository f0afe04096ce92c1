"""Books kept by each venue's rule of sequence, through the readers that recordings go through as well."""

import json

import pytest

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Book, FeedStatus, Gap, Message, Unparsed
from desktop.domain.raw_frame import RawFrame
from desktop.venues.reading import FrameReader, frame_reader

AT_MS = 1_790_000_000_000
BINANCE = "books /public/stream"
BYBIT = "books /v5/public/linear"
WHOLE = "GET /fapi/v1/depth?symbol=BTCUSDT&limit=1000"
Levels = list[tuple[str, str]]


def reads(reader: FrameReader, channel: str, value: object) -> tuple[Message, ...]:
    frame = json.dumps(value, separators=(",", ":")).encode()
    return reader.read(RawFrame(AT_MS * 1_000_000, reader.venue, channel, frame))


def diff(first: int, last: int, before: int, *, at_ms: int = AT_MS, bids: Levels | None = None) -> dict[str, object]:
    data = {"e": "depthUpdate", "E": at_ms + 4, "T": at_ms, "s": "BTCUSDT", "U": first, "u": last, "pu": before}
    return {"stream": "btcusdt@depth@500ms", "data": {**data, "b": bids or [], "a": [], "st": 1}}


def whole(number: int, bids: Levels, asks: Levels, at_ms: int = AT_MS) -> dict[str, object]:
    return {"lastUpdateId": number, "E": at_ms, "T": at_ms, "bids": bids, "asks": asks}


def pushed(kind: str, number: int, bids: Levels, asks: Levels, at_ms: int = AT_MS) -> dict[str, object]:
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": number, "seq": 7 * number}
    return {"topic": "orderbook.1000.BTCUSDT", "type": kind, "ts": at_ms + 2, "data": data, "cts": at_ms}


def binance() -> FrameReader:
    return frame_reader("binance", InstrumentTable())


BIDS: Levels = [("80000.0", "1"), ("79990.0", "2")]
ASKS: Levels = [("80000.1", "1"), ("80010.0", "2")]


def one_book(messages: tuple[Message, ...]) -> Book:
    (book,) = messages
    assert isinstance(book, Book)
    return book


def test_binance_changes_wait_for_the_whole_book_and_begin_where_it_ends() -> None:
    reader = binance()
    assert reads(reader, BINANCE, diff(5, 8, 4, bids=[("80000.0", "9")])) == ()
    assert reads(reader, BINANCE, diff(9, 12, 8, bids=[("80000.0", "3")])) == ()
    assert reader.books.wanted() == ("BTCUSDT",)
    book = one_book(reads(reader, WHOLE, whole(10, BIDS, ASKS)))
    assert reader.books.wanted() == ()
    assert (book.bid, book.ask, book.bids[0]) == ("80000.0", "80000.1", (80000.0, 3.0))
    assert (book.low, book.high) == (79990.0, 80010.0)


def test_a_whole_book_older_than_the_stream_is_asked_for_again() -> None:
    reader = binance()
    reads(reader, BINANCE, diff(50, 60, 49))
    assert reads(reader, WHOLE, whole(40, BIDS, ASKS)) == ()
    assert reader.books.wanted() == ("BTCUSDT",)
    assert one_book(reads(reader, WHOLE, whole(55, BIDS, ASKS))).bid == "80000.0"


def test_a_binance_gap_is_told_and_the_change_that_showed_it_is_kept() -> None:
    reader = binance()
    reads(reader, WHOLE, whole(10, BIDS, ASKS))
    assert reads(reader, BINANCE, diff(9, 12, 8)) == ()
    gap, unknown = reads(reader, BINANCE, diff(20, 22, 19, at_ms=AT_MS + 500, bids=[("80000.0", "7")]))
    assert isinstance(gap, Gap)
    assert (gap.channel, gap.since_ms, gap.at_ms) == (BINANCE, AT_MS, AT_MS + 500)
    assert isinstance(unknown, Book)
    assert (unknown.gap, unknown.bid, unknown.bids) == (True, None, ())
    assert one_book(reads(reader, WHOLE, whole(21, BIDS, ASKS))).bids[0] == (80000.0, 7.0)


def test_repeated_and_reordered_old_changes_change_nothing() -> None:
    reader = binance()
    reads(reader, WHOLE, whole(10, BIDS, ASKS))
    reads(reader, BINANCE, diff(9, 12, 8))
    reads(reader, BINANCE, diff(13, 15, 12))
    for again in (diff(13, 15, 12, bids=[("80000.0", "0")]), diff(9, 12, 8, bids=[("80000.0", "0")])):
        assert reads(reader, BINANCE, again) == ()
    assert one_book(reads(reader, BINANCE, diff(16, 17, 15, at_ms=AT_MS + 5_000))).bid == "80000.0"


@pytest.mark.parametrize(("others", "seconds"), [(0, list(range(1, 13))), (10, [5, 10])])
def test_few_books_are_told_each_second_and_many_each_five(others: int, seconds: list[int]) -> None:
    reader = binance()
    for number in range(others):
        reads(reader, f"GET /fapi/v1/depth?symbol=X{number}USDT&limit=1000", whole(10, BIDS, ASKS))
    reads(reader, WHOLE, whole(10, BIDS, ASKS))
    told: list[int] = []
    for number in range(24):
        at_ms = AT_MS + 500 * (number + 1)
        for message in reads(reader, BINANCE, diff(11 + number, 11 + number, 10 + number, at_ms=at_ms)):
            told.append(message.at_ms - AT_MS)
    assert told == [1000 * second for second in seconds]


def test_bybit_snapshots_replace_and_numbers_go_up_by_one() -> None:
    reader = frame_reader("bybit", InstrumentTable())
    assert reads(reader, BYBIT, pushed("delta", 4, [("80000.0", "2")], [])) == ()
    assert reader.books.wanted() == ("BTCUSDT",)
    assert one_book(reads(reader, BYBIT, pushed("snapshot", 5, BIDS, ASKS))).bid == "80000.0"
    assert reads(reader, BYBIT, pushed("delta", 6, [("80000.0", "0")], [])) == ()
    assert one_book(reads(reader, BYBIT, pushed("delta", 7, [], [], AT_MS + 1000))).bid == "79990.0"
    gap, unknown = reads(reader, BYBIT, pushed("delta", 9, [], [], AT_MS + 1200))
    assert isinstance(gap, Gap)
    assert isinstance(unknown, Book)
    assert unknown.gap
    # After a restart of the venue the numbers begin anew.
    assert one_book(reads(reader, BYBIT, pushed("snapshot", 1, BIDS, ASKS, AT_MS + 1300))).bid == "80000.0"
    assert one_book(reads(reader, BYBIT, pushed("delta", 2, [], [], AT_MS + 2000))).bid == "80000.0"


@pytest.mark.parametrize(
    ("levels", "field"),
    [
        ([("80000.0", "NaN")], "b"),
        ([("-1", "2")], "b"),
        ([("1e5", "2")], "b"),
        ([("", "2")], "b"),
        ([("1", "")], "b"),
    ],
)
def test_a_level_that_is_no_number_is_unparsed_and_breaks_nothing_before_it(levels: Levels, field: str) -> None:
    reader = frame_reader("bybit", InstrumentTable())
    reads(reader, BYBIT, pushed("snapshot", 5, BIDS, ASKS))
    frame = pushed("delta", 6, levels, [])
    (message,) = reads(reader, BYBIT, frame)
    assert isinstance(message, Unparsed)
    assert message.reason.startswith(f"{field} is ")
    assert message.offset == json.dumps(frame, separators=(",", ":")).index('"b":') + 4


def test_sides_that_cross_are_a_gap() -> None:
    reader = frame_reader("bybit", InstrumentTable())
    reads(reader, BYBIT, pushed("snapshot", 5, BIDS, ASKS))
    gap, unknown = reads(reader, BYBIT, pushed("delta", 6, [("80005.0", "1")], [], AT_MS + 1000))
    assert isinstance(gap, Gap)
    assert "crossed" in gap.reason
    assert isinstance(unknown, Book)
    assert reader.books.wanted() == ("BTCUSDT",)


def test_a_closed_socket_takes_its_books_along_and_no_others() -> None:
    reader = frame_reader("bybit", InstrumentTable())
    reads(reader, BYBIT, pushed("snapshot", 5, BIDS, ASKS))
    closed = RawFrame(AT_MS * 1_000_000, "bybit", "/v5/public/linear", event="closed", detail="x")
    assert [type(one) for one in reader.read(closed)] == [FeedStatus]
    closed = RawFrame(AT_MS * 1_000_000, "bybit", BYBIT, event="closed", detail="x")
    status, unknown = reader.read(closed)
    assert isinstance(status, FeedStatus)
    assert isinstance(unknown, Book)
    assert unknown.gap


def test_a_symbol_no_longer_watched_is_forgotten() -> None:
    reader = frame_reader("bybit", InstrumentTable())
    reads(reader, BYBIT, pushed("snapshot", 5, BIDS, ASKS))
    reader.books.watch(["ETHUSDT"])
    assert reads(reader, BYBIT, pushed("delta", 6, [], [], AT_MS + 9000)) == ()
    assert reader.books.wanted() == ()


@pytest.mark.parametrize(
    ("first", "last", "before", "step"),
    [
        (7, 9, 6, "old"),  # u < lastUpdateId
        (7, 10, 6, "next"),  # u == lastUpdateId
        (10, 13, 9, "next"),  # U == lastUpdateId
        (11, 13, 10, "next"),  # it names the whole book's number
        (11, 13, 9, "gap"),  # nobody knows what was between
        (12, 13, 11, "gap"),
    ],
)
def test_the_first_change_after_a_whole_book_must_span_its_number(
    first: int, last: int, before: int, step: str
) -> None:
    reader = binance()
    reads(reader, WHOLE, whole(10, BIDS, ASKS))
    told = reads(reader, BINANCE, diff(first, last, before, at_ms=AT_MS + 2_000, bids=[("80000.0", "5")]))
    assert {"old": [], "next": [Book], "gap": [Gap, Book]}[step] == [type(one) for one in told]
    follows = reads(reader, BINANCE, diff(last + 1, last + 2, last, at_ms=AT_MS + 4_000))
    assert bool(follows) == (step != "gap"), "after a gap only a whole book helps"


def test_of_a_lost_book_nothing_is_left_that_the_next_change_could_follow() -> None:
    reader = binance()
    reads(reader, BINANCE, diff(9, 12, 8))
    reads(reader, WHOLE, whole(10, BIDS, ASKS))
    closed = RawFrame(AT_MS * 1_000_000, "binance", BINANCE, event="closed", detail="x")
    assert [type(one) for one in reader.read(closed)] == [FeedStatus, Book]
    assert reader.books.wanted() == ("BTCUSDT",)
    assert [type(one) for one in reader.read(closed)] == [FeedStatus], "it is lost once"
    assert reads(reader, BINANCE, diff(13, 15, 12, at_ms=AT_MS + 3_000)) == ()
    book = one_book(reads(reader, WHOLE, whole(14, [("79000.0", "1")], ASKS, AT_MS + 3_000)))
    assert book.bids == ((79000.0, 1.0),)


def test_changes_from_before_a_break_are_no_part_of_the_next_whole_book() -> None:
    reader = binance()
    reads(reader, BINANCE, diff(50, 60, 49, bids=[("79999.0", "9")]))
    closed = RawFrame(AT_MS * 1_000_000, "binance", BINANCE, event="closed", detail="x")
    reader.read(closed)
    reads(reader, BINANCE, diff(70, 72, 69))
    assert one_book(reads(reader, WHOLE, whole(71, BIDS, ASKS))).bids == ((80000.0, 1.0), (79990.0, 2.0))
