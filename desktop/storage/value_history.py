"""The value history: every indicator of every coin by the minute for 400 days, by the day for three years."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from desktop.domain.kept_values import DayValue, FloatArray, ValueHours
from desktop.storage import value_tables as tables
from desktop.storage.minute_blocks import MINUTES, unpacked
from desktop.storage.one_writer import OneWriter
from desktop.storage.value_tables import DAY_MS, HOUR_MS, MINUTE_MS

HOURS_OF_WEEK = 168
_MONDAY = 3  # day 0 of the epoch was a Thursday
_T = TypeVar("_T")


class ValueHistory:
    """Fills the port ValueStore over one SQLite file. Raises TableTrouble naming the file.

    Values are floats, None or NaN is unknown and is never kept as zero. Call `tidy` until it returns False after each
    minute: what it does at once is small, so that no other call waits long.
    """

    def __init__(self, path: Path) -> None:
        self._table = OneWriter(path, tables.SCHEMA, before_tables=tables.BEFORE_TABLES)
        self._coins = tables.Numbering("coins")
        self._indicators = tables.Numbering("indicators")

    async def close(self) -> None:
        """Finish pending writes and close the file."""
        await self._table.close()

    # --- writing -----------------------------------------------------------------------------------------------

    async def keep_minutes(self, minute_ms: int, rows: Sequence[tuple[str, Mapping[str, float | None]]]) -> None:
        """Store one minute of all coins, all or none; the same minute again replaces it."""

        def write(db: sqlite3.Connection) -> None:
            for coin, values in rows:
                known = {name: value for name, value in values.items() if value is not None and value == value}
                numbered = {self._indicators.of(db, name): value for name, value in known.items()}
                tables.put_minute(db, self._coins.of(db, coin), minute_ms // MINUTE_MS, numbered)

        await self._write(write)

    async def fill_days(self, coin: str, indicator: str, days: Sequence[DayValue]) -> None:
        """Store back-filled days; days of which Seawall itself saw at least half stay as they are."""

        def write(db: sqlite3.Connection) -> None:
            series = self._coins.of(db, coin), self._indicators.of(db, indicator)
            for day in days:
                tables.fill_day(db, *series, day)

        await self._write(write)

    async def fill_hours(self, coin: str, hours: ValueHours) -> None:
        """Store back-filled hours where none is kept; an hour Seawall itself knows stays as it is.

        Only days that end within these hours: the running one is not summed up yet.
        """
        first = hours.first_ms // HOUR_MS

        def write(db: sqlite3.Connection) -> None:
            for name, values in hours.values.items():
                series = self._coins.of(db, coin), self._indicators.of(db, name)
                for day in range(first // 24, (first + len(values)) // 24):
                    of_day = np.full(24, np.nan)
                    _lay(of_day, values, first - day * 24)
                    if not np.isnan(of_day).all():
                        tables.fill_hours(db, *series, day, of_day)

        await self._write(write)

    async def tidy(self, now_ms: int) -> bool:
        """Do one small step of packing finished days, dropping old ones, giving back space; False: nothing left."""
        today = now_ms // DAY_MS

        def step(db: sqlite3.Connection) -> bool:
            finished = tables.finished_tail(db, self._coins.all(db), today)
            if finished is not None:
                tables.pack_day(db, *finished)
                return True
            return tables.drop_old_blocks(db, today) or tables.give_back_pages(db)

        return await self._write(step)

    async def _write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        try:
            return await self._table.call(work)
        except BaseException:
            # Numbers made in a transaction that was taken back do not exist.
            self._coins.forget()
            self._indicators.forget()
            raise

    # --- reading -----------------------------------------------------------------------------------------------

    async def minutes(self, coin: str, indicator: str, since_ms: int, until_ms: int) -> FloatArray:
        """Return one value a minute from `since_ms` to before `until_ms` (full minutes), NaN where there is none."""
        first, last = since_ms // MINUTE_MS, max(since_ms, until_ms) // MINUTE_MS
        found = np.full(last - first, np.nan)

        def read(db: sqlite3.Connection) -> None:
            series = self._series(db, coin, indicator)
            if series is None:
                return
            for day in range(first // MINUTES, -(-last // MINUTES)):
                values = _day(db, *series, day)
                begin, end = max(first, day * MINUTES), min(last, (day + 1) * MINUTES)
                found[begin - first : end - first] = values[begin - day * MINUTES : end - day * MINUTES]

        await self._table.call(read)
        return found

    async def days(self, coin: str, indicator: str, since_ms: int) -> list[DayValue]:
        """Return the finished days since then, oldest first; missing days are missing."""

        def read(db: sqlite3.Connection) -> list[DayValue]:
            series = self._series(db, coin, indicator)
            return tables.read_days(db, *series, since_ms // DAY_MS) if series else []

        return await self._table.call(read)

    async def all_days(self, coin: str, since_ms: int) -> dict[str, list[DayValue]]:
        """Return the finished days of every indicator of a coin since then, oldest first."""

        def read(db: sqlite3.Connection) -> dict[str, list[DayValue]]:
            number = self._coins.find(db, coin)
            if number is None:
                return {}
            names = self._indicators.all(db).items()
            found = {name: tables.read_days(db, number, indicator, since_ms // DAY_MS) for name, indicator in names}
            return {name: days for name, days in found.items() if days}

        return await self._table.call(read)

    async def value_hours(self, coin: str, since_ms: int, until_ms: int, medians: tuple[str, ...] = ()) -> ValueHours:
        """Return the hours of all indicators of a coin from `since_ms` to before `until_ms`.

        What begins with one of `medians` comes as the median of each hour, all else as its last value.
        """
        first, last = since_ms // HOUR_MS, max(since_ms, until_ms) // HOUR_MS
        found: dict[str, FloatArray] = {}

        def read(db: sqlite3.Connection) -> None:
            number = self._coins.find(db, coin)
            if number is None:
                return
            names = self._indicators.all(db)
            tail = _tail_days(db, number, first // 24, last // 24)
            for name, indicator in names.items():
                as_median = name.startswith(medians)
                of_day = tables.medians_of_hours if as_median else tables.last_of_hours
                row = np.full(last - first, np.nan)
                for day, lasts, middles in tables.read_hours(db, number, indicator, first // 24):
                    _lay(row, middles if as_median else lasts, day * 24 - first)
                for day, values in tail:
                    if indicator <= len(values):
                        _lay(row, of_day(values[indicator - 1]), day * 24 - first)
                if not np.isnan(row).all():
                    row.flags.writeable = False
                    found[name] = row

        await self._table.call(read)
        return ValueHours(first * HOUR_MS, found)

    async def hour_of_week_medians(self, coin: str, indicator: str, since_ms: int) -> tuple[float | None, ...]:
        """Return for each hour of the week (Monday 00:00 UTC first) the median of the medians kept since then."""
        weeks: list[list[float]] = [[] for _ in range(HOURS_OF_WEEK)]

        def read(db: sqlite3.Connection) -> None:
            series = self._series(db, coin, indicator)
            for day, _, medians in tables.read_hours(db, *series, since_ms // DAY_MS) if series else ():
                for hour in np.flatnonzero(~np.isnan(medians)):
                    weeks[(day + _MONDAY) % 7 * 24 + int(hour)].append(float(medians[hour]))

        await self._table.call(read)
        return tuple(float(np.median(found)) if found else None for found in weeks)

    def _series(self, db: sqlite3.Connection, coin: str, indicator: str) -> tuple[int, int] | None:
        found = self._coins.find(db, coin), self._indicators.find(db, indicator)
        return None if found[0] is None or found[1] is None else (found[0], found[1])


def _day(db: sqlite3.Connection, coin: int, indicator: int, day: int) -> FloatArray:
    block = db.execute("SELECT vals FROM blocks WHERE key = ?", (tables.block_key(day, coin, indicator),))
    row = block.fetchone()
    try:
        values = np.full(MINUTES, np.nan) if row is None else unpacked(row[0])
    except ValueError as error:
        raise sqlite3.DatabaseError(str(error)) from error
    tail = tables.tail_day(db, coin, day)
    if indicator <= len(tail):
        values = np.where(np.isnan(tail[indicator - 1]), values, tail[indicator - 1])
    return values


def _tail_days(db: sqlite3.Connection, coin: int, first_day: int, last_day: int) -> list[tuple[int, FloatArray]]:
    row = db.execute("SELECT MIN(minute) FROM tail WHERE coin = ?", (coin,)).fetchone()
    if row[0] is None:
        return []
    days = range(max(first_day, row[0] // MINUTES), last_day + 1)
    return [(day, tables.tail_day(db, coin, day)) for day in days]


def _lay(row: FloatArray, hours: FloatArray, place: int) -> None:
    """Lay hours into the row at `place`; they may begin before it or end after it."""
    begin, end = max(0, place), min(row.size, place + hours.size)
    if begin < end:
        piece = hours[begin - place : end - place]
        row[begin:end] = np.where(np.isnan(piece), row[begin:end], piece)
