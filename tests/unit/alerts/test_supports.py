"""Supports: computed from price and distance, each with its source and whether it is broken."""

from __future__ import annotations

import pytest

from desktop.alerts.supports import supports
from desktop.risk.reading import Reading, State, unknown


def test_each_known_low_is_named_with_its_price_source_and_state() -> None:
    readings = {"LEVEL_24H": Reading(-0.01, State.LIVE, 1), "LEVEL_7D": Reading(0.05, State.LIVE, 1)}
    found = supports(80_000.0, lambda name: readings.get(name, unknown("needs 30 days")))
    assert [(one.name, one.broken) for one in found] == [("24-hour low", True), ("7-day low", False)]
    assert found[0].low == pytest.approx(80_000 / 0.99)
    assert found[0].words.endswith("(lowest price in Seawall's own record): broken, the price is 1.0 % under it")
    assert "7-day low 76,190.5" in found[1].words
    assert found[1].words.endswith("holds, 5.0 % under the price")


@pytest.mark.parametrize("state", [State.STALE, State.WARMING, State.UNKNOWN])
def test_a_level_that_is_not_live_is_not_told(state: State) -> None:
    assert supports(80_000.0, lambda name: Reading(0.01, state, 1)) == ()
    assert supports(None, lambda name: Reading(0.01, State.LIVE, 1)) == ()
