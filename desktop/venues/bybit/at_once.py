"""What many of Bybit's pushes say when they are read at once. Never raises."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Mark, Message
from desktop.venues.at_once import ReadKind, by_kind
from desktop.venues.bybit.memory import TickerMemory
from desktop.venues.bybit.parse import rows_of, ticker_push_of
from desktop.venues.bybit.rows import VENUE, Row, TickerRow, ticker_of
from desktop.venues.forced_order import ForcedColumns, liquidations_of
from desktop.venues.trade_runs import TradeColumns, trade_runs
from desktop.venues.wire import all_above_zero

_TRADES = b'{"topic":"publicTr'
_FORCED = b'{"topic":"allLiqui'
_TICKERS = b'{"topic":"tickers.'


class BybitAtOnce:
    """Reads trades, liquidations and tickers. One thread."""

    def __init__(self, instruments: InstrumentTable, memory: TickerMemory) -> None:
        self._instruments = instruments
        self._listed = instruments.of_venue[VENUE]
        self._memory = memory
        self._readers: dict[bytes, ReadKind] = {_TRADES: self._runs, _FORCED: self._prints, _TICKERS: self._told}

    def __call__(self, frames: Sequence[bytes], received_ns: int) -> tuple[list[Message], Sequence[bytes]]:
        """Return what the pushes say, trades first, and the frames that have to be read one after the other."""
        return by_kind(frames, received_ns, self._readers)

    def _runs(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        rows = _all_rows(frames)
        columns = TradeColumns(
            [row.s for row in rows],
            [row.v for row in rows],
            [row.p for row in rows],
            [row.S == "Buy" for row in rows],
            [row.T for row in rows],
        )
        return trade_runs(columns, received_ns, self._listed) if rows else None

    def _prints(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        rows = _all_rows(frames)
        columns = ForcedColumns(
            [row.s for row in rows],
            ["long" if row.S == "Buy" else "short" for row in rows],
            [row.v for row in rows],
            [row.p for row in rows],
            [row.T for row in rows],
        )
        return liquidations_of(columns, "bankruptcy", received_ns, self._listed) if rows else None

    def _told(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        pushes = list(map(ticker_push_of, frames))
        priced = [push.data for push in pushes if push.data.mark_price or push.data.index_price]
        marks = [one.mark_price or one.index_price for one in priced]
        if priced and all_above_zero(marks + [one.index_price or one.mark_price for one in priced]) is None:
            return None
        # All that can fail comes first: what is remembered must not be half of a push.
        more = {
            place: ticker_of(push.data, push.ts, received_ns, self._instruments)
            for place, push in enumerate(pushes)
            if push.data.tells_more
        }
        told: list[Message] = []
        for place, push in enumerate(pushes):
            one = push.data
            if place in more:
                told.extend(self._memory.whole(more[place]))
            elif one.mark_price or one.index_price:
                told.append(self._marked(one, push.ts, received_ns))
        # Tickers of what nobody uses are no more than signs of life, as the others are.
        return told or None

    def _marked(self, one: TickerRow, at_ms: int, received_ns: int) -> Mark:
        symbol = one.symbol
        coin = self._listed[symbol].coin
        return self._memory.merged(symbol, coin, one.mark_price, one.index_price, at_ms, received_ns)


def _all_rows(frames: list[bytes]) -> list[Row]:
    """Return the rows of all pushes; none if a push has none, which is told by itself."""
    pushes = [push.data for push in map(rows_of, frames)]
    return list(chain.from_iterable(pushes)) if all(pushes) else []
