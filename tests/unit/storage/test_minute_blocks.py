"""A day of minutes in one block: what comes back is what went in, to 13 significant bits."""

from __future__ import annotations

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from desktop.storage.minute_blocks import MINUTES, packed, unpacked

_LARGEST = 2.0**127


def day(values: list[float]) -> np.ndarray:
    return np.resize(np.array(values, dtype=np.float64), MINUTES)


@given(st.lists(st.floats(-_LARGEST, _LARGEST, width=32) | st.just(float("nan")), min_size=1, max_size=40))
def test_values_come_back_within_one_part_in_8000(values: list[float]) -> None:
    want = day(values)
    got = unpacked(packed(want))
    assert np.array_equal(np.isnan(got), np.isnan(want))
    known = ~np.isnan(want)
    assert np.all(np.abs(got[known] - want[known]) <= np.abs(want[known]) / 8_000 + 1e-41)


def test_what_no_block_can_hold_is_unknown_and_zero_stays_zero() -> None:
    got = unpacked(packed(day([1e300, -1e300, np.inf, -np.inf, np.nan, 0.0])))
    assert np.isnan(got[:5]).all()
    assert got[5] == 0.0


def test_a_quiet_day_takes_few_bytes() -> None:
    assert len(packed(day([0.0001]))) < 60
    assert len(packed(day([float("nan")]))) < 60


def test_a_restless_day_takes_less_than_half_of_its_plain_bytes() -> None:
    walk = 0.01 + np.cumsum(np.random.default_rng(1).normal(0, 1e-4, MINUTES))
    assert len(packed(walk)) < MINUTES * 4 / 2


@pytest.mark.parametrize(
    "block",
    [b"", b"not a block", zstandard.compress(b"short"), zstandard.compress(bytes(MINUTES * 4))[:-3]],
)
def test_damaged_bytes_are_no_block(block: bytes) -> None:
    with pytest.raises(ValueError, match="block"):
        unpacked(block)
