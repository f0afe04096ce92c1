"""Finished hours and minutes reach the disk; a full or silent disk is a state in the view and stops nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest

from desktop.domain.errors import SeawallError
from desktop.domain.kept_values import DayValue, FloatArray, Origin, ValueHours
from desktop.domain.market import HourBar, Trade
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.past.history_keeper import HistoryKeeper
from tests.fakes.manual_clock import ManualClock

MINUTE_MS = 60_000
START_MS = 1_790_000_040_000  # a full minute


class Disk:
    """Both sinks; refuses while `trouble` has words and waits while `hangs`."""

    def __init__(self) -> None:
        self.trouble = ""
        self.hangs: asyncio.Event | None = None
        self.hours: list[tuple[str, HourBar]] = []
        self.minutes_kept: list[tuple[int, dict[str, dict[str, float | None]]]] = []
        self.untidy = 0
        self.done = asyncio.Queue[str]()

    async def keep_hour(self, coin: str, bar: HourBar) -> None:
        await self._asked()
        self.hours.append((coin, bar))

    async def keep_hours(self, coin: str, bars: Sequence[HourBar], origin: Origin) -> None:
        raise NotImplementedError

    async def keep_minutes(self, minute_ms: int, rows: Sequence[tuple[str, Mapping[str, float | None]]]) -> None:
        await self._asked()
        self.minutes_kept.append((minute_ms, {coin: dict(values) for coin, values in rows}))
        self.done.put_nowait("kept")

    async def _asked(self) -> None:
        if self.hangs is not None:
            self.done.put_nowait("hangs")
            await self.hangs.wait()
        if self.trouble:
            raise SeawallError(self.trouble, "Free some space.")

    async def tidy(self, now_ms: int) -> bool:
        self.untidy = max(0, self.untidy - 1)
        return self.untidy > 0

    async def minutes(self, coin: str, indicator: str, since_ms: int, until_ms: int) -> FloatArray:
        raise NotImplementedError

    async def days(self, coin: str, indicator: str, since_ms: int) -> list[DayValue]:
        raise NotImplementedError

    async def all_days(self, coin: str, since_ms: int) -> dict[str, list[DayValue]]:
        raise NotImplementedError

    async def value_hours(self, coin: str, since_ms: int, until_ms: int, medians: tuple[str, ...] = ()) -> ValueHours:
        raise NotImplementedError

    async def hour_of_week_medians(self, coin: str, indicator: str, since_ms: int) -> tuple[float | None, ...]:
        raise NotImplementedError

    async def fill_days(self, coin: str, indicator: str, days: Sequence[DayValue]) -> None:
        raise NotImplementedError


class Bench:
    """A keeper at work on a market that trades once a minute."""

    def __init__(self) -> None:
        self.clock = ManualClock(START_MS)
        self.market = MarketDesk(["BTC"], (), ("binance",))
        self.disk = Disk()
        self.keeper = HistoryKeeper(self.clock, self.market, self.disk, self.disk)
        self.troubles: list[str] = []
        self.keeper.on_trouble = lambda error: self.troubles.append(error.message)

    async def minute(self, price: float = 80_000.0) -> None:
        now_ms = self.clock.now_ms()
        self.market.fold(Trade("binance", "BTCUSDT", "BTC", "buy", "1", str(price), now_ms), now_ms)
        self.market.tick(now_ms)
        self.keeper.hand_over(now_ms)
        await self.clock.advance(60.0)


def play(scene: Callable[[Bench], Awaitable[None]]) -> None:
    async def run() -> None:
        bench = Bench()
        task = asyncio.create_task(bench.keeper.run())
        try:
            async with asyncio.timeout(20):
                await scene(bench)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_each_minute_goes_to_the_disk_with_every_indicator() -> None:
    async def scene(bench: Bench) -> None:
        for price in (80_000.0, 80_001.0, 80_002.0):
            await bench.minute(price)
        await bench.disk.done.get()
        await bench.disk.done.get()
        assert [at for at, _ in bench.disk.minutes_kept] == [START_MS, START_MS + MINUTE_MS]
        values = bench.disk.minutes_kept[0][1]["BTC"]
        assert values["PRICE"] == 80_001.0
        assert values["FUND_OIW"] is None
        assert bench.keeper.view(bench.clock.now_ms()).state == "keeping"

    play(scene)


def test_hours_are_kept_as_they_finish() -> None:
    async def scene(bench: Bench) -> None:
        for _ in range(130):
            await bench.minute()
        while len(bench.disk.minutes_kept) < 129:
            await bench.disk.done.get()
        assert [coin for coin, _ in bench.disk.hours] == ["BTC", "BTC"]

    play(scene)


@pytest.mark.expects_log("disk is full")
def test_a_full_disk_is_a_state_with_its_reason_and_nothing_is_lost_when_it_is_mended() -> None:
    async def scene(bench: Bench) -> None:
        bench.disk.trouble = "disk is full"
        for _ in range(4):
            await bench.minute()
            await asyncio.sleep(0)
        view = bench.keeper.view(bench.clock.now_ms())
        assert (view.state, view.reason, view.waiting) == ("trouble", "disk is full", 3)
        assert view.kept_ms == START_MS + MINUTE_MS
        assert bench.troubles == ["disk is full"]
        bench.disk.trouble = ""
        await bench.minute()
        for _ in range(4):
            await bench.disk.done.get()
        assert [at for at, _ in bench.disk.minutes_kept] == [START_MS + n * MINUTE_MS for n in range(4)]
        assert bench.keeper.view(bench.clock.now_ms()).reason == ""

    play(scene)


def test_a_disk_that_does_not_answer_is_told_and_the_queue_stays_short() -> None:
    async def scene(bench: Bench) -> None:
        bench.disk.hangs = asyncio.Event()
        await bench.minute()
        for _ in range(100):
            await bench.minute()
        assert await bench.disk.done.get() == "hangs"
        await bench.clock.advance(180.0)
        view = bench.keeper.view(bench.clock.now_ms())
        assert view.state == "trouble"
        assert "has not answered" in view.reason
        assert view.waiting <= 61
        bench.disk.hangs.set()

    play(scene)


def test_the_disk_is_tidied_in_steps_with_pauses() -> None:
    async def scene(bench: Bench) -> None:
        bench.disk.untidy = 3
        await bench.minute()
        for _ in range(2):
            await bench.clock.next_sleep(0.1)
            await bench.clock.advance(0.1)
        await bench.minute()
        await bench.disk.done.get()
        assert bench.disk.untidy == 0

    play(scene)


def test_without_a_disk_nothing_is_gathered() -> None:
    async def run() -> None:
        keeper = HistoryKeeper(ManualClock(), MarketDesk(["BTC"], (), ("binance",)), None, None)
        for minute in range(5):
            keeper.hand_over(START_MS + minute * MINUTE_MS)
        assert keeper.view(START_MS) == keeper.view(START_MS + 10**9)
        assert keeper.view(START_MS).state == "off"

    asyncio.run(run())
