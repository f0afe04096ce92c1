"""The map of untested interest: worked example, invariants, calibration by known positions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.risk.untested.leverage_mix import (
    DEFAULT_MIX,
    Band,
    KnownPosition,
    band_prices,
    calibrated,
    implied_leverage,
    new_bands,
)
from desktop.risk.untested.untested_interest import BAND, MapStep, UntestedMap

MOVES = st.lists(
    st.tuples(st.floats(-0.06, 0.06), st.floats(0, 0.03), st.floats(-0.5, 0.5), st.floats(-1, 1)), max_size=12
)


def _steps(start: float, moves: list[tuple[float, float, float, float]]) -> list[MapStep]:
    steps, price, coins = [], start, 1_000.0
    for move, wick, growth, tilt in moves:
        before, price = price, price * (1 + move)
        now = coins * (1 + growth)
        low, high = min(before, price) * (1 - wick), max(before, price) * (1 + wick)
        steps.append(MapStep(price, low, high, coins, now, tilt=tilt))
        coins = now
    return steps


def test_band_prices_of_the_worked_example() -> None:
    prices = band_prices(80_000, 20, 0.005)
    assert prices.long == pytest.approx(76381.90954773869)
    assert prices.short == pytest.approx(83582.08955223882)


def test_an_increment_is_split_by_side_and_leverage_and_a_traverse_takes_what_it_reached() -> None:
    bands = new_bands(100, 1000, {10.0: 0.5, 50.0: 0.5}, 0.0)
    assert {round(band.price, 9): band.usd for band in bands.long} == {90.0: 250.0, 98.0: 250.0}
    mapped = UntestedMap(100.0, {10.0: 0.5, 50.0: 0.5}, 0.0)
    mapped.step(MapStep(100.0, 100.0, 100.0, 10.0, 20.0))
    assert mapped.mass_usd == pytest.approx(1000.0)
    swept = mapped.traverse(97.5, 100.0)
    assert (swept.long_usd, swept.short_usd) == (pytest.approx(250.0), 0.0)
    edges, long, short = mapped.around(100.0, 0.3)
    assert (long.sum(), short.sum()) == (pytest.approx(250.0), pytest.approx(500.0))
    filled = edges[:-1][long > 0]
    assert filled == pytest.approx(90.0, rel=2 * BAND)


def test_a_leverage_nobody_can_open_gives_its_share_to_the_others() -> None:
    bands = new_bands(100, 1000, DEFAULT_MIX, 0.02)
    assert len(bands.long) == 4
    assert sum(band.usd for band in (*bands.long, *bands.short)) == pytest.approx(1000)
    with pytest.raises(ValueError, match="no leverage"):
        new_bands(100, 1000, {50.0: 1.0}, 0.05)


@given(MOVES, st.sampled_from([0.0, 0.004, 0.01, 0.03]), st.sampled_from([80_000.0, 0.07, 1e-6]))
def test_mass_is_conserved_never_negative_and_stays_on_its_side(
    moves: list[tuple[float, float, float, float]], rate: float, start: float
) -> None:
    mapped = UntestedMap(start, rate=rate)
    for step in _steps(start, moves):
        mapped.step(step)
        edges, long, short = mapped.around(step.price, 0.9)
        assert (long >= 0).all()
        assert (short >= 0).all()
        assert (edges[1:][long > 0] <= step.price * (1 + 1e-9)).all()
        assert (edges[:-1][short > 0] >= step.price * (1 - 1e-9)).all()
        gone = mapped.swept_usd + mapped.closed_usd + mapped.faded_usd
        assert mapped.mass_usd == pytest.approx(mapped.added_usd - gone, rel=1e-6, abs=1e-6 * mapped.added_usd)


@given(MOVES)
def test_no_growth_of_interest_no_new_mass(moves: list[tuple[float, float, float, float]]) -> None:
    mapped = UntestedMap(100.0)
    for step in _steps(100.0, [(move, wick, min(0.0, growth), tilt) for move, wick, growth, tilt in moves]):
        mapped.step(step)
    assert mapped.added_usd == 0.0
    assert mapped.mass_usd == 0.0


def test_half_is_left_after_a_week_and_a_third_after_a_third_closed() -> None:
    mapped = UntestedMap(100.0)
    mapped.put(1, Band(90.0, 800.0), 100.0)
    mapped.step(MapStep(100.0, 100.0, 100.0, hours=168.0))
    assert mapped.mass_usd == pytest.approx(400.0)
    mapped.step(MapStep(100.0, 100.0, 100.0, 30.0, 10.0, hours=0.0))
    assert mapped.mass_usd == pytest.approx(400 / 3)
    assert mapped.closed_usd == pytest.approx(800 / 3)


def test_unknown_interest_changes_nothing() -> None:
    mapped = UntestedMap(100.0)
    mapped.put(1, Band(90.0, 800.0), 100.0)
    mapped.step(MapStep(100.0, 100.0, 100.0, None, 10.0, hours=0.0))
    assert mapped.mass_usd == 800.0


def test_buying_by_takers_tilts_to_longs() -> None:
    mapped = UntestedMap(100.0)
    mapped.step(MapStep(100.0, 100.0, 100.0, 10.0, 20.0, tilt=1.0))
    _, long, short = mapped.around(100.0, 0.5)
    assert long.sum() == pytest.approx(3 * short.sum())


def test_the_window_moves_with_the_price_and_keeps_what_is_far() -> None:
    mapped = UntestedMap(100.0)
    mapped.put(1, Band(40.0, 7.0), 100.0)
    for price in (150.0, 400.0, 1000.0):
        mapped.step(MapStep(price, price, price, hours=0.0))
    assert mapped.mass_usd == pytest.approx(7.0)


@given(st.floats(50, 200), st.lists(st.tuples(st.floats(0.5, 0.999), st.floats(1, 1e6)), min_size=1, max_size=9))
@settings(max_examples=50)
def test_the_map_below_is_what_the_cascade_meets(price: float, bands: list[tuple[float, float]]) -> None:
    mapped = UntestedMap(price)
    for share, usd in bands:
        mapped.put(1, Band(price * share, usd), price)
    below = mapped.below(price, 0.6)
    assert below.within(0.6) == pytest.approx(mapped.mass_usd)
    nearest = 1 - max(share for share, _ in bands)
    assert below.within(nearest - 2 * BAND) == pytest.approx(0.0, abs=1e-6)
    assert below.within(nearest + 2 * BAND) > 0


def test_known_positions_pull_the_mix_toward_themselves() -> None:
    many = [KnownPosition(100.0, 48.0, 1, 1_000.0)] * 450
    found = calibrated(many, 1e6)
    assert found.mix[50.0] == pytest.approx(0.9 + 0.1 * 0.12)
    assert sum(found.mix.values()) == pytest.approx(1.0)
    assert (found.positions, found.coverage) == (450, pytest.approx(0.45))
    assert calibrated([], 1e6) == (DEFAULT_MIX, 0, 0.0)
    assert calibrated([KnownPosition(1.0, 0.5, 1, 5.0)], None) == (DEFAULT_MIX, 0, None)


@given(st.sampled_from([1, -1]), st.floats(1.5, 120), st.floats(0.001, 0.006))
def test_a_liquidation_price_gives_back_its_leverage(side: int, leverage: float, rate: float) -> None:
    prices = band_prices(80_000.0, leverage, rate)
    told = prices.long if side > 0 else prices.short
    assert implied_leverage(80_000.0, told, side, rate) == pytest.approx(leverage)
    assert implied_leverage(80_000.0, 1.0, 1, rate) == pytest.approx(1.0, rel=1e-3)


def test_a_step_is_cheap_enough_for_two_hundred_coins() -> None:
    mapped = UntestedMap(100.0)
    assert np.diff(mapped.edges()).min() > 0
    assert len(mapped.edges()) < 5_000
