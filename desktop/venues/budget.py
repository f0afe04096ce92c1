"""One request budget per host, shared by every caller: so that no poll, back-fill or doctor endangers the address.

Four fifths of what a host allows are used at most, since other programs may ask it from the same address. Back-fill
never uses more than half, and waits while a live poll waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from desktop.engine.ports import Clock
from desktop.venues.errors import TooFast
from desktop.venues.host_rules import GENERIC, Allowance, HostRules

Purpose = Literal["live", "backfill"]

_SHARE: Mapping[Purpose, float] = {"live": 0.8, "backfill": 0.5}
_WAIT_STATUSES = frozenset({403, 418, 429})
# A ban without a named end lasts at least this long: Bybit pauses ten minutes, Binance two and more.
_UNNAMED_WAIT_SECONDS = {403: 600.0, 418: 120.0, 429: 60.0}
_MOST_DOUBLINGS = 4
_LONGEST_WAIT_SECONDS = 3 * 86_400.0
# A longer pause is told at once, so that what is not asked does not look like a slow answer.
_LONGEST_SILENT_WAIT_MS = 30_000
_MINUTE_MS = 60_000


class _Window:
    """What was asked within the last `window_s` of one allowance."""

    def __init__(self, allowance: Allowance) -> None:
        self.limit = allowance.limit
        self._span_ms = allowance.window_s * 1000
        self._counts_requests = allowance.counts == "requests"
        self._spent: deque[tuple[int, float, Purpose]] = deque()

    def wait_ms(self, now_ms: int, weight: float, purpose: Purpose) -> float:
        """Return how long there is no room for this; what is greater than the whole limit waits for an empty one."""
        while self._spent and self._spent[0][0] + self._span_ms <= now_ms:
            self._spent.popleft()
        if self._fits(None, weight, self.limit * _SHARE["live"]) and (
            purpose == "live" or self._fits("backfill", weight, self.limit * _SHARE["backfill"])
        ):
            return 0
        return self._spent[0][0] + self._span_ms - now_ms

    def spend(self, now_ms: int, weight: float, purpose: Purpose) -> None:
        """Count this as asked."""
        self._spent.append((now_ms, self._cost(weight), purpose))

    def _fits(self, purpose: Purpose | None, weight: float, most: float) -> bool:
        used = sum(cost for _, cost, whose in self._spent if purpose is None or whose == purpose)
        return used == 0 or used + self._cost(weight) <= most

    def _cost(self, weight: float) -> float:
        return 1.0 if self._counts_requests else weight


class HostBudget:
    """What may be asked of one host, and when. One event loop; times are those of the world's clock."""

    def __init__(self, host: str, rules: HostRules, clock: Clock) -> None:
        self.host = host
        self.rules = rules
        self._clock = clock
        self._windows: dict[tuple[int, str], _Window] = {}
        self._limit = rules.allowances[0].limit
        self._closed_until_ms = 0
        self._reason: int | str = 0
        self._said_used = (0, 0.0)
        self._refusals = 0
        self._lanes: dict[Purpose, asyncio.Lock] = {"live": asyncio.Lock(), "backfill": asyncio.Lock()}
        self._no_live_waits = asyncio.Event()
        self._no_live_waits.set()
        self._live_waiting = 0

    async def leave(self, path: str, weight: float, purpose: Purpose) -> None:
        """Wait until this may be asked, first come first served, and count it.

        Raise TooFast at once when the host asked for a pause that goes on for more than half a minute.
        """
        if purpose == "live":
            self._live_waiting += 1
            self._no_live_waits.clear()
        try:
            async with self._lanes[purpose]:
                await self._room(path, weight, purpose)
        finally:
            if purpose == "live":
                self._live_waiting -= 1
                if not self._live_waiting:
                    self._no_live_waits.set()

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note what an answer says about the budget. Raise TooFast when it asks for a pause."""
        limit = headers.get(self.rules.limit_header, "") if self.rules.limit_header else ""
        if limit.isascii() and limit.isdigit() and int(limit) > 0:
            self._window(0, "").limit = self._limit = float(limit)
        used = headers.get(self.rules.used_header, "") if self.rules.used_header else ""
        if used.isascii() and used.isdigit():
            self._said_used = (self._clock.now_ms() // _MINUTE_MS, float(used))
        if status in _WAIT_STATUSES:
            raise self.refused(status, headers)
        self._refusals = 0

    def refused(self, status: int | str, headers: Mapping[str, str], seconds: float = 60.0) -> TooFast:
        """Return the trouble, and keep quiet as long as the host says; else `seconds`, or what fits the status.

        Refusals in a row without a named end double the pause. One with a named end lasts 1, 2, 4, … s at least, up
        to what fits the status: an end that never comes must not be asked for again and again.
        """
        now_ms = self._clock.now_ms()
        named = _named_wait(headers.get("retry-after", ""), headers.get("date", ""), now_ms)
        least = _UNNAMED_WAIT_SECONDS.get(status, seconds) if isinstance(status, int) else seconds
        if named:
            wait = max(named, min(2.0**self._refusals, least))
        else:
            wait = least * 2.0 ** min(self._refusals, _MOST_DOUBLINGS)
        wait = min(wait, _LONGEST_WAIT_SECONDS)
        self._refusals += 1
        self._closed_until_ms = max(self._closed_until_ms, now_ms + int(wait * 1000))
        self._reason = status
        return TooFast(self.host, status, wait)

    async def _room(self, path: str, weight: float, purpose: Purpose) -> None:
        while True:
            if purpose == "backfill":
                await self._no_live_waits.wait()
            now_ms = self._clock.now_ms()
            paused_ms = self._closed_until_ms - now_ms
            if paused_ms > _LONGEST_SILENT_WAIT_MS:
                raise TooFast(self.host, self._reason, paused_ms / 1000)
            windows = self._windows_of(path)
            waits = [window.wait_ms(now_ms, weight, purpose) for window in windows]
            wait_ms = max(paused_ms, self._said_wait_ms(now_ms, purpose), *waits)
            if wait_ms <= 0:
                for window in windows:
                    window.spend(now_ms, weight, purpose)
                return
            await self._clock.sleep(wait_ms / 1000)

    def _said_wait_ms(self, now_ms: int, purpose: Purpose) -> int:
        """Return the time to the next minute when the host says that this one is as good as used."""
        minute, used = self._said_used
        if minute == now_ms // _MINUTE_MS and used >= self._limit * _SHARE[purpose]:
            return (minute + 1) * _MINUTE_MS - now_ms
        return 0

    def _windows_of(self, path: str) -> list[_Window]:
        allowances = self.rules.allowances
        named = [place for place, one in enumerate(allowances) if one.paths and path.startswith(one.paths)]
        # The first allowance is the host's own and counts all weight; paths with limits of their own weigh nothing.
        places = named or [place for place, one in enumerate(allowances) if not one.paths]
        return [self._window(place, path if allowances[place].each_path else "") for place in places]

    def _window(self, place: int, path: str) -> _Window:
        return self._windows.setdefault((place, path), _Window(self.rules.allowances[place]))


class Budgets:
    """The budgets of all hosts of one world, one for each host. One event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_host: dict[str, HostBudget] = {}

    def of(self, host: str, rules: HostRules = GENERIC) -> HostBudget:
        """Return the host's budget; `rules` count for the first who asks."""
        if host not in self._by_host:
            self._by_host[host] = HostBudget(host, rules, self._clock)
        return self._by_host[host]


def _named_wait(words: str, date: str, now_ms: int) -> float:
    """Return the seconds of a Retry-After header, as a number or as a date; 0 where it names none.

    A date is counted from the host's own (`date`), since this computer's clock may be wrong.
    """
    if words.isascii() and words.isdigit():
        return max(float(words), 1.0)
    until = _date(words)
    if until is None:
        return 0.0
    return max((until - (_date(date) or datetime.fromtimestamp(now_ms / 1000, UTC))).total_seconds(), 1.0)


def _date(words: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(words)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
