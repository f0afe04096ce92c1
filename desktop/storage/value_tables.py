"""The tables of the value history and what is done in them. All functions run in the file's one thread.

`tail` holds the running day, one row a coin and minute; `blocks` a finished day of one indicator of one coin in one
block; `days` its sum, with the last value and the median of each hour while those are used. Coins and indicators are
numbered, so that a key is one integer: blocks in order of time, for a cheap end of life; days in order of series,
for a cheap start.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import numpy as np

from desktop.domain.kept_values import DayValue, FloatArray
from desktop.storage.minute_blocks import MINUTES, packed, unpacked

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
KEEP_MINUTE_DAYS = 400
KEEP_HOUR_DAYS = 120
KEEP_DAYS = 1_100
_STEP_ROWS = 200
_STEP_PAGES = 64

SCHEMA = """
CREATE TABLE IF NOT EXISTS coins (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS indicators (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS tail (
    coin INTEGER NOT NULL, minute INTEGER NOT NULL, vals BLOB NOT NULL, PRIMARY KEY (coin, minute)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocks (key INTEGER PRIMARY KEY, vals BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS days (
    key INTEGER PRIMARY KEY, least REAL NOT NULL, most REAL NOT NULL, mean REAL NOT NULL, last REAL NOT NULL,
    minutes INTEGER NOT NULL, filled INTEGER NOT NULL, hours BLOB
);
"""
BEFORE_TABLES = "PRAGMA auto_vacuum=INCREMENTAL"

_PUT_DAY = "INSERT OR REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?, 0, ?)"
# What a venue says later fills a day that Seawall itself saw less than half of, and never anything else.
_FILL_DAY = f"""
INSERT INTO days VALUES (?, ?, ?, ?, ?, ?, 1, NULL) ON CONFLICT (key) DO UPDATE SET
    least = excluded.least, most = excluded.most, mean = excluded.mean, last = excluded.last,
    minutes = excluded.minutes, filled = 1 WHERE days.filled = 1 OR days.minutes < {MINUTES // 2}
"""  # noqa: S608 (a number of ours)


def block_key(day: int, coin: int, indicator: int) -> int:
    """Return the key of a block: by day, then coin, then indicator."""
    return day << 24 | coin << 12 | indicator


def day_key(coin: int, indicator: int, day: int) -> int:
    """Return the key of a day: by coin, then indicator, then day."""
    return coin << 36 | indicator << 24 | day


class Numbering:
    """The numbers of coins or indicators by name; read once, since they never change."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._known: dict[str, int] = {}

    def of(self, db: sqlite3.Connection, name: str) -> int:
        """Return the number of this name, a new one for a new name (1..4095)."""
        if name not in self._known:
            db.execute(f"INSERT OR IGNORE INTO {self._table} (name) VALUES (?)", (name,))  # noqa: S608
            number = self.find(db, name)
            if number is None or number >= 4096:
                raise sqlite3.DataError(f"too many {self._table}")
        return self._known[name]

    def find(self, db: sqlite3.Connection, name: str) -> int | None:
        """Return the number of this name, or None if nothing was kept under it."""
        if name not in self._known:
            row = db.execute(f"SELECT id FROM {self._table} WHERE name = ?", (name,)).fetchone()  # noqa: S608
            if row is None:
                return None
            self._known[name] = row[0]
        return self._known[name]

    def all(self, db: sqlite3.Connection) -> dict[str, int]:
        """Return all names and their numbers."""
        return dict(db.execute(f"SELECT name, id FROM {self._table} ORDER BY id"))  # noqa: S608

    def forget(self) -> None:
        """Read the numbers anew: a transaction that made some was taken back."""
        self._known.clear()


# --- the running day ---------------------------------------------------------------------------------------------


def put_minute(db: sqlite3.Connection, coin: int, minute: int, values: dict[int, float]) -> None:
    """Store one minute of a coin by indicator number; the same minute again replaces it."""
    row = np.full(max(values, default=0), np.nan, dtype=np.float32)
    with np.errstate(over="ignore"):
        for indicator, value in values.items():
            row[indicator - 1] = value
    db.execute("INSERT OR REPLACE INTO tail VALUES (?, ?, ?)", (coin, minute, row.tobytes()))


def tail_day(db: sqlite3.Connection, coin: int, day: int) -> FloatArray:
    """Return what `tail` holds of a coin's day: one row an indicator (in order of number), 1440 columns."""
    query = "SELECT minute, vals FROM tail WHERE coin = ? AND minute >= ? AND minute < ?"
    rows = db.execute(query, (coin, day * MINUTES, (day + 1) * MINUTES)).fetchall()
    highest = max((len(vals) // 4 for _, vals in rows), default=0)
    values = np.full((highest, MINUTES), np.nan)
    for minute, vals in rows:
        values[: len(vals) // 4, minute - day * MINUTES] = np.frombuffer(vals, np.float32)
    return values


def finished_tail(db: sqlite3.Connection, coins: dict[str, int], today: int) -> tuple[int, int] | None:
    """Return (coin, day) of a day before `today` that still lies in `tail`, or None."""
    for coin in coins.values():
        row = db.execute("SELECT minute FROM tail WHERE coin = ? ORDER BY minute LIMIT 1", (coin,)).fetchone()
        if row is not None and row[0] // MINUTES < today:
            return coin, row[0] // MINUTES
    return None


def pack_day(db: sqlite3.Connection, coin: int, day: int) -> None:
    """Move a coin's finished day from `tail` to blocks and days, and drop what of its series is too old."""
    for number, values in enumerate(tail_day(db, coin, day), start=1):
        if not np.isnan(values).all():
            put_block(db, coin, number, day, values)
        _age(db, coin, number, day)
        time.sleep(0)  # lets go of the interpreter: the engine's thread may be waiting for it
    db.execute("DELETE FROM tail WHERE coin = ? AND minute < ?", (coin, (day + 1) * MINUTES))


def put_block(db: sqlite3.Connection, coin: int, indicator: int, day: int, values: FloatArray) -> None:
    """Store the 1440 values of a finished day (not all unknown) and their sum, joined with what is there already."""
    key = block_key(day, coin, indicator)
    before = db.execute("SELECT vals FROM blocks WHERE key = ?", (key,)).fetchone()
    if before is not None:
        values = np.where(np.isnan(values), _readable(before[0]), values)
    db.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?)", (key, packed(values)))
    known = values[~np.isnan(values)]
    summed = (float(known.min()), float(known.max()), float(known.mean()), float(known[-1]), int(known.size))
    db.execute(_PUT_DAY, (day_key(coin, indicator, day), *summed, hour_bytes(values)))


def _readable(block: bytes) -> FloatArray:
    try:
        return unpacked(block)
    except ValueError:
        return np.full(MINUTES, np.nan)


def _age(db: sqlite3.Connection, coin: int, indicator: int, day: int) -> None:
    series = (day_key(coin, indicator, 0), day_key(coin, indicator, max(0, day - KEEP_HOUR_DAYS)))
    db.execute("UPDATE days SET hours = NULL WHERE key >= ? AND key < ? AND hours IS NOT NULL", series)
    db.execute("DELETE FROM days WHERE key >= ? AND key < ?", (series[0], series[1] - KEEP_DAYS + KEEP_HOUR_DAYS))


# --- hours within a day ------------------------------------------------------------------------------------------


def hour_bytes(values: FloatArray) -> bytes:
    """Return the last value of each hour and the median of each hour, as 48 float32."""
    return np.concatenate((last_of_hours(values), medians_of_hours(values))).astype(np.float32).tobytes()


def last_of_hours(values: FloatArray) -> FloatArray:
    """Return the last known value of each hour of a day, NaN where there is none."""
    hours = values.reshape(24, 60)
    known = ~np.isnan(hours)
    last = 59 - known[:, ::-1].argmax(axis=1)
    return np.where(known.any(axis=1), hours[np.arange(24), last], np.nan)


def medians_of_hours(values: FloatArray) -> FloatArray:
    """Return the median of the known values of each hour of a day, NaN where there is none."""
    hours = values.reshape(24, 60)
    found = np.full(24, np.nan)
    for hour in np.flatnonzero(~np.isnan(hours).all(axis=1)):
        found[hour] = np.nanmedian(hours[hour])
    return found


# --- reading and ageing -------------------------------------------------------------------------------------------


def read_days(db: sqlite3.Connection, coin: int, indicator: int, since_day: int) -> list[DayValue]:
    """Return the days of a series, oldest first."""
    query = "SELECT key, least, most, mean, last, minutes, filled FROM days WHERE key >= ? AND key < ? ORDER BY key"
    span = (day_key(coin, indicator, since_day), day_key(coin, indicator + 1, 0))
    return [
        DayValue((key & 0xFFFFFF) * DAY_MS, least, most, mean, last, minutes, "filled" if filled else "own")
        for key, least, most, mean, last, minutes, filled in db.execute(query, span)
    ]


def fill_day(db: sqlite3.Connection, coin: int, indicator: int, day: DayValue) -> None:
    """Store a back-filled day, unless Seawall itself saw at least half of it."""
    key = day_key(coin, indicator, day.day_ms // DAY_MS)
    db.execute(_FILL_DAY, (key, day.least, day.most, day.mean, day.last, day.minutes))


def fill_hours(db: sqlite3.Connection, coin: int, indicator: int, day: int, hours: FloatArray) -> None:
    """Store the 24 back-filled hours of a day (NaN: none) where no hour is kept, and their sum where no day is."""
    key = day_key(coin, indicator, day)
    kept = db.execute("SELECT hours FROM days WHERE key = ?", (key,)).fetchone()
    both = np.full(48, np.nan) if kept is None or kept[0] is None else np.frombuffer(kept[0], np.float32)
    merged = np.where(np.isnan(both), np.concatenate((hours, hours)), both).astype(np.float32).tobytes()
    known = hours[~np.isnan(hours)]
    if kept is None and known.size:
        summed = (float(known.min()), float(known.max()), float(known.mean()), float(known[-1]), known.size * 60)
        db.execute(_FILL_DAY, (key, *summed))
    db.execute("UPDATE days SET hours = ? WHERE key = ?", (merged, key))


def read_hours(
    db: sqlite3.Connection, coin: int, indicator: int, since_day: int
) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield (day, last values, medians) of the days whose hours are kept, oldest first."""
    query = "SELECT key, hours FROM days WHERE key >= ? AND key < ? AND hours IS NOT NULL ORDER BY key"
    span = (day_key(coin, indicator, since_day), day_key(coin, indicator + 1, 0))
    for key, hours in db.execute(query, span):
        both = np.frombuffer(hours, np.float32).astype(np.float64)
        if both.size == 48:
            yield key & 0xFFFFFF, both[:24], both[24:]


def drop_old_blocks(db: sqlite3.Connection, today: int) -> bool:
    """Drop some blocks of days that are no longer kept; return whether there were any."""
    last = block_key(max(0, today - KEEP_MINUTE_DAYS), 0, 0)
    query = "DELETE FROM blocks WHERE key IN (SELECT key FROM blocks WHERE key < ? ORDER BY key LIMIT ?)"
    return db.execute(query, (last, _STEP_ROWS)).rowcount > 0


def give_back_pages(db: sqlite3.Connection) -> bool:
    """Give some unused pages back to the disk; return whether more than a few are left."""
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    if free <= _STEP_PAGES:
        return False
    db.execute(f"PRAGMA incremental_vacuum({_STEP_PAGES})").fetchall()
    return True
