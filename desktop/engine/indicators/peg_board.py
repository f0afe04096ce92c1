"""Prices of stablecoins against the dollar, by source: venues' spot tickers and context."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

import msgspec

from desktop.domain.market import ContextPoint, Ticker
from desktop.domain.number_text import number
from desktop.risk.context import Peg, peg
from desktop.risk.windows import MINUTE_MS, SECOND_MS

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


class _SourcePrices:
    """What one source said of one coin within the minute that ends with its newest price: at most one a second."""

    __slots__ = ("_said",)

    def __init__(self) -> None:
        self._said: deque[tuple[int, float]] = deque()

    def add(self, at_ms: int, price: float) -> None:
        """Add a price; the last of a second counts, and one that is older than the newest does not."""
        said = self._said
        if said and at_ms < said[-1][0]:
            return
        if said and at_ms // SECOND_MS == said[-1][0] // SECOND_MS:
            said.pop()
        said.append((at_ms, price))
        while said[0][0] <= at_ms - MINUTE_MS:
            said.popleft()

    @property
    def at_ms(self) -> int:
        """When the newest price was said (UTC ms)."""
        return self._said[-1][0]

    def median(self) -> float:
        """Return the median: one print in a hurry moves no peg."""
        return median(price for _, price in self._said)


class PegBoard:
    """The price of each stablecoin by source, as the median of a minute. Engine thread; O(1) a price.

    A spot pair is quoted in another dollar coin: it counts as its price while that other one is not told to be off.
    """

    def __init__(self) -> None:
        self._prices: dict[str, dict[str, _SourcePrices]] = {}

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
        self._prices.setdefault(coin, {}).setdefault(source, _SourcePrices()).add(at_ms, price)
        return True

    def worst(self, now_ms: int) -> WorstPeg | None:
        """Return the coin whose median over sources is lowest; None while no source has spoken for ten minutes.

        Of each source it is the median of its last minute; one that speaks every few minutes has one price in it.
        """
        found: list[WorstPeg] = []
        for coin, said in self._prices.items():
            fresh = {source: prices for source, prices in said.items() if now_ms - prices.at_ms <= _HOLDS_MS}
            deviation = peg({source: prices.median() for source, prices in fresh.items()})
            if deviation is not None:
                newest_ms = max(prices.at_ms for prices in fresh.values())
                found.append(WorstPeg(coin, deviation, newest_ms, tuple(fresh)))
        return min(found, key=lambda one: one.peg.median_bps, default=None)


def _in_dollars(symbol: str, coin: str) -> bool:
    plain = symbol.upper().replace("-", "").replace("_", "").replace("/", "")
    return any(plain == coin + quote for quote in _DOLLARS if quote != coin)
