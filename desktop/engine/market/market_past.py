"""The past of the market desk: hours, minutes and values that come from the disk or venues, and go to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from desktop.domain.kept_values import DayValue, ValueHours
from desktop.domain.market import HourBar
from desktop.engine.market.market_floor import MarketFloor
from desktop.risk.reading import Reading
from desktop.risk.windows import MINUTE_MS


class MarketPast:
    """What a market floor remembers and is told of the time before now. Engine thread."""

    def __init__(self, floor: MarketFloor) -> None:
        self._floor = floor

    def watch(self, coin: str) -> None:
        """Follow this coin from now on."""
        self._floor.watch(coin)

    def use_cascade(self, cascade: Callable[[str, int], Reading]) -> None:
        """Let CASCADE_K of every coin come from the map of untested interest: (coin, now_ms) -> reading."""
        self._floor.cascade = cascade
        for coin, desk in self._floor.coins.items():
            desk.level.cascade = partial(cascade, coin)

    def use_sizes(self, sizes: Mapping[str, float]) -> None:
        """Measure slippage for these sizes of the person's own (USD by coin); of other coins none is known."""
        for coin, desk in self._floor.coins.items():
            desk.track.boards.slips.mine_usd = sizes.get(coin)

    def warm(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take up to 30 days of hours of a coin, so that percentiles and day windows are warm from the start."""
        self.watch(coin)
        desk = self._floor.coins[coin]
        desk.track.warm(bars)
        desk.forget()

    async def warm_slowly(self, coin: str, bars: Sequence[HourBar]) -> None:
        """Take hours of a coin that is live already, in slices between which everything else goes on."""
        desk = self._floor.coins.get(coin)
        if desk is not None:
            for _ in desk.track.warming(bars):
                await asyncio.sleep(0)
            desk.forget()

    def warm_values(self, coin: str, hours: ValueHours, days: Mapping[str, Sequence[DayValue]]) -> None:
        """Take stored hours and days of the indicators themselves; an empty coin means those of the market."""
        if coin:
            self.watch(coin)
            self._floor.coins[coin].warm_values(hours, days)
        else:
            self._floor.wide.warm_values(hours, days)

    def fill_values(self, coin: str, told: ValueHours) -> None:
        """Take hours of a coin's indicators that were measured of a past told by others."""
        desk = self._floor.coins.get(coin)
        if desk is not None:
            desk.fill_hours(told)

    def known_values(self, coin: str, indicator: str) -> int:
        """Return how many hours of its own past an indicator of this coin knows."""
        desk = self._floor.coins.get(coin)
        return 0 if desk is None else len(desk.track.hourly.histories[indicator])

    def hours(self, coin: str) -> list[HourBar]:
        """Return the hours that are known of a coin, oldest first."""
        desk = self._floor.coins.get(coin)
        return [] if desk is None else list(desk.track.hours)

    def known_hours(self, coin: str) -> frozenset[int]:
        """Return the opens of the hours that are known of a coin."""
        desk = self._floor.coins.get(coin)
        return frozenset() if desk is None else frozenset(bar.open_ms for bar in desk.track.hours)

    def missing_minutes(self, coin: str, since_ms: int, until_ms: int) -> tuple[int, int] | None:
        """Return since when and until when (UTC ms, not included) minutes of a coin have no price, or None."""
        desk = self._floor.coins.get(coin)
        holes = None if desk is None else desk.track.minutes.missing(since_ms // MINUTE_MS, until_ms // MINUTE_MS)
        return None if holes is None else (holes[0] * MINUTE_MS, (holes[1] + 1) * MINUTE_MS)

    def refill(self, coin: str, minutes: Sequence[HourBar]) -> None:
        """Take prices of minutes that nobody heard, at once; forced closings of that time stay unknown."""
        desk = self._floor.coins.get(coin)
        if desk is not None:
            for _ in desk.track.refilling(minutes):
                pass
            desk.forget()

    async def refill_slowly(self, coin: str, minutes: Sequence[HourBar]) -> None:
        """Take prices of minutes that nobody heard, in slices between which everything else goes on."""
        desk = self._floor.coins.get(coin)
        if desk is not None:
            for _ in desk.track.refilling(minutes):
                await asyncio.sleep(0)
            desk.forget()

    def finished_hours(self) -> list[tuple[str, HourBar]]:
        """Return the hours that ended since this was last asked."""
        found = []
        for coin, desk in self._floor.coins.items():
            found += [(coin, bar) for bar in desk.track.fresh_hours]
            desk.track.fresh_hours.clear()
        return found

    def minute_values(self) -> list[tuple[str, dict[str, float | None]]]:
        """Return every indicator of every coin as it was sampled at the last full minute; None is unknown.

        The market's own stand under an empty coin.
        """
        of_market = self._floor.wide.minute()
        own = [("", of_market)] if of_market else []
        return [*((coin, desk.minute()) for coin, desk in self._floor.coins.items()), *own]
