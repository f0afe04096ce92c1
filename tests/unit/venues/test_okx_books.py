"""OKX's books by their chain of numbers, through the reader that recordings go through as well."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.market import Book, Gap, Message, Unparsed
from desktop.domain.raw_frame import RawFrame
from desktop.venues.okx.stream import BOOKS_CHANNEL
from desktop.venues.reading import FrameReader, frame_reader

AT_MS = 1_790_000_000_000
SWAP = "BTC-USDT-SWAP"
Levels = list[tuple[str, str]]
BIDS: Levels = [("80000.0", "100"), ("79990.0", "200")]
ASKS: Levels = [("80000.1", "100"), ("80010.0", "200")]


def reader() -> FrameReader:
    return frame_reader(
        "okx",
        InstrumentTable(
            [
                Instrument("okx", SWAP, "BTC", Decimal("0.01"), "BTC", Decimal(1), "linear"),
                Instrument("okx", "BTC-USD-SWAP", "BTC", Decimal(100), "USD", Decimal(1), "inverse"),
            ]
        ),
    )


def reads(reader: FrameReader, frame: bytes) -> tuple[Message, ...]:
    return reader.read(RawFrame(AT_MS * 1_000_000, "okx", BOOKS_CHANNEL, frame))


def push(
    number: int, before: int, bids: Levels, asks: Levels, *, at_ms: int = AT_MS, symbol: str = SWAP, action: str = ""
) -> bytes:
    row = {
        "asks": [[price, size, "0", "3"] for price, size in asks],
        "bids": [[price, size, "0", "3"] for price, size in bids],
        "ts": str(at_ms), "checksum": 0, "seqId": number, "prevSeqId": before,
    }  # fmt: skip
    action = action or ("snapshot" if before == -1 else "update")
    frame = {"arg": {"channel": "books", "instId": symbol}, "action": action, "data": [row]}
    return json.dumps(frame, separators=(",", ":")).encode()


def book_of(messages: tuple[Message, ...]) -> Book:
    (book,) = messages
    assert isinstance(book, Book)
    return book


def test_a_whole_book_is_told_in_coins() -> None:
    book = book_of(reads(reader(), push(10, -1, BIDS, ASKS)))
    assert (book.bid, book.ask, book.gap) == ("80000.0", "80000.1", False)
    assert book.bids == ((80000.0, 1.0), (79990.0, 2.0))
    assert (book.low, book.high) == (79990.0, 80010.0)


def test_changes_follow_by_the_number_they_name() -> None:
    books = reader()
    reads(books, push(10, -1, BIDS, ASKS))
    assert reads(books, push(15, 10, [("80000.0", "0")], [], at_ms=AT_MS + 100)) == ()
    book = book_of(reads(books, push(16, 15, [("79999.0", "50")], [], at_ms=AT_MS + 5_000)))
    assert (book.bid, book.bids) == ("79999.0", ((79999.0, 0.5), (79990.0, 2.0)))


def test_equal_numbers_are_a_sign_of_life_and_the_book_stays_known() -> None:
    books = reader()
    reads(books, push(10, -1, BIDS, ASKS))
    assert book_of(reads(books, push(10, 10, [], [], at_ms=AT_MS + 60_000))).bid == "80000.0"
    assert book_of(reads(books, push(11, 10, [], [], at_ms=AT_MS + 61_000))).gap is False


def test_numbers_that_begin_anew_go_on() -> None:
    books = reader()
    reads(books, push(9000, -1, BIDS, ASKS))
    book = book_of(reads(books, push(3, 9000, [("80000.05", "1")], [], at_ms=AT_MS + 1_000)))
    assert book.bid == "80000.05"
    assert book_of(reads(books, push(4, 3, [], [], at_ms=AT_MS + 2_000))).gap is False


def test_a_missing_change_breaks_the_book_and_a_whole_one_mends_it() -> None:
    books = reader()
    reads(books, push(10, -1, BIDS, ASKS))
    gap, unknown = reads(books, push(20, 15, [], [], at_ms=AT_MS + 100))
    assert isinstance(gap, Gap)
    assert isinstance(unknown, Book)
    assert (unknown.gap, unknown.bids) == (True, ())
    assert books.books.wanted() == (SWAP,)
    assert reads(books, push(21, 20, [], [], at_ms=AT_MS + 200)) == ()
    assert book_of(reads(books, push(22, -1, BIDS, ASKS, at_ms=AT_MS + 300))).gap is False


def test_a_change_of_the_old_socket_is_passed_over_but_a_missed_reset_is_not() -> None:
    books = reader()
    reads(books, push(10, -1, BIDS, ASKS))
    reads(books, push(15, 10, [], [], at_ms=AT_MS + 100))
    assert reads(books, push(15, 10, [], [], at_ms=AT_MS + 100)) == ()
    assert books.books.wanted() == ()
    gap, _ = reads(books, push(5, 4, [], [], at_ms=AT_MS + 200))
    assert isinstance(gap, Gap)


@pytest.mark.parametrize("symbol", ["BTC-USD-SWAP", "NEW-USDT-SWAP"])
def test_sizes_that_cannot_be_told_in_coins_are_left_out(symbol: str) -> None:
    book = book_of(reads(reader(), push(10, -1, BIDS, ASKS, symbol=symbol)))
    assert (book.bid, book.ask, book.bids, book.asks) == ("80000.0", "80000.1", (), ())


@pytest.mark.parametrize(
    "frame",
    [
        push(10, -1, [("80000.0", "x")], ASKS),
        push(10, -1, [("-1", "1")], ASKS),
        push(10, 9, BIDS, ASKS, action="snapshot"),
        push(10, -1, BIDS, ASKS, action="update"),
        push(10, -1, BIDS, ASKS)[:-5],
        push(10, -1, BIDS, ASKS).replace(b'"ts":"1', b'"ts":"x'),
    ],
)
def test_a_push_that_is_off_is_unparsed(frame: bytes) -> None:
    (trouble,) = reads(reader(), frame)
    assert isinstance(trouble, Unparsed)


@given(st.data())
def test_a_damaged_push_never_raises(draw: st.DataObject) -> None:
    books = reader()
    reads(books, push(10, -1, BIDS, ASKS))
    frame = bytearray(push(11, 10, BIDS, ASKS))
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    reads(books, bytes(frame))
