"""Stablecoins against their dollar, by venue: medians of a minute, so that one odd trade is not a lost peg."""

from __future__ import annotations

from desktop.risk.context import Peg, peg
from desktop.risk.held_median import HeldMedian
from desktop.risk.windows import HOUR_MS, MINUTE_MS

WARM_MS = HOUR_MS


class PegBoard:
    """Prices of stablecoins in USD by venue. Window: the median of a minute; warm after an hour of a coin.

    A venue without a price in the last minute does not count. Adding costs the logarithm of a minute's samples.
    """

    __slots__ = ("_prices", "_since_ms")

    def __init__(self) -> None:
        self._prices: dict[str, dict[str, HeldMedian]] = {}
        self._since_ms: dict[str, int] = {}

    def take(self, coin: str, venue: str, usd: float, at_ms: int) -> None:
        """Take a price of one coin in USD (not in another stablecoin); prices not above zero are left aside."""
        if usd <= 0:
            return
        self._since_ms.setdefault(coin, at_ms)
        prices = self._prices.setdefault(coin, {})
        if venue not in prices:
            prices[venue] = HeldMedian(MINUTE_MS, low_is_bad=True)
        prices[venue].add(at_ms, usd)

    def coins(self) -> tuple[str, ...]:
        """Return the coins that were ever priced."""
        return tuple(self._prices)

    def warm(self, coin: str, now_ms: int) -> float:
        """Return how much (0..1) of the first hour of a coin is over."""
        since_ms = self._since_ms.get(coin)
        return 0.0 if since_ms is None else min(1.0, max(0, now_ms - since_ms) / WARM_MS)

    def at(self, coin: str, now_ms: int) -> Peg | None:
        """Return the deviation over the venues heard within a minute; None without one."""
        medians = {venue: price.median(now_ms) for venue, price in self._prices.get(coin, {}).items()}
        return peg({venue: usd for venue, usd in medians.items() if usd is not None})
