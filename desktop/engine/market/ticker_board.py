"""Spot turnover and dated contracts of one coin, from the venues' tickers."""

from __future__ import annotations

from statistics import median

from desktop.domain.expiry import expiry_ms
from desktop.domain.market import Ticker
from desktop.domain.number_text import number
from desktop.engine.market.market_state import ANY_HIGH, ANY_LOW
from desktop.risk.freshness import dead_after_ms
from desktop.risk.premium import dated_basis
from desktop.risk.windows import DAY_MS, MINUTE_MS

PERIOD_MS = 5 * MINUTE_MS
_LEAST_DAYS = 7


class TickerBoard:
    """The newest ticker of each spot and dated contract of a coin. Engine thread; O(1) a ticker."""

    def __init__(self) -> None:
        self._spot: dict[tuple[str, str], tuple[float, int]] = {}
        self._dated: dict[tuple[str, str], tuple[float, int, int]] = {}
        self.spot_ms = 0
        self.dated_ms = 0

    def take(self, ticker: Ticker, now_ms: int) -> None:
        """Take a ticker of a spot pair or a dated contract; what is older than what is known is left aside."""
        at_ms = min(ticker.at_ms, now_ms)
        key = (ticker.venue, ticker.symbol)
        if ticker.part == "spot" and ticker.turnover_usd is not None and 0 <= ticker.turnover_usd < ANY_HIGH:
            self._spot[key] = (ticker.turnover_usd, at_ms)
            self.spot_ms = max(self.spot_ms, at_ms)
        elif ticker.part == "dated":
            price, ends_ms = number(ticker.last), expiry_ms(ticker.symbol)
            if ends_ms is not None and ANY_LOW <= price <= ANY_HIGH:
                self._dated[key] = (price, ends_ms, at_ms)
                self.dated_ms = max(self.dated_ms, at_ms)

    def spot_turnover(self, now_ms: int) -> dict[str, float]:
        """Return by venue the USD turned over in 24 h in its spot pairs of the coin."""
        found: dict[str, float] = {}
        for (venue, _), (usd, at_ms) in self._spot.items():
            if now_ms - at_ms <= dead_after_ms(PERIOD_MS):
                found[venue] = found.get(venue, 0.0) + usd
        return found

    def basis(self, index: float, now_ms: int) -> tuple[float | None, tuple[str, ...]]:
        """Return the median annualised basis over contracts with a week or more to go, and their venues."""
        found: list[float] = []
        venues: dict[str, None] = {}
        for key, (price, ends_ms, at_ms) in list(self._dated.items()):
            days = (ends_ms - now_ms) / DAY_MS
            if days < 0:
                del self._dated[key]
            elif days >= _LEAST_DAYS and now_ms - at_ms <= dead_after_ms(PERIOD_MS):
                basis = dated_basis(price, index, days)
                if basis is not None:
                    found.append(basis)
                    venues[key[0]] = None
        return (median(found) if found else None), tuple(venues)
