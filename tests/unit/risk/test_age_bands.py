"""Sums over several windows at once are those of a plain sum, whatever the order of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.age_bands import AgeBands

BANDS = ((60, 1), (300, 10), (3_600, 60))
_events = st.lists(st.tuples(st.integers(0, 5_000), st.floats(0, 1e6)), max_size=60)


@given(_events, st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_at_whole_steps_each_window_is_the_plain_sum(events: list[tuple[int, float]], times: list[int]) -> None:
    bands = AgeBands(BANDS)
    told: list[tuple[int, float]] = []
    waiting = sorted(events, reverse=True)
    for now in sorted(time // 60 * 60 for time in times):
        while waiting and waiting[-1][0] <= now:
            event = waiting.pop()
            told.append(event)
            bands.add(*event)
        for window, _ in BANDS:
            expected = sum(round(v * 10_000) for at, v in told if now - window < at <= now) / 10_000
            assert bands.total(window, now) == pytest.approx(expected, abs=1e-9)


def test_a_late_event_counts_where_it_belongs() -> None:
    bands = AgeBands(BANDS)
    bands.add(1_000, 1.0)
    assert bands.total(60, 1_000) == 1.0
    bands.add(800, 2.0)
    assert (bands.total(60, 1_000), bands.total(300, 1_000), bands.total(3_600, 1_000)) == (1.0, 3.0, 3.0)


def test_what_has_left_leaves_no_rest_and_no_memory() -> None:
    bands = AgeBands(BANDS)
    for at in range(10_000):
        bands.add(at, 0.1 + at * 1e-3)
        bands.total(60, at)
    assert sum(len(queue) for queue in bands._queues) <= 60 + 30 + 60
    assert bands.total(3_600, 20_000) == 0.0
