"""Hours and incidents survive a restart, in a file behind its own thread."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from desktop.alerts.incidents import Factor, Incident
from desktop.domain.market import HourBar
from desktop.risk.reading import Level
from desktop.storage.incident_journal import IncidentFile
from desktop.storage.indicator_history import IndicatorHistory
from desktop.storage.one_writer import TableTrouble


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
