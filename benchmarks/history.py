"""A year of history: how large it is, how long a start takes to read what it needs, and what one step of work costs.

Start: 30 days of hourly bars, 30 days of hourly values of every indicator, 365 days of daily sums of every indicator,
for every coin. Yardstick: the same rows read by sqlite3 alone, on the same files, not decoded.

    python -m benchmarks.history [--coins 20] [--indicators 36] [--days 365] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

import numpy as np

from desktop.domain.market import HourBar
from desktop.storage import value_tables as tables
from desktop.storage.indicator_history import IndicatorHistory
from desktop.storage.value_history import ValueHistory

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_TODAY = 20_500
_NOW_MS = _TODAY * _DAY_MS + 14 * _HOUR_MS


def made_up(rng: np.random.Generator, kind: int) -> np.ndarray:
    """Return a day of minutes as an indicator has them: a walk, noise, steps, sums of prints, mostly unknown."""
    n = 1440
    match kind % 6:
        case 0 | 1:
            return 0.01 + np.cumsum(rng.normal(0, 1e-4, n))
        case 2:
            return rng.lognormal(16, 0.3, n)
        case 3:
            return np.repeat(rng.normal(1e-4, 1e-6, 24), 60)
        case 4:
            sums = np.zeros(n)
            for at in rng.integers(0, n, 80):
                sums[at : at + 60] += rng.lognormal(10, 1)
            return sums
    walk = np.cumsum(rng.normal(0, 1, n))
    walk[rng.integers(0, n) :] = np.nan
    return walk


def build(folder: Path, coins: list[str], indicators: list[str], days: int) -> float:
    """Make the files as a year of running leaves them; return milliseconds a packed coin-day took."""
    rng = np.random.default_rng(5)
    db = sqlite3.connect(folder / "values.sqlite")
    db.execute(tables.BEFORE_TABLES)
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript(tables.SCHEMA)
    db.executemany("INSERT INTO coins (name) VALUES (?)", [(coin,) for coin in coins])
    db.executemany("INSERT INTO indicators (name) VALUES (?)", [(name,) for name in indicators])
    spent = []
    for day in range(_TODAY - days, _TODAY):
        with db:
            for coin in range(1, len(coins) + 1):
                pieces = [made_up(rng, number) for number in range(len(indicators))]
                begin = time.perf_counter()
                for number, values in enumerate(pieces, start=1):
                    if not np.isnan(values).all():
                        tables.put_block(db, coin, number, day, values)
                spent.append(time.perf_counter() - begin)
    with db:
        for coin in range(1, len(coins) + 1):
            for minute in range(14 * 60):
                values_now = dict(enumerate(rng.normal(0, 1, len(indicators)), start=1))
                tables.put_minute(db, coin, _TODAY * 1440 + minute, values_now)
            # What a year of daily steps would have aged already.
            for number in range(1, len(indicators) + 1):
                span = (tables.day_key(coin, number, 0), tables.day_key(coin, number, _TODAY - tables.KEEP_HOUR_DAYS))
                db.execute("UPDATE days SET hours = NULL WHERE key >= ? AND key < ?", span)
    db.close()
    return median(spent) * 1000


async def build_bars(folder: Path, coins: list[str], days: int) -> None:
    """Make the file of hourly bars."""
    history = IndicatorHistory(folder / "history.sqlite")
    for coin in coins:
        first_ms = _NOW_MS - days * _DAY_MS
        opens = range(first_ms, _NOW_MS, _HOUR_MS)
        bars = [HourBar(open_ms, 5.0, 6.0, 4.0, 5.0, 1e6, 1e6, 1e-4, 1e9, 1e4) for open_ms in opens]
        await history.keep_hours(coin, bars)
    await history.close()


async def start(folder: Path, coins: list[str], indicators: list[str]) -> tuple[float, int]:
    """Read what a start needs; return seconds and how many values came."""
    begin = time.perf_counter()
    bars, values = IndicatorHistory(folder / "history.sqlite"), ValueHistory(folder / "values.sqlite")
    count = 0
    for coin in coins:
        count += len(await bars.hours(coin, _NOW_MS - 30 * _DAY_MS))
        hours = await values.value_hours(coin, _NOW_MS - 30 * _DAY_MS, _NOW_MS)
        count += sum(row.size for row in hours.values.values())
        found = await values.all_days(coin, _NOW_MS - 365 * _DAY_MS)
        count += sum(map(len, found.values()))
    seconds = time.perf_counter() - begin
    await bars.close()
    await values.close()
    return seconds, count


def yardstick(folder: Path, coins: list[str], indicators: list[str]) -> float:
    """Return seconds in which sqlite3 alone reads the same rows."""
    begin = time.perf_counter()
    with sqlite3.connect(folder / "history.sqlite") as db:
        for coin in coins:
            since = (coin, _NOW_MS - 30 * _DAY_MS)
            db.execute("SELECT * FROM hours WHERE coin = ? AND open_ms >= ?", since).fetchall()
    db.close()
    with sqlite3.connect(folder / "values.sqlite") as db:
        for coin in range(1, len(coins) + 1):
            db.execute("SELECT minute, vals FROM tail WHERE coin = ?", (coin,)).fetchall()
            for number in range(1, len(indicators) + 1):
                after = tables.day_key(coin, number + 1, 0)
                recent, year = (tables.day_key(coin, number, _TODAY - days) for days in (30, 365))
                db.execute("SELECT key, hours FROM days WHERE key >= ? AND key < ?", (recent, after)).fetchall()
                columns = "key, least, most, mean, last, minutes, filled"
                db.execute(f"SELECT {columns} FROM days WHERE key >= ? AND key < ?", (year, after)).fetchall()
    db.close()
    return time.perf_counter() - begin


async def longest_stall(folder: Path, coins: list[str], indicators: list[str]) -> tuple[float, float]:
    """Return the longest time (ms) an idle loop was held up for while a day is packed, and without any work."""
    history = ValueHistory(folder / "values.sqlite")
    await history.tidy(_NOW_MS)
    idle = await _held_up(asyncio.sleep(1.5))

    async def work() -> None:
        rows = [(coin, dict.fromkeys(indicators, 1.5)) for coin in coins]
        await history.keep_minutes(_NOW_MS, rows)
        while await history.tidy(_NOW_MS + _DAY_MS):  # noqa: ASYNC110 (one step, then a pause)
            await asyncio.sleep(0.1)

    busy = await _held_up(work())
    await history.close()
    return busy, idle


async def _held_up(work: object) -> float:
    worst, task = 0.0, asyncio.ensure_future(work)  # type: ignore[call-overload]
    while not task.done():
        begin = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, time.perf_counter() - begin - 0.001)
    await task
    return worst * 1000


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coins", type=int, default=20)
    parser.add_argument("--indicators", type=int, default=36)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    coins = [f"C{n}" for n in range(args.coins)]
    indicators = [f"I{n}" for n in range(args.indicators)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packing_ms = build(folder, coins, indicators, args.days)
        asyncio.run(build_bars(folder, coins, args.days))
        starts, bare, count = [], [], 0
        for _ in range(args.rounds):
            seconds, count = asyncio.run(start(folder, coins, indicators))
            starts.append(seconds)
            bare.append(yardstick(folder, coins, indicators))
        size = sum(path.stat().st_size for path in folder.iterdir())
        values = args.coins * args.indicators * args.days * 1440
        print(f"{args.coins} coins, {args.indicators} indicators, {args.days} days of minutes")
        print(f"on disk            {size / 1e6:9.1f} MB   {size / values:.2f} bytes a value (one row a value: ~30)")
        print(f"start reads        {median(starts) * 1000:9.1f} ms   {count} values")
        print(f"sqlite3 alone      {median(bare) * 1000:9.1f} ms   ratio {median(starts) / median(bare):.2f}")
        print(f"packing a coin-day {packing_ms:9.1f} ms   in the file's own thread")
        busy, idle = asyncio.run(longest_stall(folder, coins, indicators))
        print(f"loop held up for   {busy:9.1f} ms   at most while a day is packed ({idle:.1f} ms when idle)")
        assert threading.active_count() == 1


if __name__ == "__main__":
    main()
