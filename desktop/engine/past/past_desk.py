"""The engine's past: read at the start, kept as it is lived, filled from the venues where nobody was there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from desktop.domain.errors import SeawallError
from desktop.domain.kept_values import ValueHours
from desktop.domain.market import Gap
from desktop.domain.raw_frame import is_beside
from desktop.engine.past.history_filler import HistoryFiller
from desktop.engine.past.history_keeper import HistoryKeeper
from desktop.engine.past.history_view import HistoryView

if TYPE_CHECKING:
    from desktop.engine.engine_parts import EngineParts

HISTORY_DAYS, VALUE_DAYS = 30, 365
DAY_MS = 86_400_000
OF_MARKET = ""
# What is compared with the usual of its hour of the week.
BY_MEDIAN = ("DEPTH", "SLIP_")


class PastDesk:
    """Join what reads, keeps and fills history. Engine thread.

    Trouble of the disk is a state of the view, and `on_trouble` hears of it once: the feeds go on all the same.
    """

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        self._keeper = HistoryKeeper(parts.clock, parts.market, parts.history_sink, parts.values)
        self._keeper.recording = parts.recording
        self._keeper.on_trouble = lambda error: self.on_trouble(error)
        self._filler: HistoryFiller | None = None
        if parts.past is not None:
            sinks = parts.history_sink, parts.values
            self._filler = HistoryFiller(parts.clock, parts.market, parts.past, bars=sinks[0], values=sinks[1])
            self._filler.on_trouble = self._keeper.note
            self._filler.on_hours = self._warm_map
        self.on_trouble: Callable[[SeawallError], None] = lambda error: None

    async def restore(self, coins: Sequence[str]) -> None:
        """Read what is known of these coins. Without its past the program is colder, not blind."""
        parts = self._parts
        try:
            for coin in coins:
                bars = [] if parts.history is None else await parts.history.hours(coin, self._since_ms())
                parts.market.warm(coin, bars)
                if parts.own is not None:
                    parts.own.warm(coin, bars)
                await self._warm_values(coin)
            await self._warm_values(OF_MARKET)
        except SeawallError as error:
            self._keeper.note(error)

    async def warm(self, coin: str) -> None:
        """Give a new coin its own past while everything else goes on."""
        history = self._parts.history
        try:
            if history is not None:
                await self._parts.market.warm_slowly(coin, await history.hours(coin, self._since_ms()))
                await self._warm_map(coin)
            await self._warm_values(coin)
        except SeawallError as error:
            self._keeper.note(error)

    async def _warm_map(self, coin: str) -> None:
        """Build the coin's map of untested interest from all the hours that are known of it now."""
        if self._parts.own is not None:
            await self._parts.own.warm_slowly(coin, self._parts.market.hours(coin))

    async def _warm_values(self, coin: str) -> None:
        values, now_ms = self._parts.values or self._parts.value_source, self._parts.clock.now_ms()
        if values is not None:
            hours = await values.value_hours(coin, self._since_ms(), now_ms, BY_MEDIAN)
            days = await values.all_days(coin, now_ms - VALUE_DAYS * DAY_MS)
            # One indicator at a time: when a coin is added, everything else goes on in between.
            for name in {*hours.values, *days}:
                of_hours = ValueHours(hours.first_ms, {name: hours.values[name]} if name in hours.values else {})
                self._parts.market.warm_values(coin, of_hours, {name: days.get(name, [])})
                await asyncio.sleep(0)

    def watch(self, coins: Sequence[str]) -> None:
        """Fill the past of these coins from the venues, where it is missing."""
        if self._filler is not None:
            self._filler.watch(coins)

    def hand_over(self, now_ms: int) -> None:
        """Take what was finished; returns at once."""
        self._keeper.hand_over(now_ms)

    def gap(self, gap: Gap) -> None:
        """Fill what a gap of a main stream left out."""
        if self._filler is not None and not is_beside(gap.channel):
            self._filler.gap(gap)

    def view(self, now_ms: int) -> HistoryView:
        """Return how keeping stands."""
        return self._keeper.view(now_ms)

    async def run(self) -> None:
        """Write and fill until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keeper.run(), name="history")
            if self._filler is not None:
                group.create_task(self._filler.run(), name="past")

    def _since_ms(self) -> int:
        return self._parts.clock.now_ms() - HISTORY_DAYS * DAY_MS
