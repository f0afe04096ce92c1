"""What many of Hyperliquid's pushes say when they are read at once. Never raises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Mark, Message, OpenInterest
from desktop.venues.at_once import ReadKind, by_kind
from desktop.venues.hyperliquid.parse import HEAD, active_of, trades_of
from desktop.venues.hyperliquid.rows import FUNDING_INTERVAL_H, VENUE, ActiveContext
from desktop.venues.trade_runs import TradeColumns, trade_runs
from desktop.venues.wire import all_above_zero, all_rates

_TRADES = HEAD + b'trades",'
_CONTEXTS = HEAD + b"activeAs"


class HyperliquidAtOnce:
    """Reads trades and contexts of coins. One thread."""

    def __init__(self, instruments: InstrumentTable) -> None:
        self._listed = instruments.of_venue[VENUE]
        self._readers: dict[bytes, ReadKind] = {_TRADES: self._runs, _CONTEXTS: self._contexts}

    def __call__(self, frames: Sequence[bytes], received_ns: int) -> tuple[list[Message], Sequence[bytes]]:
        """Return what the pushes say, and the frames that have to be read one after the other."""
        return by_kind(frames, received_ns, self._readers)

    def _runs(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        pushes = [push.data for push in map(trades_of, frames)]
        if not all(pushes):
            return None  # a push of nothing is told by itself
        rows = list(chain.from_iterable(pushes))
        columns = TradeColumns(
            [row.coin for row in rows],
            [row.sz for row in rows],
            [row.px for row in rows],
            [row.side == "B" for row in rows],
            [row.time for row in rows],
        )
        return trade_runs(columns, received_ns, self._listed)

    def _contexts(self, frames: list[bytes], received_ns: int) -> Sequence[Message] | None:
        """Return mark and open interest of each; None if one of them leaves something out or has nothing open."""
        rows = [push.data for push in map(active_of, frames)]
        told = [row.ctx for row in rows]
        marks, oracles = [one.mark_px or "" for one in told], [one.oracle_px or "" for one in told]
        rates = all_rates([one.funding or "" for one in told])
        opened = [one.open_interest or "" for one in told]
        numbers = all_above_zero(marks + opened + oracles)
        if numbers is None or rates is None:
            return None
        values = zip(rows, rates, numbers, numbers[len(rows) :], strict=False)
        return list(chain.from_iterable(self._context(values, received_ns)))

    def _context(
        self, values: Iterator[tuple[ActiveContext, float, float, float]], received_ns: int
    ) -> Iterator[tuple[Message, ...]]:
        listed, at_ms, hours = self._listed, received_ns // 1_000_000, FUNDING_INTERVAL_H
        for row, rate, price, units in values:
            symbol, ctx = row.coin, row.ctx
            instrument = listed[symbol]
            coin, opened = instrument.coin, ctx.open_interest or ""
            mark = Mark(
                VENUE, symbol, coin, ctx.mark_px, ctx.oracle_px, rate, hours, None, at_ms, received_ns
            )  # fmt: skip
            coins = opened if instrument.as_sent else instrument.coins(opened, "1")
            if coins is None:
                yield (mark,)
            else:
                usd = instrument.usd(units, price)
                yield mark, OpenInterest(VENUE, symbol, coin, coins, usd, at_ms, received_ns)
