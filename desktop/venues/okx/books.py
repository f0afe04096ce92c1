"""OKX's books: 400 levels, then what changes; each change names the one before. Pure.

A change without levels whose numbers are equal is a sign of life. After maintenance the numbers begin anew: such a
change still names the one before it. Sizes count contracts. Source: the venue's v5 documentation of 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from desktop.domain.book import BookChange, TextLevel
from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.venues.book_memory import Step
from desktop.venues.okx.rows import VENUE, Ms, Symbol
from desktop.venues.wire import check_levels, plain_levels


class _Level(msgspec.Struct, array_like=True, gc=False):
    # Two more follow: one that is always "0", and the number of orders.
    px: str
    sz: str


class BookRow(msgspec.Struct, gc=False, rename="camel"):
    """The levels of one push; `prevSeqId` is -1 in a whole book."""

    bids: list[_Level]
    asks: list[_Level]
    ts: Ms
    seq_id: int
    prev_seq_id: int


class _Arg(msgspec.Struct, gc=False, rename="camel"):
    inst_id: Symbol


class BookPush(msgspec.Struct, gc=False):
    """A push of `books`: a snapshot replaces the book, an update changes levels."""

    arg: _Arg
    action: Literal["snapshot", "update"]
    data: Annotated[list[BookRow], msgspec.Meta(min_length=1, max_length=1)]


push_of = msgspec.json.Decoder(BookPush, strict=False).decode


def book_of(push: BookPush, received_ns: int, instruments: InstrumentTable) -> BookChange:
    """Return the changes of the book, or the whole of it. Raise Unreadable for a level that is none."""
    row, symbol = push.data[0], push.arg.inst_id
    bids, asks = _levels(row.bids), _levels(row.asks)
    if not (plain_levels(bids) and plain_levels(asks)):
        check_levels(bids, "bids")
        check_levels(asks, "asks")
    whole = push.action == "snapshot"
    if whole != (row.prev_seq_id == -1):
        raise Unreadable(f"prevSeqId is {row.prev_seq_id} in a push that is called {push.action}")
    coin = instruments.of_venue[VENUE][symbol].coin
    previous = None if whole else row.prev_seq_id
    return BookChange(VENUE, symbol, coin, bids, asks, whole, row.seq_id, row.seq_id, previous, row.ts, received_ns)


def _levels(side: list[_Level]) -> list[TextLevel]:
    return [(level.px, level.sz) for level in side]


class Chained:
    """Judge by each change naming the one before, whichever way the numbers go. One thread at a time.

    A lower number is an old change only if it is not younger than the last: after a reset that was missed it is not.
    """

    def __init__(self) -> None:
        self._at_ms: dict[str, int] = {}

    def __call__(self, change: BookChange, last: int, fresh: bool) -> Step:
        """Return whether the change follows the number `last`; `fresh`: that of a whole book."""
        if change.previous == last:
            self._at_ms[change.symbol] = change.at_ms
            return "next"
        if change.last > last:
            return "gap"
        return "old" if fresh or change.at_ms <= self._at_ms.get(change.symbol, change.at_ms) else "gap"


def unit_in(instruments: InstrumentTable) -> Callable[[str], float | None]:
    """Return what tells the coins in one contract: None where unknown, or where they hang on the price."""

    def unit(symbol: str) -> float | None:
        coins = instruments.find(VENUE, symbol).coins_per_unit
        return None if coins is None else float(coins)

    return unit
