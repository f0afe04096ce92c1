"""The cascade's fixed point: worked examples and every invariant of the model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.risk.untested.cascade import Cluster, Impact, cascade, square_root_drop, uniform
from desktop.risk.untested.cascade_map import (
    UPPER_SHARE,
    MassMap,
    cascade_range,
    drop_quantiles,
    k_band,
    map_cascade,
    survivals,
)

BOOK = Impact(10e9)
CLUSTERS: list[Cluster] = [(0.01, 50e6), (0.014, 40e6), (0.017, 30e6), (0.05, 500e6)]

SHOCKS = st.just(0.0) | st.floats(1e-6, 0.1)
MASSES = st.floats(0, 2e9)
DISTANCES = st.floats(0.0005, 0.3)
MANY = st.lists(st.tuples(DISTANCES, MASSES), max_size=8)
IMPACTS = st.builds(
    Impact,
    depth_usd=st.floats(1e9, 1e11),
    survival=st.floats(0.05, 1),
    resilience=st.floats(0, 0.9),
    shape=st.sampled_from([1.0, 0.87, 0.7]),
)
SHARES = st.floats(0.05, 1)


def test_worked_examples() -> None:
    untouched = cascade(0.01, [(0.02, 50e6)], BOOK)
    assert (untouched.drop, untouched.sold_usd, untouched.multiplier, untouched.waves) == (0.01, 0.0, 1.0, 0)
    three = cascade(0.01, CLUSTERS, BOOK)
    assert three.drop == pytest.approx(0.022)
    assert three.sold_usd == pytest.approx(120e6)
    assert three.multiplier == pytest.approx(2.2)
    assert three.waves == 3
    deeper = cascade(0.01, CLUSTERS, Impact(20e9))
    assert (deeper.drop, deeper.sold_usd, deeper.waves) == (pytest.approx(0.0125), 50e6, 1)
    thin = cascade(0.01, [(0.01, 50e6)], Impact(10e9, survival=1 / 3.4))
    assert thin.drop == pytest.approx(0.027)
    assert square_root_drop(0.7, 0.03, 400e6, 40e9) == pytest.approx(0.0021)


def test_a_uniform_density_has_a_closed_form() -> None:
    half = uniform(0.01, 5e9, BOOK)
    assert half.k == 0.5
    assert (half.outcome.drop, half.outcome.multiplier) == (pytest.approx(0.02), pytest.approx(2.0))
    assert half.outcome.sold_usd == pytest.approx(1e8)
    endless = uniform(0.01, 12e9, BOOK)
    assert endless.k == pytest.approx(1.2)
    assert (endless.outcome.status, endless.outcome.drop) == ("critical", 0.15)
    assert uniform(0.0, 12e9, BOOK).outcome.drop == 0.0


@given(MANY, IMPACTS)
def test_nothing_happens_without_a_shock(clusters: list[Cluster], impact: Impact) -> None:
    found = cascade(0.0, clusters, impact)
    assert (found.drop, found.sold_usd, found.multiplier) == (0.0, 0.0, None)


@given(st.floats(0.001, 0.1), MANY, IMPACTS)
def test_a_shock_that_reaches_nothing_stays_as_it_is(shock: float, clusters: list[Cluster], impact: Impact) -> None:
    beyond = [(shock * 1.01 + distance, usd) for distance, usd in clusters]
    found = cascade(shock, beyond, impact)
    assert (found.drop, found.multiplier, found.status) == (shock, 1.0, "ends")


@given(SHOCKS, MANY, IMPACTS, SHARES)
def test_the_fall_is_a_fixed_point_at_least_the_shock_and_sells_what_it_reached(
    shock: float, clusters: list[Cluster], impact: Impact, share: float
) -> None:
    found = cascade(shock, clusters, impact, realised=share)
    assert found.drop >= shock
    assert found.waves <= len(clusters)
    reached = share * sum(usd for distance, usd in clusters if distance <= found.drop * (1 + 1e-12))
    assert found.sold_usd == pytest.approx(reached)
    assert found.sold_usd <= sum(usd for _, usd in clusters) * (1 + 1e-9)
    if found.status == "ends":
        assert found.drop == pytest.approx(shock + impact.drop(found.sold_usd))


@given(SHOCKS, MANY, IMPACTS, SHARES, st.floats(1, 3))
def test_more_shock_mass_or_firing_never_makes_the_fall_smaller(
    shock: float, clusters: list[Cluster], impact: Impact, share: float, more: float
) -> None:
    drop = cascade(shock, clusters, impact, realised=share).drop * (1 - 1e-9)
    assert cascade(shock * more, clusters, impact, realised=share).drop >= drop
    assert cascade(shock, [(at, usd * more) for at, usd in clusters], impact, realised=share).drop >= drop
    assert cascade(shock, clusters, impact, realised=min(1.0, share * more)).drop >= drop


@given(SHOCKS, MANY, IMPACTS, st.floats(1, 5))
def test_more_depth_survival_or_resilience_never_makes_the_fall_larger(
    shock: float, clusters: list[Cluster], impact: Impact, more: float
) -> None:
    drop = cascade(shock, clusters, impact).drop * (1 + 1e-9)
    deeper = Impact(impact.depth_usd * more, impact.survival, impact.resilience, impact.shape)
    steady = Impact(impact.depth_usd, min(1.0, impact.survival * more), impact.resilience, impact.shape)
    healing = Impact(impact.depth_usd, impact.survival, 1 - (1 - impact.resilience) / more, impact.shape)
    for better in (deeper, steady, healing):
        assert cascade(shock, clusters, better).drop <= drop


@given(SHOCKS, MANY, IMPACTS, st.sampled_from([0.25, 2.0, 1024.0]))
def test_mass_and_depth_scaled_together_change_nothing(
    shock: float, clusters: list[Cluster], impact: Impact, scale: float
) -> None:
    # Powers of two scale float64 without rounding.
    scaled = Impact(impact.depth_usd * scale, impact.survival, impact.resilience, impact.shape)
    assert cascade(shock, [(at, usd * scale) for at, usd in clusters], scaled).drop == (
        cascade(shock, clusters, impact).drop
    )


@given(SHOCKS, MANY, IMPACTS, st.floats(1.001, 2), MASSES)
def test_mass_below_the_end_changes_nothing(
    shock: float, clusters: list[Cluster], impact: Impact, farther: float, usd: float
) -> None:
    found = cascade(shock, clusters, impact)
    if found.status == "ends" and found.drop > 0:
        assert cascade(shock, [*clusters, (found.drop * farther, usd)], impact) == found


@given(SHOCKS, MANY, IMPACTS, DISTANCES, DISTANCES, MASSES, MASSES)
def test_clusters_merged_at_the_nearer_distance_are_at_least_as_bad(
    shock: float, clusters: list[Cluster], impact: Impact, one: float, two: float, usd: float, more: float
) -> None:
    apart = cascade(shock, [*clusters, (one, usd), (two, more)], impact).drop
    merged = cascade(shock, [*clusters, (min(one, two), usd + more)], impact).drop
    assert merged >= apart * (1 - 1e-9)


@given(SHOCKS, MANY, IMPACTS)
def test_the_same_inputs_give_the_same_answer_in_any_order(
    shock: float, clusters: list[Cluster], impact: Impact
) -> None:
    assert cascade(shock, clusters, impact).drop == pytest.approx(cascade(shock, clusters[::-1], impact).drop)
    assert cascade(shock, clusters, impact) == cascade(shock, list(clusters), impact)


# --- over a map ----------------------------------------------------------------------------------------------------

BANDS = st.lists(MASSES, min_size=1, max_size=12)


def _map(masses: list[float]) -> MassMap:
    return MassMap([0.015 * step for step in range(len(masses) + 1)], masses)


def test_a_map_of_one_density_is_the_closed_form() -> None:
    mass = MassMap([0.0, 0.15], [5e9 * 0.15])
    assert map_cascade(0.01, mass, BOOK).drop == pytest.approx(0.02)
    assert mass.amplification(0.0, 0.15, BOOK) == pytest.approx(0.5)
    assert mass.amplification(0.03, 0.0305, BOOK, realised=0.5) == pytest.approx(0.25)
    endless = map_cascade(0.01, MassMap([0.0, 0.15], [12e9 * 0.15]), BOOK)
    assert (endless.status, endless.drop, endless.multiplier) == ("critical", 0.15, pytest.approx(15.0))


@given(SHOCKS, BANDS, IMPACTS, SHARES)
def test_over_a_map_the_fall_is_the_least_fixed_point(
    shock: float, masses: list[float], impact: Impact, share: float
) -> None:
    mass = _map(masses)
    found = map_cascade(shock, mass, impact, realised=share)
    assert found.drop >= shock
    if found.status == "ends":
        assert found.drop == pytest.approx(shock + impact.drop(share * mass.within(found.drop)), abs=1e-9)
        for part in (0.1, 0.5, 0.9, 0.999):
            nearer = shock + part * (found.drop - shock)
            assert shock + impact.drop(share * mass.within(nearer)) >= nearer - 1e-12


@given(SHOCKS, BANDS, IMPACTS, st.floats(1, 3))
def test_over_a_map_the_fall_is_monotone_too(shock: float, masses: list[float], impact: Impact, more: float) -> None:
    drop = map_cascade(shock, _map(masses), impact).drop
    assert map_cascade(shock * more, _map(masses), impact).drop >= drop - 1e-9
    assert map_cascade(shock, _map([usd * more for usd in masses]), impact).drop >= drop - 1e-9
    deeper = Impact(impact.depth_usd * more, impact.survival, impact.resilience, impact.shape)
    assert map_cascade(shock, _map(masses), deeper).drop <= drop + 1e-9


@settings(max_examples=25)
@given(st.floats(0.001, 0.1), BANDS, st.floats(1e9, 1e12))
def test_the_range_runs_from_usual_to_stressed_withdrawal(shock: float, masses: list[float], depth: float) -> None:
    found = cascade_range(shock, _map(masses), Impact(depth))
    assert found.k[0] <= found.k[1] < max(1e-300, found.k[0] * 17 / 3.4 * 1.0001)
    assert found.multiplier is not None
    assert 1 <= found.multiplier[0] <= found.multiplier[1]
    quantiles = drop_quantiles(shock, _map(masses), depth)
    assert list(quantiles) == sorted(quantiles)
    assert quantiles == drop_quantiles(shock, _map(masses), depth)


def test_depth_stands_as_it_was_measured_and_never_more_than_all_of_it() -> None:
    shares = survivals()
    assert list(shares) == sorted(shares)
    assert 1 / 17 / 2 < shares[0] < 1 / 17 < shares[-1] <= 1
    assert shares[len(shares) // 2] == pytest.approx(1 / 3.4)


@given(st.floats(1e-6, 10), st.floats(0.02, 1), st.floats(1, 3))
def test_the_band_of_k_grows_with_mass_and_with_what_fires(displayed: float, realised: float, more: float) -> None:
    usual, upper = k_band(displayed, realised)
    assert usual == pytest.approx(3.4 * realised * displayed)
    assert usual < upper < 17 * min(1.0, 1.25 * realised) * displayed
    assert k_band(more * displayed, realised) == pytest.approx((more * usual, more * upper))
    assert k_band(displayed, min(1.0, more * realised))[1] >= upper * (1 - 1e-12)
    cases = [displayed * min(1.0, realised * part) / share for part in (0.8, 1, 1.25) for share in survivals()]
    assert sum(case <= upper * (1 + 1e-9) for case in cases) >= int(UPPER_SHARE * len(cases))


def test_a_map_that_is_none_is_refused() -> None:
    for edges, masses in (([0.0, 0.1, 0.1], [1.0, 1.0]), ([0.01, 0.1], [1.0]), ([0.0, 0.1], [-1.0])):
        with pytest.raises(ValueError, match=r"edges must|mass is"):
            MassMap(edges, masses)
