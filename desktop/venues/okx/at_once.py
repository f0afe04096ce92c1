"""What many of OKX's pushes say when they are read at once. Never raises."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import msgspec

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message
from desktop.venues.at_once import ReadKind, by_kind
from desktop.venues.forced_order import ForcedColumns, liquidations_of
from desktop.venues.okx.memory import MarkMemory
from desktop.venues.okx.parse import HEAD, orders_of, trades_of
from desktop.venues.okx.rows import VENUE, MarkRow, closed
from desktop.venues.trade_runs import TradeColumns, trade_runs
from desktop.venues.wire import all_above_zero

_TRADES = HEAD + b'trades",'
_FORCED = HEAD + b"liquidat"
_MARKS = HEAD + b"mark-pri"


class _Marks(msgspec.Struct, gc=False):
    data: list[MarkRow]


_marks_of = msgspec.json.Decoder(_Marks, strict=False).decode


class OkxAtOnce:
    """Reads trades, liquidations and mark prices. One thread."""

    def __init__(self, instruments: InstrumentTable, memory: MarkMemory) -> None:
        self._listed = instruments.of_venue[VENUE]
        self._memory = memory
        self._readers: dict[bytes, ReadKind] = {_TRADES: self._runs, _FORCED: self._prints, _MARKS: self._marks}

    def __call__(self, frames: Sequence[bytes], received_ns: int) -> tuple[list[Message], Sequence[bytes]]:
        """Return what the pushes say, and the frames that have to be read one after the other."""
        return by_kind(frames, received_ns, self._readers)

    def _runs(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        pushes = [push.data for push in map(trades_of, frames)]
        if not all(pushes):
            return None  # a push of nothing is told by itself
        rows = list(chain.from_iterable(pushes))
        columns = TradeColumns(
            [row.inst_id for row in rows],
            [row.sz for row in rows],
            [row.px for row in rows],
            [row.side == "buy" for row in rows],
            [row.ts for row in rows],
        )
        return trade_runs(columns, received_ns, self._listed)

    def _prints(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        pushes = [push.data for push in map(orders_of, frames)]
        orders = list(chain.from_iterable(pushes))
        details = list(chain.from_iterable([order.details for order in orders]))
        if not all(pushes) or not all(order.details for order in orders):
            return None
        columns = ForcedColumns(
            [order.inst_id for order in orders for _ in order.details],
            [closed(detail) for detail in details],
            [detail.sz for detail in details],
            [detail.bk_px for detail in details],
            [detail.ts for detail in details],
        )
        return liquidations_of(columns, "bankruptcy", received_ns, self._listed)

    def _marks(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        pushes = [push.data for push in map(_marks_of, frames)]
        rows = list(chain.from_iterable(pushes))
        if not all(pushes) or all_above_zero([row.mark_px for row in rows]) is None:
            return None
        listed, marked = self._listed, self._memory.marked
        return [marked(row.inst_id, listed[row.inst_id].coin, row.mark_px, row.ts, received_ns) for row in rows]
