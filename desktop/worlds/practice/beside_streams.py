"""Books and last prices of the practice venues, made each second around what is being traded.

They are not part of a recording: whatever storm is played, and in the quiet after it, they follow its trades.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from desktop.worlds.practice import binance_wire, bybit_wire
from desktop.worlds.practice.breadth_tape import BreadthTape
from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.made_book import MadeBook
from desktop.worlds.practice.storm_shape import SEED, SHAPES, VENUES, CoinShape

BESIDE = ("@depth", "!miniTicker", "orderbook.")
"""What marks the streams and topics that are made here."""

_PRICE = re.compile(r'"p":"([\d.]+)"')
_STRESS_WEIGHT = 0.05
_FORCED_A_SECOND = 1.5


class Made(NamedTuple):
    """A frame made up now, its times the world's own."""

    venue: str
    stream: str
    frame: str


class _Side:
    """One coin on one venue: its last trade, the storm around it, its book."""

    def __init__(self, venue: str, shape: CoinShape) -> None:
        self.venue, self.shape = venue, shape
        self.price = shape.start_price
        self.last_trade = ""
        self.forced = 0
        self.stress = 0.0
        self.pushes = 1
        self.book = MadeBook(shape, chance(SEED, shape.coin, venue, "book"), self.price)

    def second(self) -> None:
        found = _PRICE.findall(self.last_trade)
        if found:
            self.price = float(found[-1])
        self.stress += _STRESS_WEIGHT * (min(1.0, self.forced / _FORCED_A_SECOND) - self.stress)
        self.forced = 0


class BesideStreams:
    """Hears every frame that is published and makes what the venues send beside it, once a second."""

    def __init__(self) -> None:
        self._sides = {(venue, shape.symbol): _Side(venue, shape) for venue in VENUES for shape in SHAPES.values()}
        self._breadth = BreadthTape()

    def hear(self, venue: str, stream: str, frame: str) -> None:
        """Take a frame of a trade or a forced order; others are passed over."""
        symbol, _, kind = stream.partition("@")
        if venue == "bybit":
            kind, _, symbol = stream.partition(".")
        side = self._sides.get((venue, symbol.upper()))
        if side is None:
            return
        if kind in ("aggTrade", "publicTrade"):
            side.last_trade = frame
        elif kind in ("forceOrder", "allLiquidation"):
            side.forced += 1

    def second(self, now_ms: int) -> Iterator[Made]:
        """Yield the changes of every book and the last prices of all contracts, as of now (UTC ms)."""
        for (venue, symbol), side in self._sides.items():
            side.second()
            before = side.book.updates
            bids, asks = side.book.move(side.price, side.stress)
            if venue == "binance":
                frame = binance_wire.depth_update(symbol, now_ms, before + 1, side.book.updates, before, bids, asks)
                yield Made(venue, binance_wire.depth_stream(symbol), frame)
            else:
                side.pushes += 1
                frame = bybit_wire.order_book(symbol, "delta", now_ms, side.pushes, bids, asks)
                yield Made(venue, bybit_wire.book_topic(symbol), frame)
        prices = {symbol: side.price for (venue, symbol), side in self._sides.items() if venue == "binance"}
        yield Made("binance", binance_wire.ALL_TICKERS, self._breadth.frame(prices, now_ms))

    def whole_depth(self, symbol: str, now_ms: int) -> str | None:
        """Return the answer to who asks Binance for a whole book; None for a symbol that is not traded."""
        side = self._sides.get(("binance", symbol))
        if side is None:
            return None
        book = side.book
        return binance_wire.whole_depth(now_ms, book.updates, list(book.bids.items()), list(book.asks.items()))

    def snapshot(self, topic: str, now_ms: int) -> str | None:
        """Return the snapshot that Bybit sends to who subscribes to a book; None for other topics."""
        side = self._sides.get(("bybit", topic.rpartition(".")[2])) if topic.startswith("orderbook.") else None
        if side is None:
            return None
        bids, asks = list(side.book.bids.items()), list(side.book.asks.items())
        return bybit_wire.order_book(side.shape.symbol, "snapshot", now_ms, side.pushes, bids, asks)

    def past_tickers(self, until_ms: int) -> Iterator[str]:
        """Yield the last prices of the two hours before."""
        yield from self._breadth.past(until_ms)
