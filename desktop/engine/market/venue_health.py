"""How well a venue is: delay, errors, withdrawals, prices apart from the others, insurance, its own words."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import msgspec

from desktop.domain.market import InsurancePool, VenueNotice, WithdrawalStatus
from desktop.domain.venue_names import venue_name
from desktop.engine.market.market_state import VenueFeed
from desktop.risk.freshness import STREAM_DEAD_MS
from desktop.risk.reading import Level
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_LATE_MS, _LATE_TIMES = 5_000.0, 5.0
_ERRORS_WARNING, _ERRORS_CRITICAL = 0.05, 0.30
_APART_WARNING, _APART_CRITICAL = 0.0050, 0.0300
_DROP_WARNING = 0.10
_POOL_HOLDS_MS = 6 * HOUR_MS
_WITHDRAWALS_HOLD_MS = 2 * HOUR_MS
_MOST_NETWORKS = 4_000


class Complaint(msgspec.Struct, frozen=True):
    """One thing that is wrong with a venue, in words, and how serious it is."""

    venue: str
    level: Level
    words: str


class VenueHealth:
    """What is known of one venue beside its prices. Engine thread."""

    def __init__(self, feed: VenueFeed) -> None:
        self.feed = feed
        self.notice: VenueNotice | None = None
        self._pools: dict[str, InsurancePool] = {}
        self._ways: dict[tuple[str, str], WithdrawalStatus] = {}
        self._delays: deque[float] = deque(maxlen=7 * 24 * 12)
        self._delay_ms = 0
        self._apart_since_ms: int | None = None
        self._apart = 0.0

    def take_pool(self, pool: InsurancePool) -> None:
        """Take the state of an insurance pool."""
        self._pools[pool.pool] = pool

    def take_way(self, way: WithdrawalStatus) -> None:
        """Take whether a coin may leave over a network."""
        if (way.coin, way.network) in self._ways or len(self._ways) < _MOST_NETWORKS:
            self._ways[way.coin, way.network] = way

    def apart(self, share: float | None, now_ms: int) -> None:
        """Take how far (a fraction) its marks are from the other venues' now, over the coins that are followed."""
        self._apart = share or 0.0
        if self._apart <= _APART_WARNING:
            self._apart_since_ms = None
        elif self._apart_since_ms is None:
            self._apart_since_ms = now_ms

    def shut_in(self, coins: frozenset[str], now_ms: int) -> tuple[str, ...]:
        """Return those of the coins that may leave over none of the networks the venue named lately."""
        ways: dict[str, list[bool | None]] = {}
        for (coin, _), way in self._ways.items():
            if coin in coins and now_ms - way.at_ms <= _WITHDRAWALS_HOLD_MS:
                ways.setdefault(coin, []).append(way.open)
        return tuple(sorted(coin for coin, told in ways.items() if all(is_open is False for is_open in told)))

    def shut_networks(self, coins: frozenset[str], now_ms: int) -> tuple[str, ...]:
        """Return 'coin network' for each way out that is shut, of these coins."""
        return tuple(
            sorted(
                f"{coin} {network}"
                for (coin, network), way in self._ways.items()
                if coin in coins and way.open is False and now_ms - way.at_ms <= _WITHDRAWALS_HOLD_MS
            )
        )

    def complaints(self, coins: frozenset[str], now_ms: int) -> list[Complaint]:
        """Return what is wrong now, the most serious first."""
        found = [*self._of_feed(now_ms), *self._of_pools(now_ms), *self._of_price(now_ms)]
        if shut := self.shut_in(coins, now_ms):
            found.append(self._complaint(Level.WARNING, f"lets {', '.join(shut)} out over no network"))
        elif networks := self.shut_networks(coins, now_ms):
            found.append(self._complaint(Level.NOTABLE, f"has shut {', '.join(networks[:3])}"))
        if self.notice is not None and self.notice.state == "maintenance":
            found.append(self._complaint(Level.WARNING, f"is under maintenance: {self.notice.detail}".rstrip(": ")))
        return sorted(found, key=lambda complaint: -complaint.level)

    def _complaint(self, level: Level, words: str) -> Complaint:
        return Complaint(self.feed.venue, level, f"{venue_name(self.feed.venue)} {words}")

    def _of_feed(self, now_ms: int) -> list[Complaint]:
        found = []
        silent_ms = self.feed.silent_ms(now_ms)
        if self.feed.started_ms is not None and silent_ms >= STREAM_DEAD_MS:
            found.append(self._complaint(Level.CRITICAL, f"has been silent for {silent_ms // 1000} s"))
        late = self.feed.late_p95(now_ms)
        if late is not None:
            self._note_delay(late, now_ms)
            usual = sorted(self._delays)[len(self._delays) // 2] if self._delays else late
            if late > _LATE_MS:
                found.append(self._complaint(Level.CRITICAL, f"is {late / 1000:.1f} s late"))
            elif late > _LATE_TIMES * max(usual, 50.0):
                found.append(self._complaint(Level.WARNING, f"is {late:.0f} ms late, usually {usual:.0f}"))
        errors = self.feed.error_share
        if errors is not None and errors > _ERRORS_WARNING:
            level = Level.CRITICAL if errors > _ERRORS_CRITICAL else Level.WARNING
            found.append(self._complaint(level, f"answers {errors:.0%} of requests with an error"))
        return found

    def _note_delay(self, late: float, now_ms: int) -> None:
        if now_ms - self._delay_ms >= 5 * MINUTE_MS:
            self._delay_ms = now_ms
            self._delays.append(late)

    def _of_pools(self, now_ms: int) -> list[Complaint]:
        found = []
        for pool in self._pools.values():
            if now_ms - pool.at_ms > (DAY_MS if pool.drop is not None else _POOL_HOLDS_MS):
                continue
            if pool.state == "adl":
                found.append(self._complaint(Level.CRITICAL, f"closes profitable positions (ADL) in {pool.pool}"))
            elif pool.state == "warning" or (pool.drop or 0.0) > _DROP_WARNING:
                drop = "" if pool.drop is None else f" by {pool.drop:.0%}"
                found.append(self._complaint(Level.WARNING, f"insurance of {pool.pool} has fallen{drop}"))
        return found

    def _of_price(self, now_ms: int) -> list[Complaint]:
        since_ms = self._apart_since_ms
        words = f"marks {self._apart:.2%} apart from the other venues"
        if self._apart > _APART_CRITICAL:
            return [self._complaint(Level.CRITICAL, words)]
        if since_ms is not None and now_ms - since_ms >= MINUTE_MS:
            return [self._complaint(Level.WARNING, words)]
        return []


def marks_apart(marks: Mapping[str, float]) -> dict[str, float]:
    """Return by venue how far its mark is from the median of the others, as a fraction; empty under three venues."""
    if len(marks) < 3:
        return {}
    found = {}
    for venue, mark in marks.items():
        others = sorted(price for other, price in marks.items() if other != venue)
        middle = (others[(len(others) - 1) // 2] + others[len(others) // 2]) / 2
        found[venue] = abs(mark / middle - 1)
    return found
