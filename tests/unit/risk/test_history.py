"""Quantiles, percentiles and the robust z on worked examples."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.history import OwnHistory, percentile_midrank, robust_z

_VALUES = st.lists(st.integers(0, 50).map(float), min_size=2, max_size=80)


def test_history_is_silent_until_it_knows_enough() -> None:
    history = OwnHistory()
    for number in range(239):
        history.add(float(number))
    assert history.quantile(0.975) is None
    assert history.percentile(3.0) is None
    history.add(239.0)
    assert history.quantile(0.975) == pytest.approx(0.975 * 239)


@given(_VALUES, st.integers(1, 40))
def test_streamed_history_equals_the_last_rows_sorted_afresh(values: list[float], rows: int) -> None:
    history = OwnHistory(rows)
    for value in values:
        history.add(value)
    kept = values[-rows:]
    assert len(history) == len(kept)
    if len(kept) > 1:
        quartiles = statistics.quantiles(kept, n=4, method="inclusive")
        assert history.quantile(0.75, least=1) == pytest.approx(quartiles[2])
    assert history.percentile(kept[0], least=1) == pytest.approx(percentile_midrank(kept, kept[0]))


def test_hours_without_a_value_hold_a_place_but_are_no_value() -> None:
    history = OwnHistory(3)
    for value in (1.0, None, 2.0, None):
        history.add(value)
    assert len(history) == 1
    assert history.quantile(0.5, least=1) == 2.0


def test_midrank_counts_half_of_the_equal() -> None:
    assert percentile_midrank([1, 2, 2, 3], 2) == 0.5
    assert percentile_midrank([], 2) is None


def test_robust_z_of_worked_examples() -> None:
    assert robust_z([1, 2, 2, 3, 3, 3, 4, 4, 5, 9], 9) == pytest.approx(4.046944556859571)
    assert robust_z([5, 5, 5, 5, 5, 5, 7], 7) == pytest.approx(5.5852549269927385)
    assert robust_z([5, 5, 5], 7) is None
    assert robust_z([], 7) is None
