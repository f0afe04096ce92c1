"""An order book, level by level, as a venue's changes leave it. Pure, and the same for every venue.

Sizes are absolute, and zero takes a level away. Prices are kept by the venue's own digits; numbers are made of them
only when the book is looked at, because changes come many times as often.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.number_text import number, plain_number

TextLevel = tuple[str, str]
Levels = tuple[tuple[float, float], ...]

_ZEROS = frozenset(["0", *(f"0.{'0' * digits}" for digits in range(1, 19))])
_GREATEST = 1e300
# A static level is not sent again when the price comes near it, so far more is kept than is asked for.
_FORGOTTEN = 10


class BookChange(msgspec.Struct, frozen=True, gc=False):
    """What one frame says about one book: `whole` replaces it, anything else changes levels.

    `first` and `last` are the venue's numbers of the updates within, `previous` the `last` of the frame before, None
    where the venue does not say. Levels are (price, size) in the venue's digits.
    """

    venue: str
    symbol: str
    coin: str
    bids: list[TextLevel]
    asks: list[TextLevel]
    whole: bool
    first: int
    last: int
    previous: int | None
    at_ms: int
    received_ns: int = 0


class Reach(NamedTuple):
    """The prices between which a book is whole; None: not known. Beyond them only levels that changed are known."""

    low: float | None
    high: float | None


class BookView(NamedTuple):
    """A book as looked at: best prices in the venue's digits (None: an empty side), levels best first."""

    bid: str | None
    ask: str | None
    bids: Levels
    asks: Levels


class OrderBook:
    """The levels of one book. Sides that cross, or a level that is no number, raise Unreadable when looked at."""

    def __init__(self) -> None:
        self._bids: dict[str, str] = {}
        self._asks: dict[str, str] = {}
        self.reach = Reach(None, None)

    def replace(self, bids: Iterable[TextLevel], asks: Iterable[TextLevel]) -> None:
        """Forget what there was and take these levels. Raise Unreadable for a level that is no number."""
        self._bids, self._asks = dict(bids), dict(asks)
        self.reach = Reach(
            min(map(_number, self._bids), default=None),
            max(map(_number, self._asks), default=None),
        )

    def apply(self, bids: Iterable[TextLevel], asks: Iterable[TextLevel]) -> None:
        """Set these levels. Those of size zero go when the book is looked at."""
        self._bids.update(bids)
        self._asks.update(asks)

    def look(self, fraction: float) -> BookView:
        """Return the book within this fraction of its middle (of its one best price if a side is empty).

        Levels ten times as far are forgotten: they come again when they change, or with the next whole book.
        """
        bids, asks = _ascending(self._bids), _ascending(self._asks)
        best = [side[end][0] for side, end in ((bids, -1), (asks, 0)) if side]
        if not best:
            return BookView(None, None, (), ())
        if len(best) == 2 and best[0] >= best[1]:
            raise Unreadable(f"the book is crossed: bid {best[0]}, ask {best[1]}")
        middle = sum(best) / len(best)
        near, far = fraction * middle, _FORGOTTEN * fraction * middle
        if bids and bids[0][0] < middle - far:
            self._bids = _kept(self._bids, middle - far, middle + far)
        if asks and asks[-1][0] > middle + far:
            self._asks = _kept(self._asks, middle - far, middle + far)
        return BookView(
            max(self._bids, key=number, default=None),
            min(self._asks, key=number, default=None),
            tuple(reversed(bids[bisect_left(bids, (middle - near,)) :])),
            tuple(asks[: bisect_right(asks, (middle + near, _GREATEST))]),
        )

    def __len__(self) -> int:
        return len(self._bids) + len(self._asks)


def _ascending(side: dict[str, str]) -> list[tuple[float, float]]:
    """Take levels of size zero out and return the others as numbers, ascending by price.

    Raise Unreadable if one is no number above zero.
    """
    for price in [price for price, size in side.items() if size in _ZEROS]:
        del side[price]
    try:
        levels = sorted(_numbers(side))
    except ValueError as error:
        raise Unreadable(f"a level of the book is no number: {error}") from None
    sizes = [size for _, size in levels]
    # A NaN compares with nothing, but no sum with one in it is below anything.
    if levels and not (levels[0][0] > 0 and min(sizes) > 0 and sum(sizes) + levels[-1][0] < _GREATEST):
        raise Unreadable("a level of the book is not a number above zero")
    return levels


def _numbers(side: dict[str, str]) -> list[tuple[float, float]]:
    try:
        return [(plain_number(price), plain_number(size)) for price, size in side.items()]
    except ValueError:
        return [(number(price), number(size)) for price, size in side.items()]


def _kept(side: dict[str, str], low: float, high: float) -> dict[str, str]:
    return {price: size for price, size in side.items() if low <= number(price) <= high}


def _number(text: str) -> float:
    try:
        value = number(text)
    except ValueError:
        value = 0.0
    if 0.0 < value < _GREATEST:
        return value
    raise Unreadable(f"a level of the book has {text[:40]!r}, not a number above zero")
