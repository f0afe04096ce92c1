"""Many trades at once: what those of each contract come to, for all venues. Pure.

Most messages of a storm are trades, and nobody asks for a single one: minute, low and turnover need their sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from desktop.domain.instrument import Instrument
from desktop.domain.market import TradeRun
from desktop.venues.wire import all_above_zero

_MINUTE_MS = 60_000


class TradeColumns(msgspec.Struct, frozen=True, gc=False):
    """Trades in the order received, a column for each fact; sizes and prices as the venue sends them."""

    symbols: Sequence[str]
    sizes: list[str]
    prices: list[str]
    bought: Sequence[bool]
    times_ms: Sequence[int]


class _Sum:
    """What the trades of one contract come to so far, sizes in units of the venue."""

    __slots__ = ("at_ms", "bought", "count", "first", "from_ms", "high", "last", "low", "sold", "to_ms")

    def __init__(self, price: float, at_ms: int) -> None:
        self.first = self.last = self.low = self.high = price
        self.from_ms = self.to_ms = self.at_ms = at_ms
        self.bought = self.sold = 0.0
        self.count = 0


def trade_runs(
    trades: TradeColumns, received_ns: int, listed: Mapping[str, Instrument]
) -> list[TradeRun] | None:  # fmt: skip
    """Return a run for each contract, by its first trade; None where only one after the other can be read.

    That is so where a number is not written in plain digits, where a run crosses the end of a minute, and for
    inverse contracts, whose units are worth less coins the higher the price. `listed` are the venue's instruments.
    """
    numbers = all_above_zero(trades.sizes + trades.prices)
    if numbers is None:
        return None
    sums = _sums(trades, numbers)
    runs = []
    for symbol, found in sums.items():
        instrument = listed[symbol]
        if instrument.kind == "inverse" or found.from_ms // _MINUTE_MS != found.to_ms // _MINUTE_MS:
            return None
        runs.append(_run(instrument, found, received_ns))
    return runs


def _run(instrument: Instrument, found: _Sum, received_ns: int) -> TradeRun:
    # Of a contract of unknown size prices are known, and no sum.
    coins = 1.0 if instrument.as_sent else float(instrument.coins_per_unit or 0)
    return TradeRun(
        instrument.venue,
        instrument.symbol,
        instrument.coin,
        found.count,
        found.first,
        found.last,
        found.low,
        found.high,
        found.bought * coins,
        found.sold * coins,
        found.from_ms,
        found.to_ms,
        found.at_ms,
        received_ns,
    )


def _sums(trades: TradeColumns, numbers: list[float]) -> dict[str, _Sum]:
    sums: dict[str, _Sum] = {}
    find, count = sums.get, len(trades.sizes)
    columns = zip(trades.symbols, numbers[:count], numbers[count:], trades.bought, trades.times_ms, strict=True)
    for symbol, size, price, bought, at_ms in columns:
        found = find(symbol)
        if found is None:
            found = sums[symbol] = _Sum(price, at_ms)
        found.count += 1
        found.last, found.at_ms = price, at_ms
        if bought:
            found.bought += size * price
        else:
            found.sold += size * price
        if price < found.low:
            found.low = price
        elif price > found.high:
            found.high = price
        if at_ms > found.to_ms:
            found.to_ms = at_ms
        elif at_ms < found.from_ms:
            found.from_ms = at_ms
    return sums
