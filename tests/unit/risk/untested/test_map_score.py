"""Marking the map: clusters, lift, slope; and the placebo: what is skill on a market whose positions are known."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.risk.untested.leverage_mix import DEFAULT_MIX, Band, LeverageMix
from desktop.risk.untested.map_score import CLUSTER_LIFE_MS, ClusterBook, LiftTally, log_slope, map_lift
from desktop.risk.untested.untested_interest import MapStep, UntestedMap
from tests.fakes.leverage_market import RATE, LeverageMarket, MarketStep

STEPS = 1_500


def test_lift_of_a_worked_example() -> None:
    assert map_lift(60.0, 10.0, 100.0, 50.0) == (pytest.approx(3.0), 0.6, 0.2)
    assert map_lift(0.0, 0.0, 0.0, 0.0) == (None, None, None)


def test_slope_needs_enough_pairs() -> None:
    predicted = [float(2**step) for step in range(25)]
    assert log_slope(predicted, [7 * p for p in predicted]) == pytest.approx(1.0)
    assert log_slope(predicted, [p**0.5 for p in predicted]) == pytest.approx(0.5)
    assert log_slope(predicted[:5], predicted[:5]) is None


def test_the_share_that_fires_moves_from_what_was_measured_elsewhere_to_what_is_seen() -> None:
    tally = LiftTally()
    assert tally.realised_share(0.5, 1e6) == 0.5
    for _ in range(9):
        tally.traversed(np.array([1e6]), np.array([1e5]), np.array([1e6, 0.0]))
    assert tally.realised_share(0.5, 1e6) == pytest.approx(0.14)
    assert LiftTally().realised_share(0.5, 0.0) == 0.5


def _mapped() -> tuple[UntestedMap, ClusterBook]:
    mapped, book = UntestedMap(100.0), ClusterBook()
    mapped.put(1, Band(95.0, 1e6), 100.0)
    mapped.put(1, Band(91.0, 10.0), 100.0)
    edges, long, _ = mapped.around(100.0, 0.1)
    book.note(1, edges, long, 0)
    return mapped, book


def _judge(book: ClusterBook, mapped: UntestedMap, low: float, now_ms: int) -> None:
    mapped.traverse(low, low)
    edges, long, short = mapped.around(100.0, 0.3)
    book.judge(low, low, now_ms, {1: (edges, long), -1: (edges, short)})


def test_a_cluster_is_swept_when_the_mark_went_through_it() -> None:
    mapped, book = _mapped()
    heavy = next(one for one in book.open if one.usd == 1e6)
    book.realised(1, 95.0, 4e5)
    _judge(book, mapped, heavy.low * 0.999, 5)
    ended = next(one for one in book.ended if one.usd == 1e6)
    assert (ended.fate, ended.ended_ms, ended.realised_usd) == ("swept", 5, 4e5)
    assert book.counts() == (1, 0)


def test_a_cluster_is_missed_when_a_week_passes_or_its_mass_goes() -> None:
    mapped, book = _mapped()
    _judge(book, mapped, 99.0, CLUSTER_LIFE_MS)
    assert book.counts()[0] == 0
    assert book.counts()[1] >= 1
    mapped, book = _mapped()
    mapped.step(MapStep(100.0, 100.0, 100.0, 100.0, 5.0))
    _judge(book, mapped, 99.9, 10)
    assert book.counts()[1] >= 1


def test_the_same_stretch_is_noted_once() -> None:
    mapped, book = _mapped()
    noted = len(book.open)
    edges, long, _ = mapped.around(100.0, 0.1)
    book.note(1, edges, long, 10)
    assert len(book.open) == noted


# --- the placebo ---------------------------------------------------------------------------------------------


class _Marks:
    """What a map predicted and what was realised, by step and by band, on the long side."""

    def __init__(self) -> None:
        self.tally = LiftTally()
        self.predicted: list[float] = []
        self.realised: list[float] = []

    def add(self, mapped: UntestedMap, step: MarketStep, before: float, shuffle: np.random.Generator | None) -> None:
        edges, long, _ = mapped.around(before, 0.15)
        below = edges[1:] <= before
        edges, long = edges[: below.sum() + 1], long[below]
        if shuffle is not None:
            long = shuffle.permutation(long)
        crossed = edges[1:] >= step.told.low
        closed = np.zeros(len(long))
        for side, price, usd in step.liquidated:
            if side > 0:
                closed[int(np.clip(np.searchsorted(edges, price) - 1, 0, len(long) - 1))] += usd
        self.tally.traversed(long[crossed], closed[crossed], long)
        self.predicted.append(float(long[crossed].sum()))
        self.realised.append(float(closed[crossed].sum()))

    def skill(self) -> float:
        """Return the share of the spread of log-realised USD that log-predicted explains."""
        pairs = [(p, r) for p, r in zip(self.predicted, self.realised, strict=True) if r > 0 and p > 0]
        x, y = np.log(np.array(pairs)).T
        return float(np.corrcoef(x, y)[0, 1] ** 2)


START = 80_000.0


def _true(market: list[MarketStep], shuffle: np.random.Generator | None = None) -> _Marks:
    mapped, marks, before = UntestedMap(START), _Marks(), START
    for step in market:
        marks.add(mapped, step, before, shuffle)
        told = step.told
        mapped.step(MapStep(told.price, told.low, told.high, hours=0.0))
        for one in step.opened:
            mapped.put(one.side, Band(one.price, one.usd), told.price)
        before = told.price
    return marks


def _model(market: list[MarketStep], mix: LeverageMix, shuffle: np.random.Generator | None = None) -> _Marks:
    mapped, marks, before = UntestedMap(START, mix, RATE), _Marks(), START
    for step in market:
        marks.add(mapped, step, before, shuffle)
        mapped.step(step.told)
        before = step.told.price
    return marks


def _lift(marks: _Marks) -> float:
    lift = marks.tally.lift().lift
    assert lift is not None
    return lift


def test_with_true_positions_the_slope_is_one_and_shuffled_there_is_no_skill() -> None:
    market = LeverageMarket(seed=7).run(STEPS)
    true, shuffled = _true(market), _true(market, np.random.default_rng(1))
    assert true.tally.slope() == pytest.approx(1.0, abs=0.1)
    assert true.skill() > 0.8
    assert _lift(true) > 5
    assert shuffled.skill() < 0.1
    assert _lift(shuffled) == pytest.approx(1.0, abs=0.4)
    chance = shuffled.tally.slope()
    assert chance is not None
    assert abs(chance) < 0.5


def test_the_placebo_with_random_leverage_keeps_much_of_the_skill() -> None:
    """Most of what the map knows is that interest was opened since a price was visited, not at which leverage."""
    market = LeverageMarket(seed=11).run(STEPS)
    model = _model(market, DEFAULT_MIX)
    random = np.random.default_rng(3)
    draws = [dict(zip(random.uniform(3, 100, 6), random.dirichlet(np.ones(6)), strict=True)) for _ in range(4)]
    placebos = [_model(market, mix) for mix in draws]
    chance = _model(market, DEFAULT_MIX, np.random.default_rng(5))
    assert model.skill() > 0.4
    assert min(placebo.skill() for placebo in placebos) > 3 * chance.skill()
    assert min(_lift(placebo) for placebo in placebos) > 2 * _lift(chance)
    assert np.mean([placebo.skill() for placebo in placebos]) > 0.4 * model.skill()
