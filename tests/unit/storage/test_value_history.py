"""Minutes go in, days and hours come out; unknown stays unknown, old ones go, and own days win over filled ones."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.kept_values import DayValue, ValueHours
from desktop.storage.one_writer import TableTrouble
from desktop.storage.value_history import ValueHistory

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
START_MS = 20_003 * DAY_MS  # a Monday
Scene = Callable[[ValueHistory], Awaitable[None]]


def play(path: Path, scene: Scene) -> None:
    async def run() -> None:
        history = ValueHistory(path / "values.sqlite")
        try:
            await scene(history)
        finally:
            await history.close()

    asyncio.run(run())


async def keep_day(history: ValueHistory, day_ms: int, value: Callable[[int], float | None]) -> None:
    for minute in range(0, 1440, 10):
        await history.keep_minutes(day_ms + minute * MINUTE_MS, [("BTC", {"X": value(minute), "Y": None})])


async def tidied(history: ValueHistory, now_ms: int) -> int:
    steps = 0
    while await history.tidy(now_ms):
        steps += 1
        assert steps < 10_000
    return steps


def test_minutes_come_back_from_the_running_day_and_from_a_packed_one(tmp_path: Path) -> None:
    async def scene(history: ValueHistory) -> None:
        await keep_day(history, START_MS, float)
        await keep_day(history, START_MS + DAY_MS, lambda minute: minute + 5_000.0)
        before = await history.minutes("BTC", "X", START_MS, START_MS + 2 * DAY_MS)
        assert await tidied(history, START_MS + DAY_MS + HOUR_MS) >= 1
        after = await history.minutes("BTC", "X", START_MS, START_MS + 2 * DAY_MS)
        np.testing.assert_allclose(after, before, rtol=1 / 8000)
        assert np.isnan(after[1])
        assert after[1440 + 10] == 5_010.0
        assert np.isnan(await history.minutes("BTC", "Y", START_MS, START_MS + DAY_MS)).all()
        assert np.isnan(await history.minutes("ETH", "X", START_MS, START_MS + DAY_MS)).all()
        part = await history.minutes("BTC", "X", START_MS + DAY_MS - 10 * MINUTE_MS, START_MS + DAY_MS + MINUTE_MS)
        assert (part.size, part[-1]) == (11, 5_000.0)

    play(tmp_path, scene)


def test_a_finished_day_is_summed_and_survives_a_restart(tmp_path: Path) -> None:
    async def first(history: ValueHistory) -> None:
        await keep_day(history, START_MS, lambda minute: None if minute == 1430 else float(minute))
        await tidied(history, START_MS + DAY_MS)

    async def again(history: ValueHistory) -> None:
        (day,) = await history.days("BTC", "X", START_MS)
        assert (day.day_ms, day.least, day.most, day.last) == (START_MS, 0.0, 1420.0, 1420.0)
        assert day.mean == pytest.approx(710.0, rel=1e-3)
        assert (day.minutes, day.origin) == (143, "own")
        assert await history.days("BTC", "Y", 0) == []
        assert await history.all_days("BTC", 0) == {"X": [day]}
        assert await history.all_days("ETH", 0) == {}
        assert await history.days("BTC", "X", START_MS + DAY_MS) == []

    play(tmp_path, first)
    play(tmp_path, again)


def test_hours_of_packed_days_and_of_the_running_day_stand_in_one_row(tmp_path: Path) -> None:
    async def scene(history: ValueHistory) -> None:
        await keep_day(history, START_MS, lambda minute: float(minute // 60))
        await tidied(history, START_MS + DAY_MS)
        await history.keep_minutes(START_MS + DAY_MS + 61 * MINUTE_MS, [("BTC", {"X": 77.0, "NEW": 1.0})])
        hours = await history.value_hours("BTC", START_MS + 2 * HOUR_MS, START_MS + DAY_MS + 3 * HOUR_MS)
        assert hours.first_ms == START_MS + 2 * HOUR_MS
        expected = [*map(float, range(2, 24)), np.nan, 77.0, np.nan]
        np.testing.assert_array_equal(hours.values["X"], expected)
        assert np.flatnonzero(~np.isnan(hours.values["NEW"])).tolist() == [23]
        assert set(hours.values) == {"X", "NEW"}
        assert (await history.value_hours("ETH", 0, START_MS)).values == {}

    play(tmp_path, scene)


def test_what_is_wanted_as_a_median_is_the_median_of_its_hour(tmp_path: Path) -> None:
    async def scene(history: ValueHistory) -> None:
        for day_ms in (START_MS, START_MS + DAY_MS):
            for minute, value in ((0, 1.0), (10, 9.0), (50, 2.0)):
                await history.keep_minutes(day_ms + minute * MINUTE_MS, [("BTC", {"DEPTH@x": value, "X": value})])
        await tidied(history, START_MS + DAY_MS)
        hours = await history.value_hours("BTC", START_MS, START_MS + 2 * DAY_MS, ("DEPTH",))
        assert (hours.values["DEPTH@x"][0], hours.values["DEPTH@x"][24]) == (2.0, 2.0)
        await history.keep_minutes(START_MS + DAY_MS + 59 * MINUTE_MS, [("BTC", {"DEPTH@x": 0.5, "X": 7.0})])
        hours = await history.value_hours("BTC", START_MS, START_MS + 2 * DAY_MS, ("DEPTH",))
        assert (hours.values["DEPTH@x"][24], hours.values["X"][24]) == (1.5, 7.0)

    play(tmp_path, scene)


def test_the_usual_of_an_hour_of_the_week_is_the_median_over_weeks(tmp_path: Path) -> None:
    async def scene(history: ValueHistory) -> None:
        for week, level in enumerate((1.0, 9.0, 2.0)):
            day_ms = START_MS + week * 7 * DAY_MS
            await keep_day(history, day_ms, lambda minute, level=level: level if minute < 60 else None)  # type: ignore[misc]
        await tidied(history, START_MS + 30 * DAY_MS)
        usual = await history.hour_of_week_medians("BTC", "X", START_MS)
        assert usual[0] == 2.0
        assert usual[1:] == (None,) * 167
        assert (await history.hour_of_week_medians("BTC", "X", START_MS + 8 * DAY_MS))[0] == 2.0

    play(tmp_path, scene)


def test_a_filled_day_never_replaces_a_day_that_was_seen(tmp_path: Path) -> None:
    def filled(day: int, value: float) -> DayValue:
        return DayValue(START_MS + day * DAY_MS, value, value, value, value, 1440, "filled")

    async def scene(history: ValueHistory) -> None:
        for minute in range(1440):
            await history.keep_minutes(START_MS + minute * MINUTE_MS, [("BTC", {"X": 1.0})])
        await history.keep_minutes(START_MS + DAY_MS, [("BTC", {"X": 2.0})])
        await tidied(history, START_MS + 2 * DAY_MS)
        await history.fill_days("BTC", "X", [filled(-1, 5.0), filled(0, 5.0), filled(1, 5.0)])
        await history.fill_days("BTC", "X", [filled(-1, 6.0)])
        days = await history.days("BTC", "X", START_MS - DAY_MS)
        assert [(day.last, day.origin) for day in days] == [(6.0, "filled"), (1.0, "own"), (5.0, "filled")]

    play(tmp_path, scene)


def test_filled_hours_stand_where_no_own_hour_is_and_the_running_day_is_left_alone(tmp_path: Path) -> None:
    async def scene(history: ValueHistory) -> None:
        await keep_day(history, START_MS, lambda minute: 5.0 if minute >= 720 else None)
        await tidied(history, START_MS + DAY_MS + HOUR_MS)
        told = np.arange(60, dtype=float)
        told[30] = np.nan
        first_ms = START_MS - 6 * HOUR_MS
        await history.fill_hours("BTC", ValueHours(first_ms, {"X": told, "Z": np.full(60, np.nan)}))
        found = await history.value_hours("BTC", first_ms, first_ms + 60 * HOUR_MS)
        expected = told.copy()
        expected[6 + 12 : 6 + 24] = 5.0
        # The third day has not ended within these hours.
        expected[6 + 48 :] = np.nan
        np.testing.assert_array_equal(found.values["X"], expected)
        assert "Z" not in found.values
        days = {day.day_ms: day for day in await history.days("BTC", "X", 0)}
        assert (days[START_MS].origin, days[START_MS].last) == ("own", 5.0)
        filled = days[START_MS + DAY_MS]
        assert (filled.origin, filled.least, filled.last, filled.minutes) == ("filled", 31.0, 53.0, 23 * 60)
        await history.fill_hours("BTC", ValueHours(first_ms, {"X": told + 100}))
        again = await history.value_hours("BTC", first_ms, first_ms + 60 * HOUR_MS)
        np.testing.assert_array_equal(again.values["X"][:30], expected[:30])

    play(tmp_path, scene)


def test_old_minutes_go_and_their_days_stay(tmp_path: Path) -> None:
    async def scene(history: ValueHistory) -> None:
        await keep_day(history, START_MS, float)
        await tidied(history, START_MS + DAY_MS)
        later_ms = START_MS + 402 * DAY_MS
        await keep_day(history, later_ms - DAY_MS, float)
        await tidied(history, later_ms)
        assert np.isnan(await history.minutes("BTC", "X", START_MS, START_MS + DAY_MS)).all()
        days = await history.days("BTC", "X", 0)
        assert [day.day_ms for day in days] == [START_MS, later_ms - DAY_MS]
        hours = await history.value_hours("BTC", START_MS, START_MS + 2 * DAY_MS)
        assert hours.values == {}

    play(tmp_path, scene)


def test_space_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "values.sqlite"
    rng = np.random.default_rng(3)

    async def scene(history: ValueHistory) -> None:
        for day in range(6):
            rows = rng.normal(0, 1, (24, 400))
            for hour in range(24):
                values = {f"I{n}": float(v) for n, v in enumerate(rows[hour])}
                await history.keep_minutes(START_MS + day * DAY_MS + hour * HOUR_MS, [("BTC", values)])
            await tidied(history, START_MS + (day + 1) * DAY_MS)
        await tidied(history, START_MS + 3_000 * DAY_MS)

    play(tmp_path, scene)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM blocks").fetchone() == (0,)
        assert db.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert db.execute("PRAGMA freelist_count").fetchone()[0] <= 64
    db.close()


def test_a_minute_kept_again_after_its_day_was_packed_joins_it(tmp_path: Path) -> None:
    async def scene(history: ValueHistory) -> None:
        await history.keep_minutes(START_MS, [("BTC", {"X": 1.0})])
        await tidied(history, START_MS + DAY_MS)
        await history.keep_minutes(START_MS + MINUTE_MS, [("BTC", {"X": 2.0})])
        assert (await history.minutes("BTC", "X", START_MS, START_MS + 2 * MINUTE_MS)).tolist() == [1.0, 2.0]
        await tidied(history, START_MS + DAY_MS)
        assert (await history.minutes("BTC", "X", START_MS, START_MS + 2 * MINUTE_MS)).tolist() == [1.0, 2.0]

    play(tmp_path, scene)


def test_a_damaged_block_is_named_and_the_rest_stays_readable(tmp_path: Path) -> None:
    path = tmp_path / "values.sqlite"

    async def write(history: ValueHistory) -> None:
        await keep_day(history, START_MS, float)
        await tidied(history, START_MS + DAY_MS)

    play(tmp_path, write)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE blocks SET vals = x'00'")
    db.close()

    async def read(history: ValueHistory) -> None:
        with pytest.raises(TableTrouble, match=r"values\.sqlite: .*block"):
            await history.minutes("BTC", "X", START_MS, START_MS + DAY_MS)
        assert len(await history.days("BTC", "X", 0)) == 1

    play(tmp_path, read)


def test_a_name_made_in_a_failed_write_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "values.sqlite"

    def outside(statement: str) -> None:
        with sqlite3.connect(path) as db:
            db.execute(statement)
        db.close()

    async def scene(history: ValueHistory) -> None:
        rows: list[tuple[str, dict[str, float | None]]] = [("BTC", {"X": 1.0}), ("ETH", {"X": 1.0})]
        assert not await history.tidy(START_MS)
        outside("CREATE TRIGGER full BEFORE INSERT ON tail BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        with pytest.raises(TableTrouble, match="disk full"):
            await history.keep_minutes(START_MS, rows)
        outside("DROP TRIGGER full")
        await history.keep_minutes(START_MS, rows)
        assert (await history.minutes("ETH", "X", START_MS, START_MS + MINUTE_MS)).tolist() == [1.0]

    play(tmp_path, scene)
