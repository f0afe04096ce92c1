"""Context: pegs, flows that speak of days, other markets against their own past."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.context import flow_sum, peg, ratio
from desktop.risk.history import OwnHistory, is_warm, robust_z


@pytest.mark.parametrize(
    ("prices", "status"),
    [
        ({"a": 1.0}, "ok"),
        ({"a": 0.65, "b": 1.0}, "venue_local"),
        ({"a": 0.9, "b": 0.91, "c": 1.0, "d": 1.0, "e": 1.0}, "venue_local"),
        ({"a": 0.997, "b": 0.9974, "c": 1.0}, "notable"),
        ({"a": 0.98, "b": 0.985, "c": 0.984}, "warning"),
        ({"a": 0.9, "b": 0.95, "c": 0.96}, "critical"),
        ({"a": 1.02, "b": 1.0, "c": 1.0}, "venue_local"),
    ],
)
def test_one_venue_off_its_peg_is_not_the_coin(prices: dict[str, float], status: str) -> None:
    found = peg(prices)
    assert found is not None
    assert found.status == status


def test_no_venue_and_no_divisor_are_unknown() -> None:
    assert peg({}) is None
    assert ratio(1.0, None) is None
    assert ratio(None, 1.0) is None
    assert ratio(1.0, 0.0) is None


def test_flows_are_summed_over_days_with_a_figure() -> None:
    days = [(day, float(usd)) for day, usd in ((1, 9), (2, -1), (3, -2), (6, -3), (7, -4), (8, -5))]
    found = flow_sum(days)
    assert found is not None
    assert (found.value, found.first_day, found.last_day) == (-15.0, 2, 8)
    assert flow_sum(days[:4]) is None


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=40), st.integers(-300, 300))
def test_z_moves_and_scales_with_its_past(past: list[int], value: int) -> None:
    plain = robust_z(past, value)
    moved = robust_z([10 + 4 * one for one in past], 10 + 4 * value)
    assert (plain is None) == (moved is None)
    if plain is not None and moved is not None:
        assert math.isclose(plain, moved, rel_tol=1e-9, abs_tol=1e-9)


def test_known_values_are_those_within_reach() -> None:
    history = OwnHistory(3)
    for value in (5.0, None, 1.0, 3.0):
        history.add(value)
    assert list(history.known()) == [1.0, 3.0]
    assert is_warm(504, 720)
    assert not is_warm(503, 720)
    assert not is_warm(239, 240)
