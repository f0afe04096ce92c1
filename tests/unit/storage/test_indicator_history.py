"""Hours and incidents survive a restart, in a file behind its own thread."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import msgspec
import pytest

from desktop.alerts.incidents import Factor, Incident
from desktop.domain.market import HourBar
from desktop.risk.reading import Level
from desktop.storage.incident_journal import IncidentFile
from desktop.storage.indicator_history import IndicatorHistory
from desktop.storage.one_writer import TableTrouble
from desktop.storage.value_history import ValueHistory


def _bar(open_ms: int, close: float = 5.0) -> HourBar:
    return HourBar(open_ms, 4.0, 6.0, 3.0, close, long_usd=None, short_usd=0.0, oi_coins=7.0)


def _incident(number: int) -> Incident:
    factor = Factor("LIQ_INT_1H", 0.004, 0.0015, 1.0, "fraction of OI")
    return Incident(f"r-{number}", "r", "BTC", Level.WARNING, Level.CRITICAL, number, number, (factor,), None)


def test_hours_come_back_in_order_and_unknown_stays_unknown(tmp_path: Path) -> None:
    async def run() -> list[HourBar]:
        history = IndicatorHistory(tmp_path / "new" / "history.sqlite")
        for bar in (_bar(7_200_000), _bar(0), _bar(3_600_000), _bar(3_600_000, close=5.5)):
            await history.keep_hour("BTC", bar)
        await history.keep_hour("ETH", _bar(3_600_000))
        await history.close()
        again = IndicatorHistory(tmp_path / "new" / "history.sqlite")
        try:
            return await again.hours("BTC", 3_600_000)
        finally:
            await again.close()

    assert asyncio.run(run()) == [_bar(3_600_000, close=5.5), _bar(7_200_000)]


def test_an_own_hour_wins_and_takes_only_what_it_does_not_know(tmp_path: Path) -> None:
    def filled(open_ms: int) -> HourBar:
        return HourBar(open_ms, 1.0, 1.0, 1.0, 1.0, funding_8h=0.5, oi_usd=8.0, oi_coins=9.0, oi_venues=("okx", "b"))

    async def run() -> list[HourBar]:
        history = IndicatorHistory(tmp_path / "history.sqlite")
        try:
            await history.keep_hours("BTC", [filled(0), filled(3_600_000), filled(7_200_000)], "filled")
            await history.keep_hour("BTC", _bar(3_600_000))
            bare = msgspec.structs.replace(_bar(7_200_000), oi_coins=None)
            await history.keep_hour("BTC", bare)
            assert await history.own_hours("BTC", 0) == [_bar(3_600_000), bare]
            return await history.hours("BTC", 0)
        finally:
            await history.close()

    first, own, bare = asyncio.run(run())
    assert first == filled(0)
    assert own == msgspec.structs.replace(_bar(3_600_000), funding_8h=0.5)
    assert (bare.close, bare.oi_usd, bare.oi_coins, bare.oi_venues) == (5.0, 8.0, 9.0, ("okx", "b"))
    assert (own.long_usd, own.short_usd) == (None, 0.0)


def test_a_file_of_an_older_seawall_is_read_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as old:
        old.execute(
            "CREATE TABLE hours (coin TEXT NOT NULL, open_ms INTEGER NOT NULL, open REAL NOT NULL,"
            " high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, long_usd REAL, short_usd REAL,"
            " funding_8h REAL, oi_usd REAL, oi_coins REAL, PRIMARY KEY (coin, open_ms)) WITHOUT ROWID"
        )
        old.execute("INSERT INTO hours VALUES ('BTC', 0, 4, 6, 3, 5, NULL, 0, NULL, NULL, 7)")
    old.close()

    async def run() -> list[HourBar]:
        history = IndicatorHistory(path)
        try:
            await history.keep_hour("BTC", msgspec.structs.replace(_bar(3_600_000), oi_venues=("okx",)))
            return await history.hours("BTC", 0)
        finally:
            await history.close()

    assert asyncio.run(run()) == [_bar(0), msgspec.structs.replace(_bar(3_600_000), oi_venues=("okx",))]


def test_incidents_come_back_newest_first_as_they_last_stood(tmp_path: Path) -> None:
    async def run() -> list[Incident]:
        journal = IncidentFile(tmp_path / "incidents.sqlite")
        for number in (1, 3, 2):
            await journal.keep(_incident(number))
        await journal.keep(msgspec.structs.replace(_incident(2), closed_ms=9))
        await journal.close()
        again = IncidentFile(tmp_path / "incidents.sqlite")
        try:
            return await again.recent(2)
        finally:
            await again.close()

    assert asyncio.run(run()) == [_incident(3), msgspec.structs.replace(_incident(2), closed_ms=9)]


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"not a table at all, but long enough to be looked at" * 40)

    async def run() -> None:
        history = IndicatorHistory(path)
        try:
            await history.hours("BTC", 0)
        finally:
            await history.close()

    with pytest.raises(TableTrouble, match=r"history\.sqlite"):
        asyncio.run(run())


@pytest.mark.parametrize("kind", ["history", "values", "incidents"])
def test_a_file_of_a_newer_seawall_is_named_and_left_as_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.sqlite"
    with sqlite3.connect(path) as newer:
        newer.execute("CREATE TABLE hours (what TEXT)")
        newer.execute("INSERT INTO hours VALUES ('written by a newer one')")
        newer.execute("PRAGMA user_version=2")
    newer.close()
    before = path.read_bytes()

    async def run() -> None:
        if kind == "history":
            history = IndicatorHistory(path)
            try:
                await history.keep_hour("BTC", _bar(0))
            finally:
                await history.close()
        elif kind == "values":
            values = ValueHistory(path)
            try:
                await values.keep_minutes(60_000, [("BTC", {"PREM": 1.0})])
            finally:
                await values.close()
        else:
            journal = IncidentFile(path)
            try:
                await journal.keep(_incident(1))
            finally:
                await journal.close()

    for _ in range(2):
        with pytest.raises(TableTrouble, match=rf"{kind}\.sqlite was made by a newer Seawall \(form 2") as caught:
            asyncio.run(run())
        assert "Start the newer Seawall" in caught.value.remedy
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_file_says_its_form_from_the_first_use_on(tmp_path: Path) -> None:
    async def run() -> None:
        history = IndicatorHistory(tmp_path / "history.sqlite")
        await history.keep_hour("BTC", _bar(0))
        await history.close()

    asyncio.run(run())
    with sqlite3.connect(tmp_path / "history.sqlite") as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
    db.close()


def test_a_disk_that_is_full_has_another_remedy_than_a_damaged_file(tmp_path: Path) -> None:
    async def run() -> list[HourBar]:
        history = IndicatorHistory(tmp_path / "history.sqlite")
        try:
            await history.keep_hour("BTC", _bar(0))
            await history._table.call(lambda db: db.execute("PRAGMA max_page_count=8"))
            bars = [_bar(hour * 3_600_000) for hour in range(1, 3000)]
            with pytest.raises(TableTrouble, match=r"history\.sqlite: database or disk is full") as caught:
                await history.keep_hours("BTC", bars)
            assert caught.value.remedy.startswith("Free some space")
            kept = await history.hours("BTC", 0)
            await history._table.call(lambda db: db.execute("PRAGMA max_page_count=100000"))
            await history.keep_hours("BTC", bars)
            assert len(await history.hours("BTC", 0)) == 3000
            return kept
        finally:
            await history.close()

    assert asyncio.run(run()) == [_bar(0)], "all or nothing was written, and what was there is there"
