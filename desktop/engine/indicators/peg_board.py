"""Prices of stablecoins against the dollar, by source: venues' spot tickers and context."""

from __future__ import annotations

from typing import Final

import msgspec

from desktop.domain.market import ContextPoint, Ticker
from desktop.domain.number_text import number
from desktop.risk.context import Peg, peg
from desktop.risk.windows import MINUTE_MS

STABLECOINS: Final = ("USDT", "USDC", "USDE", "DAI", "FDUSD")
_CONTEXT: Final = {"PEG_USDT": "USDT", "PEG_USDC": "USDC", "PEG_USDE": "USDE", "PEG_DAI": "DAI"}
_HOLDS_MS = 10 * MINUTE_MS
_DOLLARS = ("USDT", "USDC", "USD")


class WorstPeg(msgspec.Struct, frozen=True):
    """The stablecoin furthest under its dollar by the median over its sources."""

    coin: str
    peg: Peg
    as_of_ms: int
    sources: tuple[str, ...]


class PegBoard:
    """The newest price of each stablecoin by source. Engine thread; O(1) a price.

    A spot pair is quoted in another dollar coin: it counts as its price while that other one is not told to be off.
    """

    def __init__(self) -> None:
        self._prices: dict[str, dict[str, tuple[float, int]]] = {}

    def take_ticker(self, ticker: Ticker, now_ms: int) -> bool:
        """Take a spot pair of a stablecoin; return whether it is one."""
        coin = ticker.coin.upper()
        if ticker.part != "spot" or coin not in STABLECOINS or not _in_dollars(ticker.symbol, coin):
            return False
        return self._take(coin, ticker.venue, number(ticker.last), min(ticker.at_ms, now_ms))

    def take_point(self, point: ContextPoint, now_ms: int) -> bool:
        """Take a price that a source outside the venues told; return whether it is one."""
        coin = _CONTEXT.get(point.name)
        return coin is not None and self._take(coin, point.source, point.value, min(point.as_of_ms, now_ms))

    def _take(self, coin: str, source: str, price: float, at_ms: int) -> bool:
        if not 0.01 < price < 100:
            return False
        self._prices.setdefault(coin, {})[source] = (price, at_ms)
        return True

    def worst(self, now_ms: int) -> WorstPeg | None:
        """Return the coin whose median is lowest; None while no source has spoken for ten minutes."""
        found: list[WorstPeg] = []
        for coin, said in self._prices.items():
            fresh = {source: price for source, (price, at_ms) in said.items() if now_ms - at_ms <= _HOLDS_MS}
            deviation = peg(fresh)
            if deviation is not None:
                newest_ms = max(said[source][1] for source in fresh)
                found.append(WorstPeg(coin, deviation, newest_ms, tuple(fresh)))
        return min(found, key=lambda one: one.peg.median_bps, default=None)


def _in_dollars(symbol: str, coin: str) -> bool:
    plain = symbol.upper().replace("-", "").replace("_", "").replace("/", "")
    return any(plain == coin + quote for quote in _DOLLARS if quote != coin)
