"""Funding over venues and over the week."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.funding import FundingBook, FundingPast, funding_apy, funding_persistence, funding_spread
from desktop.risk.windows import DAY_MS, HOUR_MS

_START_MS = 60_000 * 8 * HOUR_MS


@given(st.lists(st.integers(-50, 50), min_size=168, max_size=400))
def test_the_week_is_the_mean_of_its_hours_and_the_run_that_of_its_settlements(bps: list[int]) -> None:
    past = FundingPast()
    rates = [value / 1e4 for value in bps]
    for hour, rate in enumerate(rates):
        past.add(_START_MS + hour * HOUR_MS, 9.0)
        past.add(_START_MS + (hour + 1) * HOUR_MS - 1, rate)
    now_ms = _START_MS + len(rates) * HOUR_MS
    past.add(now_ms, 0.5)
    assert past.week(now_ms).value == pytest.approx(sum(rates[-168:]) / 168)
    settled = [rates[place] for place in range(7, len(rates), 8)][-21:]
    expected = funding_persistence(settled) if len(rates) % 8 == 0 or len(settled) == 21 else None
    assert past.persistence(now_ms) == expected


def test_the_week_warms_and_an_outage_breaks_the_run() -> None:
    past = FundingPast()
    assert past.week(_START_MS).warm == 0.0
    for hour in range(60):
        past.add(_START_MS + hour * HOUR_MS, 0.0001)
    assert past.week(_START_MS + 60 * HOUR_MS).value is None
    assert past.settlements() == 7
    for hour in range(60, 200):
        past.add(_START_MS + hour * HOUR_MS, 0.0001)
    found = past.persistence(_START_MS + 200 * HOUR_MS)
    assert found is not None
    assert (found.run, found.share) == (21, 1.0)
    past.add(_START_MS + 200 * HOUR_MS + DAY_MS, 0.0001)
    assert past.persistence(_START_MS + 200 * HOUR_MS + DAY_MS) is None


def test_older_funding_than_what_is_known_changes_nothing() -> None:
    past = FundingPast()
    past.add(_START_MS + HOUR_MS, 0.1)
    past.add(_START_MS, 0.9)
    assert past.week(_START_MS + HOUR_MS).as_of_ms == _START_MS + HOUR_MS
    assert past.settlements() == 0


def test_dispersion_needs_two_venues_whose_weight_is_known() -> None:
    book = FundingBook()
    for venue, rate in (("a", 0.0001), ("b", 0.0003)):
        book.set(venue, rate, 8, at_ms=1)
    assert book.spread("ab", {"a": 1e9, "b": None}) is None
    spread = book.spread("ab", {"a": 1e9, "b": 1e9})
    assert spread is not None
    assert spread.dispersion == pytest.approx(0.0001)
    assert funding_spread([]) is None


def test_a_rate_of_minus_one_is_a_total_loss_not_a_crash() -> None:
    assert funding_apy(-1.0, 8) == -1.0
    assert funding_persistence([]) is None
