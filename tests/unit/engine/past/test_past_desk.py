"""What was kept of values warms their percentiles at the start, and a year of funding that a venue tells does too."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.kept_values import DayValue, TradedMinutes
from desktop.domain.market import Book, HourBar, Mark, OpenInterest
from desktop.engine.engine import EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.own.own_questions import OwnSources
from desktop.engine.own.own_side import OwnSide
from desktop.engine.past.history_filler import HistoryFiller
from desktop.engine.past.past_desk import PastDesk
from desktop.risk.reading import Reading, State
from desktop.storage.value_history import ValueHistory
from tests.fakes.manual_clock import ManualClock

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
NOW_MS = 1_790_000_000_000 // DAY_MS * DAY_MS + 10 * HOUR_MS


class OneYear:
    """Venues that tell a year of funding, and nothing else."""

    async def traded(self, coin: str, since_ms: int, until_ms: int) -> TradedMinutes:
        unknown = np.full((until_ms - since_ms) // MINUTE_MS, np.nan)
        return TradedMinutes(since_ms, *[unknown] * 5)

    def leave_out(self, venues: Collection[str]) -> None: ...

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        return []

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        return []

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        rates = np.linspace(0.0, 0.0002, 365)
        opens = range(until_ms - 365 * DAY_MS, until_ms, DAY_MS)
        days = [DayValue(at, r, r, r, r, 1440, "filled") for at, r in zip(opens, map(float, rates), strict=True)]
        return {"FUND_OIW": days}


def funding(market: MarketDesk, clock: ManualClock, rate: float) -> None:
    now_ms = clock.now_ms()
    market.fold(Mark("binance", "BTCUSDT", "BTC", "80000", "80000", rate, 8.0, None, now_ms), now_ms)
    market.fold(OpenInterest("binance", "BTCUSDT", "BTC", "1000", 8e7, now_ms), now_ms)
    market.tick(now_ms)


def test_values_of_an_earlier_run_warm_the_percentiles(tmp_path: Path) -> None:
    async def run() -> float | None:
        clock = ManualClock(NOW_MS)
        values = ValueHistory(tmp_path / "values.sqlite")
        for hour in range(400):
            at_ms = NOW_MS - (hour + 1) * HOUR_MS
            await values.keep_minutes(at_ms, [("BTC", {"SPREAD": float(hour)})])
        while await values.tidy(NOW_MS):
            pass
        market = MarketDesk(["BTC"], (), ("binance",))
        parts = EngineParts("live", "", clock, ("BTC",), [], market, values=values)
        await PastDesk(parts).restore(["BTC"])
        await values.close()
        return market._floor.coins["BTC"].track.hourly.histories["SPREAD"].percentile(100.0)

    found = asyncio.run(run())
    assert found is not None
    assert 0.2 < found < 0.3


def _book(at_ms: int, size: float) -> Book:
    bids = tuple((100 - 0.05 - 0.1 * n, size) for n in range(20))
    asks = tuple((100 + 0.05 + 0.1 * n, size) for n in range(20))
    return Book("binance", "BTCUSDT", "BTC", "99.95", "100.05", bids, asks, at_ms)


@pytest.mark.parametrize(("days", "baseline"), [(1, "24 h"), (20, "")])
def test_depth_and_slippage_are_judged_at_once_after_a_restart(tmp_path: Path, days: int, baseline: str) -> None:
    async def run() -> tuple[Reading, Reading]:
        clock = ManualClock(NOW_MS)
        values = ValueHistory(tmp_path / "values.sqlite")
        usual = {"DEPTH_USD.binance": 2e5, "SLIP_10K": 7.0}
        for hour in range(24 * days):
            # Some minutes of each hour, the newest of them still in the running day.
            for minute in (5, 35):
                await values.keep_minutes(NOW_MS - (hour + 1) * HOUR_MS + minute * MINUTE_MS, [("BTC", usual)])
        while await values.tidy(NOW_MS):
            pass
        market = MarketDesk(["BTC"], (), ("binance",))
        await PastDesk(EngineParts("live", "", clock, ("BTC",), [], market, values=values)).restore(["BTC"])
        for second in range(0, 20, 5):
            market.fold(_book(NOW_MS + second * 1000, 100.0), NOW_MS + second * 1000)
            market.tick(NOW_MS + second * 1000)
        await values.close()
        readings = market.pictures.coin_views(NOW_MS + 15_000)[0].readings
        return readings["DEPTH_REL"], readings["SLIP_10K"]

    depth, slip = asyncio.run(run())
    assert (depth.state, depth.baseline) == (State.LIVE, baseline)
    assert depth.value == pytest.approx(sum(100 - 0.05 - 0.1 * n for n in range(10)) * 100 / 2e5, rel=0.01)
    assert slip.times_usual is not None


def test_the_peak_of_open_interest_reaches_back_ninety_days_and_over_a_restart(tmp_path: Path) -> None:
    async def run() -> tuple[Reading, Reading]:
        clock = ManualClock(NOW_MS)
        values = ValueHistory(tmp_path / "values.sqlite")
        opens = range(NOW_MS // DAY_MS * DAY_MS - 89 * DAY_MS, NOW_MS, DAY_MS)
        for at_ms in opens:
            most = 1.0 if at_ms == opens[9] else 0.25
            row = {"OI_COINS.binance": 4_000.0 * most, "OI_COINS.okx": 2_000.0 * most}
            await values.keep_minutes(at_ms + 1439 * MINUTE_MS, [("BTC", row)])
        while await values.tidy(NOW_MS):
            pass
        found = []
        for venues in (("binance", "okx"), ("okx",)):
            market = MarketDesk(["BTC"], (), ("binance", "okx"))
            await PastDesk(EngineParts("live", "", clock, ("BTC",), [], market, values=values)).restore(["BTC"])
            for venue in venues:
                market.fold(OpenInterest(venue, "BTC-X", "BTC", "1500", 1.2e8, NOW_MS), NOW_MS)
            market.tick(NOW_MS)
            found.append(market.pictures.coin_views(NOW_MS)[0].readings["OI_PEAK"])
        await values.close()
        return found[0], found[1]

    both, one = asyncio.run(run())
    assert (both.state, both.value) == (State.LIVE, pytest.approx(3_000 / 6_000 - 1))
    assert (set(both.venues), both.coverage) == ({"binance", "okx"}, 1.0)
    assert (one.value, one.venues) == (pytest.approx(1_500 / 2_000 - 1), ("okx",))


def test_open_interest_of_each_venue_is_among_the_values_that_are_kept() -> None:
    clock = ManualClock(NOW_MS)
    market = MarketDesk(["BTC"], (), ("binance",))
    funding(market, clock, 0.0001)
    ((_, kept),) = [row for row in market.minute_values() if row[0] == "BTC"]
    assert kept["OI_COINS.binance"] == 1_000.0
    assert not [name for name in kept if name.startswith("OI_COINS.") and name != "OI_COINS.binance"]


class TwoWeeks(OneYear):
    """Venues that tell two weeks of hours."""

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        opens = range(until_ms - 14 * DAY_MS, until_ms, HOUR_MS)
        return [
            HourBar(at, 100.0, 101.0, 99.0, 100.0, oi_coins=5e3, oi_usd=5e5, oi_venues=("binance",)) for at in opens
        ]


def test_hours_from_the_venues_warm_the_map_of_untested_interest_too() -> None:
    async def run() -> tuple[Reading, Reading]:
        clock = ManualClock(NOW_MS)
        market = MarketDesk(["BTC"], (), ("binance",))
        own = OwnSide(["BTC"], ("binance",), clock, OwnSources())
        parts = EngineParts("live", "", clock, ("BTC",), [], market, past=TwoWeeks(), own=own)
        past = PastDesk(parts)
        mark = Mark("binance", "BTCUSDT", "BTC", "100", "100", 0.0001, 8.0, None, NOW_MS)
        own.fold(mark, NOW_MS)
        own.tick(NOW_MS)
        before = own.cascade("BTC", NOW_MS)
        task = asyncio.create_task(past.run())
        past.watch(["BTC"])
        for _ in range(600):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return before, own.cascade("BTC", NOW_MS)

    before, after = asyncio.run(run())
    assert before.state is State.WARMING
    assert after.reason == "no live order book", "the map is there, only the depth is not"


def test_a_year_of_funding_from_the_venues_warms_its_percentile_in_the_same_run(tmp_path: Path) -> None:
    async def run() -> tuple[float | None, str, int]:
        clock = ManualClock(NOW_MS)
        values = ValueHistory(tmp_path / "values.sqlite")
        market = MarketDesk(["BTC"], (), ("binance",))
        filler = HistoryFiller(clock, market, OneYear(), values=values)
        task = asyncio.create_task(filler.run())
        filler.watch(["BTC"])
        async with asyncio.timeout(20):
            while len(await values.days("BTC", "FUND_OIW", 0)) < 365:
                pass
            await values.all_days("BTC", 0)
        for _ in range(50):
            await asyncio.sleep(0)
        funding(market, clock, 0.00019)
        reading = market.pictures.coin_views(clock.now_ms())[0].readings["FUND_OIW"]
        kept = len(await values.days("BTC", "FUND_OIW", 0))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await values.close()
        return reading.percentile, reading.baseline, kept

    percentile, baseline, kept = asyncio.run(run())
    assert kept == 365
    assert baseline == ""
    assert percentile is not None
    assert 0.93 < percentile < 0.97
