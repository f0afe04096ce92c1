"""Breadth from every contract's ticker: the same rule as on hourly bars, sliding by the minute."""

from __future__ import annotations

from collections import Counter, deque
from typing import Literal

import msgspec

from desktop.risk.breadth import F3, F5, share_fallen
from desktop.risk.windows import HOUR_MS, MINUTE_MS, SlidingLow

LEAST_TURNOVER_USD = 1e6
WARM_MS = 2 * HOUR_MS
SILENT_MS = 5 * MINUTE_MS
_HOUR_MINUTES = 60
_LATE_CLOSE_MINUTES = 5
_KEPT_CLOSES = _HOUR_MINUTES + _LATE_CLOSE_MINUTES + 2
# Another contract of the coin takes over only when it is clearly the larger one: the count must not flicker.
_CLEARLY = 1.5

Fall = Literal["none", "f3", "f5"]


class LiveBreadth(msgspec.Struct, frozen=True):
    """Shares (0..1) of `coins` coins fallen more than 3 and 5 %; None while warming (`warm` 0..1) or without any."""

    f3: float | None
    f5: float | None
    coins: int
    warm: float
    as_of_ms: int


class _Contract:
    """The last hour of one contract: minute closes, and the low."""

    __slots__ = ("at_ms", "closes", "last", "low", "minute", "since_ms", "turnover_usd")

    def __init__(self, at_ms: int) -> None:
        self.low = SlidingLow(HOUR_MS)
        self.closes: deque[tuple[int, float]] = deque(maxlen=_KEPT_CLOSES)
        self.minute = -1
        self.last = 0.0
        self.at_ms = self.since_ms = at_ms
        self.turnover_usd = 0.0

    def take(self, last: float, turnover_usd: float | None, at_ms: int) -> None:
        minute = at_ms // MINUTE_MS
        if minute > self.minute >= 0:
            self.closes.append((self.minute, self.last))
        self.minute, self.last, self.at_ms = minute, last, at_ms
        # A price counts at the end of its minute, so that at a full hour the window is exactly an hourly bar.
        self.low.add((minute + 1) * MINUTE_MS - 1, last)
        self.low.lowest(at_ms)
        if turnover_usd is not None:
            self.turnover_usd = turnover_usd

    def fall(self, now_ms: int) -> float | None:
        """Return the lowest price of the last hour against the close before it, or None where one is missing."""
        if now_ms - self.at_ms > SILENT_MS or self.turnover_usd < LEAST_TURNOVER_USD:
            return None
        closed = now_ms // MINUTE_MS - _HOUR_MINUTES - 1
        closes = self.closes
        while len(closes) > 1 and closes[1][0] <= closed:
            closes.popleft()
        low = self.low.lowest(now_ms)
        if low is None or not closes or not closed - _LATE_CLOSE_MINUTES <= closes[0][0] <= closed:
            return None
        return low / closes[0][1] - 1


class MarketBreadth:
    """Breadth over all perpetuals: per coin its largest contract, from 1 M USD of turnover a day upwards.

    Window: the hour that ends now, by minutes, against the close before it; at a full hour that is the hourly bar.
    Warm-up 2 h. A contract silent for 5 minutes does not count. O(1) a ticker: what the clock moves is looked at once
    a minute, and every contract speaks at least as often.
    """

    def __init__(self) -> None:
        self._contracts: dict[tuple[str, str], _Contract] = {}
        self._of_coin: dict[str, tuple[str, str]] = {}
        self._falls: dict[str, Fall] = {}
        self._counts: Counter[Fall] = Counter()
        self._since_ms: int | None = None
        self._newest_ms = 0
        self._minute = -1

    def take(self, key: tuple[str, str], coin: str, last: float, turnover_usd: float | None, at_ms: int) -> None:
        """Take the ticker of a perpetual; `key` is (venue, symbol). Prices not above zero are left aside."""
        if last <= 0:
            return
        contract = self._contracts.get(key)
        if contract is None:
            contract = self._contracts[key] = _Contract(at_ms)
        if at_ms < contract.at_ms:
            return
        contract.take(last, turnover_usd, at_ms)
        self._newest_ms = max(self._newest_ms, at_ms)
        if self._since_ms is None:
            self._since_ms = at_ms
        if self._speaks_for(key, coin, at_ms):
            self._judge(coin, contract, at_ms)

    def _speaks_for(self, key: tuple[str, str], coin: str, now_ms: int) -> bool:
        chosen = self._of_coin.setdefault(coin, key)
        if chosen == key:
            return True
        other, contract = self._contracts[chosen], self._contracts[key]
        # A contract that has just come has no hour behind it; the one that has keeps the coin until then.
        grown = now_ms - contract.since_ms >= HOUR_MS or contract.since_ms <= other.since_ms
        larger = contract.turnover_usd > _CLEARLY * other.turnover_usd and grown
        if larger or now_ms - other.at_ms > SILENT_MS:
            self._of_coin[coin] = key
            return True
        return False

    def _judge(self, coin: str, contract: _Contract, now_ms: int) -> None:
        fall = contract.fall(now_ms)
        before = self._falls.pop(coin, None)
        if before is not None:
            self._counts[before] -= 1
        if fall is not None:
            kind: Fall = "f5" if fall < F5 else "f3" if fall < F3 else "none"
            self._falls[coin] = kind
            self._counts[kind] += 1

    def forget(self, key: tuple[str, str]) -> None:
        """Let a delisted contract go."""
        self._contracts.pop(key, None)
        for coin in [coin for coin, chosen in self._of_coin.items() if chosen == key]:
            del self._of_coin[coin]
            before = self._falls.pop(coin, None)
            if before is not None:
                self._counts[before] -= 1

    def at(self, now_ms: int) -> LiveBreadth:
        """Return the shares as they stand now."""
        if now_ms // MINUTE_MS != self._minute:
            self._minute = now_ms // MINUTE_MS
            for coin, key in self._of_coin.items():
                self._judge(coin, self._contracts[key], now_ms)
        coins = sum(self._counts.values())
        warm = 0.0 if self._since_ms is None else min(1.0, max(0, now_ms - self._since_ms) / WARM_MS)
        if warm < 1:
            return LiveBreadth(None, None, coins, warm, self._newest_ms)
        five = self._counts["f5"]
        f3, f5 = (share_fallen(coins, fallen) for fallen in (five + self._counts["f3"], five))
        return LiveBreadth(f3, f5, coins, warm, self._newest_ms)
