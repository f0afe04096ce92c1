"""What was not lived through is asked for once, taken in beside live work, and tried again when it fails."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.errors import NetworkTrouble, SeawallError
from desktop.domain.kept_values import DayValue, Origin, TradedMinutes
from desktop.domain.market import Gap, HourBar, Trade
from desktop.engine.engine_parts import EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.past.history_filler import HistoryFiller
from desktop.engine.past.minute_past import PIECES
from desktop.engine.past.past_desk import PastDesk
from desktop.risk.reading import State
from desktop.risk.volatility import MinuteVolatility
from desktop.storage.value_history import ValueHistory
from tests.fakes.manual_clock import ManualClock

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
NOW_MS = 1_790_000_000_000 // DAY_MS * DAY_MS + 10 * HOUR_MS + 20 * MINUTE_MS


def bar(open_ms: int, close: float = 100.0) -> HourBar:
    return HourBar(open_ms, close, close + 1, close - 1, close, oi_coins=5.0, oi_usd=500.0, oi_venues=("binance",))


class Venues:
    """A past that tells every bar asked for, or fails as often as it is told to."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[tuple[str, str, int, int]] = asyncio.Queue()
        self.fail = 0
        self.price_at: Callable[[int], float] = lambda at_ms: 100.0

    def _told(self, kind: str, coin: str, since_ms: int, until_ms: int, step_ms: int) -> list[HourBar]:
        self.asked.put_nowait((kind, coin, since_ms, until_ms))
        if self.fail:
            self.fail -= 1
            raise NetworkTrouble("no venue answers", "It is asked again.")
        return [bar(open_ms, self.price_at(open_ms)) for open_ms in range(since_ms, until_ms, step_ms)]

    def leave_out(self, venues: Collection[str]) -> None: ...

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        return self._told("hours", coin, since_ms, until_ms, HOUR_MS)

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        return self._told("minutes", coin, since_ms, until_ms, MINUTE_MS)

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        told = self._told("days", coin, since_ms, until_ms, DAY_MS)
        return {"PRICE": [DayValue(b.open_ms, b.low, b.high, b.close, b.close, 1440, "filled") for b in told]}

    async def traded(self, coin: str, since_ms: int, until_ms: int) -> TradedMinutes:
        bars = self._told("traded", coin, since_ms, until_ms, MINUTE_MS)
        high, low, close = (np.array(row) for row in zip(*((b.high, b.low, b.close) for b in bars), strict=True))
        flow = np.sin(np.arange(close.size) / 7) * 1e5
        return TradedMinutes(
            since_ms, high, low, close * np.exp(np.cumsum(flow) / 1e8), np.full(close.size, 2e6), flow
        )


class Sink:
    """Keeps hours in memory; refuses with `trouble`."""

    def __init__(self) -> None:
        self.kept: dict[str, list[HourBar]] = {}
        self.trouble = ""

    async def keep_hour(self, coin: str, bar: HourBar) -> None:
        raise NotImplementedError

    async def keep_hours(self, coin: str, bars: Sequence[HourBar], origin: Origin) -> None:
        if self.trouble:
            raise SeawallError(self.trouble)
        assert origin == "filled"
        self.kept.setdefault(coin, []).extend(bars)


class Bench:
    """A filler at work on a market with some past of its own."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW_MS)
        self.market = MarketDesk(["BTC"], (), ("binance", "bybit"))
        self.venues = Venues()
        self.sink = Sink()
        self.filler = HistoryFiller(self.clock, self.market, self.venues, bars=self.sink)

    def trade(self, price: float) -> None:
        now_ms = self.clock.now_ms()
        self.market.fold(Trade("binance", "BTCUSDT", "BTC", "buy", "1", str(price), now_ms), now_ms)
        self.market.tick(now_ms)

    async def idle(self) -> None:
        for _ in range(400):
            await asyncio.sleep(0)

    def closes(self) -> list[float]:
        chart = self.market.pictures.chart("BTC", MINUTE_MS, self.clock.now_ms())
        assert chart is not None
        return chart.close.tolist()


def play(scene: Callable[[Bench], Awaitable[None]]) -> None:
    async def run() -> None:
        bench = Bench()
        task = asyncio.create_task(bench.filler.run())
        try:
            async with asyncio.timeout(20):
                await scene(bench)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def test_at_the_start_thirty_days_of_hours_are_asked_and_percentiles_are_warm() -> None:
    async def scene(bench: Bench) -> None:
        bench.trade(100.0)
        bench.filler.watch(["BTC"])
        hour_ms = NOW_MS // HOUR_MS * HOUR_MS
        assert await bench.venues.asked.get() == ("hours", "BTC", hour_ms - 30 * DAY_MS, hour_ms)
        assert (await bench.venues.asked.get())[0] == "minutes"
        await bench.idle()
        assert len(bench.market.known_hours("BTC")) == 720
        assert len(bench.sink.kept["BTC"]) == 720
        (view,) = bench.market.pictures.coin_views(bench.clock.now_ms())
        assert view.readings["LEVEL_24H"].value == pytest.approx(100.0 / 99.0 - 1)
        volume = view.readings["LIQ_VOL_LONG_24H"]
        assert volume.value is None, "no venue tells past liquidations: unknown, never zero"

    play(scene)


def test_only_hours_that_are_not_known_are_asked() -> None:
    async def scene(bench: Bench) -> None:
        hour_ms = NOW_MS // HOUR_MS * HOUR_MS
        bench.market.warm("BTC", [bar(at) for at in range(hour_ms - 30 * DAY_MS, hour_ms - 5 * HOUR_MS, HOUR_MS)])
        bench.filler.watch(["BTC"])
        assert await bench.venues.asked.get() == ("hours", "BTC", hour_ms - 5 * HOUR_MS, hour_ms)
        await bench.idle()
        bench.filler.watch(["BTC"])
        await bench.idle()
        asked = [bench.venues.asked.get_nowait()[0] for _ in range(bench.venues.asked.qsize())]
        assert asked == ["minutes", *["traded"] * PIECES]

    play(scene)


def test_the_first_minutes_of_the_running_hour_are_filled_so_that_it_becomes_a_whole_one() -> None:
    async def scene(bench: Bench) -> None:
        bench.trade(150.0)
        bench.filler.watch(["BTC"])
        await bench.idle()
        for _ in range(41):
            await bench.clock.advance(60.0)
            bench.trade(150.0)
        hour_ms = NOW_MS // HOUR_MS * HOUR_MS
        (finished,) = [hour for _, hour in bench.market.finished_hours() if hour.open_ms == hour_ms]
        assert (finished.open, finished.low, finished.close) == (100.0, 99.0, 150.0)
        assert (finished.long_usd, finished.short_usd) == (None, None)

    play(scene)


def test_volatility_of_a_day_is_known_as_soon_as_its_minutes_are_told() -> None:
    async def scene(bench: Bench) -> None:
        bench.venues.price_at = lambda at_ms: 100.0 + at_ms // MINUTE_MS % 7
        bench.trade(103.0)
        bench.filler.watch(["BTC"])
        await bench.idle()
        expected = MinuteVolatility()
        for at_ms in range(NOW_MS - 24 * HOUR_MS - MINUTE_MS, NOW_MS, MINUTE_MS):
            told = bar(at_ms, 100.0 + at_ms // MINUTE_MS % 7)
            expected.add(at_ms, told.high, told.low, told.close)
        (view,) = bench.market.pictures.coin_views(NOW_MS)
        for name, window_ms in (("RV_1H", HOUR_MS), ("RV_24H", 24 * HOUR_MS)):
            value = expected.realised(window_ms, NOW_MS).value
            assert value is not None
            assert value > 0.1
            assert (view.readings[name].state, view.readings[name].value) == (State.LIVE, pytest.approx(value))
        assert view.readings["PARK_6H"].value == pytest.approx(expected.parkinson(6 * HOUR_MS, NOW_MS).value)
        assert view.readings["JUMP"].value == pytest.approx(expected.jump_share(NOW_MS).value)

    play(scene)


def test_minutes_that_ended_meanwhile_are_in_the_volatility_too() -> None:
    async def scene(bench: Bench) -> None:
        bench.trade(100.0)
        bench.filler.watch(["BTC"])
        await bench.idle()
        for _ in range(60):
            await bench.clock.advance(60.0)
            bench.trade(100.0)
        (view,) = bench.market.pictures.coin_views(bench.clock.now_ms())
        assert view.readings["PARK_1H"].as_of_ms == bench.clock.now_ms() // MINUTE_MS * MINUTE_MS
        assert view.readings["PARK_1H"].value == 0.0

    play(scene)


def test_hours_that_are_told_after_their_minutes_are_taken_all_the_same() -> None:
    async def scene(bench: Bench) -> None:
        bench.venues.fail = 1
        bench.trade(100.0)
        bench.filler.watch(["BTC"])
        await bench.idle()
        assert bench.market.known_hours("BTC") == frozenset()
        await bench.clock.next_sleep(60.0)
        await bench.clock.advance(60.0)
        await bench.idle()
        assert len(bench.market.known_hours("BTC")) == 720

    play(scene)


def test_of_a_gap_only_the_minutes_nobody_heard_are_asked_once() -> None:
    async def scene(bench: Bench) -> None:
        bench.filler.watch(["BTC"])
        await bench.idle()
        for _ in range(5):
            bench.trade(200.0)
            await bench.clock.advance(60.0)
        began_ms = bench.clock.now_ms()
        await bench.clock.advance(5 * 60.0 + 10)
        bench.trade(210.0)
        while not bench.venues.asked.empty():
            bench.venues.asked.get_nowait()
        for channel in ("/market/stream", "/public/stream"):
            bench.filler.gap(Gap("binance", channel, "silent", began_ms, bench.clock.now_ms()))
        await bench.idle()
        assert bench.venues.asked.empty(), "the minute in which the data came back has not ended"
        await bench.clock.advance(50.0)
        bench.trade(210.0)
        assert await bench.venues.asked.get() == ("minutes", "BTC", began_ms, began_ms + 5 * MINUTE_MS)
        await bench.idle()
        assert bench.venues.asked.empty()
        assert bench.closes()[-12:] == [200.0] * 5 + [100.0] * 5 + [210.0] * 2

    play(scene)


def test_a_short_gap_or_one_another_venue_covered_asks_nothing() -> None:
    async def scene(bench: Bench) -> None:
        bench.filler.watch(["BTC"])
        await bench.idle()
        while not bench.venues.asked.empty():
            bench.venues.asked.get_nowait()
        began_ms = bench.clock.now_ms()
        for _ in range(10):
            bench.trade(200.0)
            await bench.clock.advance(60.0)
        bench.filler.gap(Gap("bybit", "/v5/public/linear", "silent", began_ms, began_ms + 59_000))
        bench.filler.gap(Gap("bybit", "/v5/public/linear", "silent", began_ms, began_ms + 5 * MINUTE_MS))
        await bench.idle()
        assert bench.venues.asked.empty()

    play(scene)


def test_after_a_night_asleep_minutes_and_hours_are_filled() -> None:
    async def scene(bench: Bench) -> None:
        bench.trade(200.0)
        bench.filler.watch(["BTC"])
        await bench.idle()
        began_ms = bench.clock.now_ms()
        await bench.clock.advance(8 * 3600.0)
        bench.trade(210.0)
        bench.filler.gap(Gap("binance", "/market/stream", "asleep", began_ms, bench.clock.now_ms()))
        await bench.clock.advance(60.0)
        bench.trade(210.0)
        await bench.idle()
        hours = bench.market.known_hours("BTC")
        first_ms = began_ms // HOUR_MS * HOUR_MS
        assert all(at in hours for at in range(first_ms, first_ms + 8 * HOUR_MS, HOUR_MS))
        assert not any(value != value for value in bench.closes()[-470:])

    play(scene)


def test_what_fails_is_asked_again_later_with_longer_pauses() -> None:
    async def scene(bench: Bench) -> None:
        kinds = 2 + PIECES
        bench.venues.fail = 2 * kinds
        bench.filler.watch(["BTC"])
        for seconds in (60.0, 120.0):
            await bench.clock.next_sleep(seconds)
            await bench.clock.advance(seconds)
            await bench.idle()
        assert len(bench.market.known_hours("BTC")) == 720
        assert bench.venues.asked.qsize() == 3 * kinds

    play(scene)


def test_what_failed_is_asked_again_at_once_when_data_is_back() -> None:
    async def scene(bench: Bench) -> None:
        bench.venues.fail = 2
        bench.filler.watch(["BTC"])
        await bench.clock.next_sleep(60.0)
        await bench.idle()
        assert bench.market.known_hours("BTC") == frozenset()
        now_ms = bench.clock.now_ms()
        bench.filler.gap(Gap("binance", "/market/stream", "offline", now_ms - 30_000, now_ms))
        await bench.idle()
        assert len(bench.market.known_hours("BTC")) == 720

    play(scene)


def test_a_disk_that_refuses_does_not_make_the_past_unknown() -> None:
    async def scene(bench: Bench) -> None:
        told: list[str] = []
        bench.filler.on_trouble = lambda error: told.append(error.message)
        bench.sink.trouble = "disk full"
        bench.filler.watch(["BTC"])
        await bench.idle()
        assert told == ["disk full"]
        assert len(bench.market.known_hours("BTC")) == 720

    play(scene)


def test_a_month_of_minutes_warms_the_percentiles_of_what_is_measured_by_the_minute() -> None:
    async def scene(bench: Bench) -> None:
        bench.venues.price_at = lambda at_ms: 100.0 + math.sin(at_ms / HOUR_MS) * (at_ms // DAY_MS % 5)
        bench.trade(100.0)
        bench.filler.watch(["BTC"])
        await bench.idle()
        (view,) = bench.market.pictures.coin_views(NOW_MS)
        for name in ("RV_1H", "RV_24H", "PARK_1H", "PARK_6H"):
            reading = view.readings[name]
            assert reading.state is State.LIVE
            assert reading.percentile is not None
            assert reading.baseline != "factory", name
        assert bench.market.known_values("BTC", "RV_1H") == 30 * 24
        assert bench.market.known_values("BTC", "AMIHUD") == 30 * 24
        assert bench.market.known_values("BTC", "KYLE") > 240
        asked = [bench.venues.asked.get_nowait() for _ in range(bench.venues.asked.qsize())]
        spans = [(since_ms, until_ms) for kind, _, since_ms, until_ms in asked if kind == "traded"]
        hour_ms = NOW_MS // HOUR_MS * HOUR_MS
        assert spans[0][1] == hour_ms
        assert spans[-1][0] == hour_ms - 30 * DAY_MS
        assert [begin for begin, _ in spans[:-1]] == [end for _, end in spans[1:]]

    play(scene)


def test_hours_that_ended_in_this_run_stay_the_newest_of_a_filled_past() -> None:
    async def scene(bench: Bench) -> None:
        bench.venues.fail = 10**6
        bench.trade(100.0)
        bench.filler.watch(["BTC"])
        for minute in range(3 * 60):
            await bench.clock.advance(60.0)
            bench.trade(100.0 + minute % 9)
        history = bench.market._floor.coins["BTC"].track.hourly.histories["PARK_1H"]
        lived = history.newest(2)
        assert all(value == value for value in lived)
        bench.venues.fail = 0
        now_ms = bench.clock.now_ms()
        bench.filler.gap(Gap("binance", "/market/stream", "offline", now_ms - 30_000, now_ms))
        await bench.idle()
        assert history.newest(2) == lived
        # The hour in which the program was started is lived too, if only half.
        assert len(history.newest(1000)) == 720
        assert bench.market.known_values("BTC", "PARK_1H") >= 718

    play(scene)


def test_own_hours_win_and_what_was_told_is_not_asked_again(tmp_path: Path) -> None:
    async def stored(values: ValueHistory) -> int:
        hours = await values.value_hours("BTC", NOW_MS - 31 * DAY_MS, NOW_MS)
        return int(np.isfinite(hours.values.get("PARK_1H", np.zeros(0))).sum())

    async def started(values: ValueHistory) -> tuple[MarketDesk, list[str]]:
        clock, venues = ManualClock(NOW_MS), Venues()
        venues.price_at = lambda at_ms: 100.0 + at_ms // MINUTE_MS % 7
        market = MarketDesk(["BTC"], (), ("binance",))
        await PastDesk(EngineParts("live", "", clock, ("BTC",), [], market, values=values)).restore(["BTC"])
        filler = HistoryFiller(clock, market, venues, values=values)
        task = asyncio.create_task(filler.run())
        filler.watch(["BTC"])
        kinds: list[str] = []
        async with asyncio.timeout(20):
            while await stored(values) < 29 * 24 or "minutes" not in kinds:
                kinds += [venues.asked.get_nowait()[0] for _ in range(venues.asked.qsize())]
        for _ in range(50):
            await values.days("BTC", "X", 0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return market, kinds

    async def scene() -> None:
        own_ms = NOW_MS // DAY_MS * DAY_MS - 3 * DAY_MS
        values = ValueHistory(tmp_path / "values.sqlite")
        await values.keep_minutes(own_ms, [("BTC", {"PARK_1H": 0.25})])
        while await values.tidy(NOW_MS):
            pass
        market, asked = await started(values)
        past = market._floor.coins["BTC"].track.hourly.histories["PARK_1H"]
        assert 0.25 in past.newest(720)
        assert asked.count("traded") == PIECES
        again, asked = await started(values)
        assert again.known_values("BTC", "PARK_1H") >= 29 * 24
        assert "traded" not in asked
        assert 0.25 in again._floor.coins["BTC"].track.hourly.histories["PARK_1H"].newest(720)
        await values.close()

    asyncio.run(scene())


def test_a_coin_no_longer_watched_is_not_asked_for() -> None:
    async def scene(bench: Bench) -> None:
        bench.filler.watch(["BTC"])
        bench.filler.watch([])
        await bench.idle()
        assert bench.venues.asked.empty()

    play(scene)
