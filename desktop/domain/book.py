"""An order book, level by level, as a venue's changes leave it. Pure, and the same for every venue.

Sizes are absolute, and zero takes a level away. Prices are kept by the venue's own digits; numbers are made of them
only when the book is looked at, because changes come many times as often.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from desktop.domain.errors import Unreadable

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

    def best(self) -> tuple[str | None, str | None]:
        """Return best bid and best ask in the venue's digits, None for an empty side."""
        try:
            bid = max(_without_zeros(self._bids), key=float, default=None)
            ask = min(_without_zeros(self._asks), key=float, default=None)
        except ValueError as error:
            raise Unreadable(f"a level of the book is no number: {error}") from None
        if bid is not None and ask is not None and _number(bid) >= _number(ask):
            raise Unreadable(f"the book is crossed: bid {bid}, ask {ask}")
        return bid, ask

    def within(self, fraction: float) -> tuple[Levels, Levels]:
        """Return bids and asks, best first, within this fraction of the middle (of the one best if a side is empty).

        Levels ten times as far are forgotten: they come again when they change, or with the next whole book.
        """
        ends = [float(end) for end in self.best() if end is not None]
        if not ends:
            return (), ()
        middle = sum(ends) / len(ends)
        far = _FORGOTTEN * fraction * middle
        near = fraction * middle
        bids = [one for one in _kept(self._bids, middle - far, middle + far) if one[0] >= middle - near]
        asks = [one for one in _kept(self._asks, middle - far, middle + far) if one[0] <= middle + near]
        return tuple(sorted(bids, reverse=True)), tuple(sorted(asks))

    def __len__(self) -> int:
        return len(self._bids) + len(self._asks)


def _without_zeros(side: dict[str, str]) -> dict[str, str]:
    for price in [price for price, size in side.items() if size in _ZEROS]:
        del side[price]
    return side


def _kept(side: dict[str, str], low: float, high: float) -> list[tuple[float, float]]:
    """Return the levels between these prices as numbers, and take the others out of `side`."""
    kept = []
    for text, size in list(side.items()):
        price = _number(text)
        if low <= price <= high:
            kept.append((price, _number(size)))
        else:
            del side[text]
    return kept


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if 0.0 < value < _GREATEST:
        return value
    raise Unreadable(f"a level of the book has {text[:40]!r}, not a number above zero")
