"""What many of Binance's pushes say when they are read at once. Never raises.

Here the kind of a push stands behind the name of its contract, so that all are decoded first and sorted afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Liquidation, Mark, Message, TradeRun
from desktop.venues.binance.memory import MarkMemory
from desktop.venues.binance.parse import combined_event
from desktop.venues.binance.rows import (
    USUAL_FUNDING_INTERVAL_H,
    VENUE,
    AggTrade,
    ForceOrder,
    MarkPrice,
)
from desktop.venues.forced_order import ForcedColumns, liquidations_of
from desktop.venues.trade_runs import TradeColumns, trade_runs
from desktop.venues.wire import DECODE_FAILURES, all_above_zero, all_rates


class BinanceAtOnce:
    """Reads trades, forced orders and marks of the combined stream. One thread."""

    def __init__(self, instruments: InstrumentTable, memory: MarkMemory) -> None:
        self._listed = instruments.of_venue[VENUE]
        self._memory = memory

    def __call__(self, frames: Sequence[bytes], received_ns: int) -> tuple[list[Message], Sequence[bytes]]:
        """Return what the pushes say, trades first, and the frames that have to be read one after the other."""
        if not b"".join(frames).isascii():
            return [], frames
        try:
            events = [one.data for one in map(combined_event, frames)]
        except DECODE_FAILURES:
            return [], frames
        trades = [event for event in events if type(event) is AggTrade]
        others = [event for event in events if type(event) is not AggTrade] if len(trades) < len(events) else []
        forced = [event for event in others if type(event) is ForceOrder]
        marks = [event for event in others if type(event) is MarkPrice]
        if len(trades) + len(forced) + len(marks) != len(events):
            return [], frames
        runs = self._runs(trades, received_ns) if trades else []
        prints = self._prints(forced, received_ns) if forced else []
        told = self._marks(marks, received_ns) if marks else []
        if runs is None or prints is None or told is None:
            return [], frames
        if marks:
            self._memory.heard([event.s for event in marks], [event.p for event in marks])
        return [*runs, *prints, *told], ()

    def _runs(self, trades: list[AggTrade], received_ns: int) -> list[TradeRun] | None:
        columns = TradeColumns(
            [event.s for event in trades],
            [event.q for event in trades],
            [event.p for event in trades],
            # m: the buyer was the maker, so the taker sold.
            [not event.m for event in trades],
            [event.T for event in trades],
        )
        return trade_runs(columns, received_ns, self._listed)

    def _prints(self, forced: list[ForceOrder], received_ns: int) -> list[Liquidation] | None:
        orders = [event.o for event in forced]
        columns = ForcedColumns(
            [order.s for order in orders],
            ["long" if order.S == "SELL" else "short" for order in orders],
            [order.z for order in orders],
            [order.ap for order in orders],
            [order.T for order in orders],
        )
        return liquidations_of(columns, "fill", received_ns, self._listed)

    def _marks(self, marks: list[MarkPrice], received_ns: int) -> list[Mark] | None:
        rates = all_rates([event.r or "" for event in marks])
        if (
            rates is None
            or all_above_zero([event.p for event in marks] + [event.i or event.p for event in marks]) is None
        ):
            return None
        listed, usual = self._listed, USUAL_FUNDING_INTERVAL_H
        interval_h = self._memory.intervals_h.get
        return [
            Mark(
                VENUE,
                event.s,
                listed[event.s].coin,
                event.p,
                event.i or None,
                rate,
                interval_h(event.s, usual),
                event.T or None,
                event.E,
                received_ns,
            )
            for event, rate in zip(marks, rates, strict=True)
        ]
