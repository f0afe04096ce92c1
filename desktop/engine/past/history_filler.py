"""Fills what Seawall did not live through from the venues' public past: at the start, for a new coin, after a gap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import count
from typing import NamedTuple

from desktop.domain.errors import SeawallError
from desktop.domain.kept_values import ValueHours
from desktop.domain.market import Gap, HourBar
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.past.history_ports import HistorySink, PublicPast, ValueStore
from desktop.engine.past.minute_past import PIECES, MinutePast
from desktop.engine.ports import Clock

_log = logging.getLogger(__name__)

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
HOURS_DAYS, DAYS = 30, 365
_LEAST_GAP_MS = MINUTE_MS
# The day that volatility is measured over, and the hour before it.
_FIRST_MINUTES_MS = 25 * HOUR_MS
_LONGEST_MINUTES_MS = 2 * DAY_MS
_RETRY_SECONDS = (60.0, 120.0, 300.0, 900.0)
# Minutes of a gap first, then the hours percentiles need, then the year, then a month of minutes.
_MINUTES, _HOURS, _DAYS, _TRADED = 0, 1, 2, 3


class _Job(NamedTuple):
    priority: int
    name: str
    work: Callable[[], Awaitable[None]]
    due_ms: int = 0
    tries: int = 0


class HistoryFiller:
    """Ask for what is missing, one piece after the other, and take it in. Engine thread.

    What fails is tried again later, with longer pauses; `on_trouble` gets what the disk says. Forced closings have no
    public past: they stay unknown.
    """

    def __init__(
        self,
        clock: Clock,
        market: MarketDesk,
        past: PublicPast,
        *,
        bars: HistorySink | None = None,
        values: ValueStore | None = None,
    ) -> None:
        self._clock = clock
        self._market = market
        self._past = past
        self._bars = bars
        self._values = values
        self._order = count()
        self._jobs: asyncio.PriorityQueue[tuple[int, int, _Job]] = asyncio.PriorityQueue()
        self._kick = asyncio.Event()
        self._coins: list[str] = []
        self._waiting: set[tuple[str, int, int]] = set()
        self._minute_past = MinutePast(clock, market, past, values)
        self._minute_past.on_trouble = lambda error: self.on_trouble(error)
        self.on_trouble: Callable[[SeawallError], None] = lambda error: None
        self.on_hours: Callable[[str], Awaitable[None]] = _nothing
        """Called when hours of a coin have been taken in."""

    def watch(self, coins: Iterable[str]) -> None:
        """Fill the past of these coins; those watched already have it. Returns at once."""
        wanted = list(coins)
        for coin in wanted:
            if coin not in self._coins:
                self._put(_Job(_HOURS, f"hours of {coin}", partial(self._hours, coin)))
                self._put(_Job(_HOURS, f"minutes of {coin}", partial(self._first_minutes, coin)))
                self._put(_Job(_DAYS, f"days of {coin}", partial(self._days, coin)))
                for piece in range(PIECES):
                    work = partial(self._traded, coin, piece)
                    self._put(_Job(_TRADED, f"traded minutes of {coin}, piece {piece + 1}", work))
        for gone in set(self._coins).difference(wanted):
            self._minute_past.forget(gone)
        self._coins = wanted

    def gap(self, gap: Gap) -> None:
        """Fill the minutes of a gap longer than a minute, and its hours if it holds whole ones. Returns at once.

        A gap is told when data is back: what failed meanwhile is tried again now.
        """
        kick, self._kick = self._kick, asyncio.Event()
        kick.set()
        if gap.at_ms - gap.since_ms <= _LEAST_GAP_MS:
            return
        # Up to the end of the minute in which the data came back.
        since_ms, until_ms = gap.since_ms // MINUTE_MS * MINUTE_MS, (gap.at_ms // MINUTE_MS + 1) * MINUTE_MS
        since_ms = max(since_ms, until_ms - _LONGEST_MINUTES_MS)
        for coin in self._coins:
            key = (coin, since_ms, until_ms)
            if key not in self._waiting:
                # Several channels and venues tell the same gap.
                self._waiting.add(key)
                # A minute is past only when it has ended.
                self._put(_Job(_MINUTES, f"gap of {coin}", partial(self._of_gap, key), until_ms))

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                job = (await self._jobs.get())[2]
                if job.due_ms > self._clock.now_ms():
                    group.create_task(self._later(job))
                    continue
                try:
                    await job.work()
                except SeawallError as error:
                    _log.info("%s: %s", job.name, error.message)
                    pause_s = _RETRY_SECONDS[min(job.tries, len(_RETRY_SECONDS) - 1)]
                    due_ms = self._clock.now_ms() + int(pause_s * 1000)
                    group.create_task(self._later(job._replace(due_ms=due_ms, tries=job.tries + 1)))

    def _put(self, job: _Job) -> None:
        self._jobs.put_nowait((job.priority, next(self._order), job))

    async def _later(self, job: _Job) -> None:
        kick = self._kick
        waits = max(0, job.due_ms - self._clock.now_ms()) / 1000
        sleeping = asyncio.create_task(self._clock.sleep(waits), name=job.name)
        kicked = asyncio.create_task(kick.wait(), name=job.name)
        try:
            await asyncio.wait({sleeping, kicked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            kicked.cancel()
        self._put(job._replace(due_ms=0) if job.tries else job)

    # --- pieces of work ----------------------------------------------------------------------------------------

    async def _hours(self, coin: str) -> None:
        until_ms = self._clock.now_ms() // HOUR_MS * HOUR_MS
        await self._hours_between(coin, until_ms - HOURS_DAYS * DAY_MS, until_ms)

    async def _hours_between(self, coin: str, since_ms: int, until_ms: int) -> None:
        known = self._market.known_hours(coin)
        missing = [open_ms for open_ms in range(since_ms, until_ms, HOUR_MS) if open_ms not in known]
        if not missing or coin not in self._coins:
            return
        told = await self._past.hours(coin, missing[0], missing[-1] + HOUR_MS)
        fresh = [bar for bar in told if bar.open_ms not in known]
        await self._market.warm_slowly(coin, fresh)
        await self._keep(coin, fresh)
        if fresh:
            await self.on_hours(coin)

    async def _keep(self, coin: str, bars: list[HourBar]) -> None:
        if self._bars is None or not bars:
            return
        try:
            await self._bars.keep_hours(coin, bars, "filled")
        except SeawallError as error:
            # The program knows them; the disk will be asked to keep them after the next start.
            self.on_trouble(error)

    async def _first_minutes(self, coin: str) -> None:
        now_ms = self._clock.now_ms()
        await self._minutes(coin, now_ms - _FIRST_MINUTES_MS, now_ms)

    async def _minutes(self, coin: str, since_ms: int, until_ms: int) -> None:
        holes = self._market.missing_minutes(coin, since_ms, until_ms)
        if holes is not None and coin in self._coins:
            await self._market.refill_slowly(coin, await self._past.minutes(coin, *holes))

    async def _of_gap(self, key: tuple[str, int, int]) -> None:
        coin, since_ms, until_ms = key
        first_ms, last_ms = since_ms // HOUR_MS * HOUR_MS, until_ms // HOUR_MS * HOUR_MS
        if last_ms > first_ms:
            await self._hours_between(coin, first_ms, last_ms)
        await self._minutes(coin, since_ms, until_ms)
        self._waiting.discard(key)

    async def _traded(self, coin: str, piece: int) -> None:
        if coin in self._coins:
            await self._minute_past.fill(coin, piece)

    async def _days(self, coin: str) -> None:
        if self._values is None:
            return
        until_ms = self._clock.now_ms() // DAY_MS * DAY_MS
        since_ms = until_ms - DAYS * DAY_MS
        known = {day.day_ms for day in await self._values.days(coin, "PRICE", since_ms)}
        missing = [day_ms for day_ms in range(since_ms, until_ms, DAY_MS) if day_ms not in known]
        if not missing or coin not in self._coins:
            return
        told = await self._past.days(coin, missing[0], missing[-1] + DAY_MS)
        for indicator, days in told.items():
            await self._values.fill_days(coin, indicator, days)
        all_days = await self._values.all_days(coin, since_ms)
        self._market.warm_values(coin, ValueHours(until_ms, {}), all_days)


async def _nothing(coin: str) -> None:
    """Do nothing: nobody else wants to know."""
