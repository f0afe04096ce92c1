import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.book import OrderBook, Reach
from desktop.domain.errors import Unreadable


def book_of(bids: dict[str, str], asks: dict[str, str]) -> OrderBook:
    book = OrderBook()
    book.replace(bids.items(), asks.items())
    return book


def test_sizes_are_absolute_and_zero_takes_a_level_away() -> None:
    book = book_of({"100.0": "1", "99.9": "2"}, {"100.1": "3", "100.2": "4"})
    book.apply([("100.0", "0.000"), ("99.9", "5"), ("99.8", "6")], [("100.1", "0"), ("100.3", "1")])
    assert book.look(0.02)[:2] == ("99.9", "100.2")
    assert book.look(0.02)[2:] == (((99.9, 5.0), (99.8, 6.0)), ((100.2, 4.0), (100.3, 1.0)))


def test_the_venues_digits_are_kept_and_compared_as_numbers() -> None:
    book = book_of({"9.90": "1", "10.00": "1"}, {"10.10": "1", "11.00": "1"})
    assert book.look(0.02)[:2] == ("10.00", "10.10")


def test_only_levels_near_the_middle_are_told_and_those_far_away_come_back_with_the_price() -> None:
    book = book_of({"100": "1", "97": "2", "50": "9"}, {"101": "1", "104": "2"})
    assert book.look(0.02)[2:] == (((100.0, 1.0),), ((101.0, 1.0),))
    book.apply([("100", "0")], [("98", "1")])
    assert book.look(0.02)[2:] == (((97.0, 2.0),), ((98.0, 1.0),))
    assert len(book) == 4, "the bid at half the price is forgotten"


def test_what_is_known_reaches_as_far_as_the_whole_book_did() -> None:
    assert book_of({"100": "1", "90": "2"}, {"101": "1"}).reach == Reach(90.0, 101.0)
    assert book_of({}, {}).reach == Reach(None, None)


def test_an_empty_side_has_no_best_price() -> None:
    book = book_of({"100": "1"}, {})
    assert book.look(0.02)[:2] == ("100", None)
    assert book.look(0.02)[2:] == (((100.0, 1.0),), ())
    assert book_of({}, {}).look(0.02)[2:] == ((), ())


@pytest.mark.parametrize(
    ("bids", "asks", "words"),
    [
        ({"100": "1"}, {"100": "1"}, "crossed"),
        ({"101": "1"}, {"100": "1"}, "crossed"),
        ({"100": "1", "1.2.3": "1"}, {"101": "1"}, "no"),
        ({"100": "nan"}, {"101": "1"}, "no|not a number"),
        ({"100": "-1"}, {"101": "1"}, "no|not a number"),
    ],
)
def test_what_cannot_be_a_book_is_refused(bids: dict[str, str], asks: dict[str, str], words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        book_of(bids, asks).look(0.02)


changes = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), max_size=40)


@given(changes, changes)
def test_changes_one_by_one_or_together_make_the_same_book(
    bids: list[tuple[int, int]], asks: list[tuple[int, int]]
) -> None:
    below = [(f"{price / 100:.2f}", str(size)) for price, size in bids]
    above = [(f"{1 + price / 100:.2f}", str(size)) for price, size in asks]
    at_once, by_steps = OrderBook(), OrderBook()
    at_once.apply(below, above)
    for level in below:
        by_steps.apply([level], [])
        by_steps.look(10)
    for level in above:
        by_steps.apply([], [level])
    expected = {price: size for price, size in dict(below).items() if size != "0"}
    assert at_once.look(10) == by_steps.look(10)
    assert at_once.look(10).bid == (max(expected, key=float) if expected else None)
