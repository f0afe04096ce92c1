"""Self-excitation: fits of simulated cascades, and what is not said for want of prints."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from desktop.risk.hawkes import log_likelihood, offspring, ratio_of_counts
from desktop.risk.hawkes_fit import Fit, fit_likelihood, fit_regression
from desktop.risk.self_excitation import REFIT_MS, SelfExcitation
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_SIX_HOURS_S = 21_600


def _cascade(base: float, ratio: float, decay: float, seed: int, length: float = _SIX_HOURS_S) -> list[float]:
    """Return event times: immigrants at random, each event with children at exponential distances."""
    chance = random.Random(seed)
    times: list[float] = []
    waiting = [chance.uniform(0, length) for _ in range(round(base * length))]
    while waiting:
        parent = waiting.pop()
        times.append(parent)
        while chance.random() < ratio / (1 + ratio):
            child = parent + chance.expovariate(decay)
            if child < length:
                waiting.append(child)
    return sorted(times)


def _seconds(times: list[float]) -> np.ndarray:
    return np.unique(np.floor(times).astype(np.int64))


@pytest.mark.parametrize(("ratio", "seed"), [(0.3, 1), (0.5, 2), (0.8, 3)])
def test_a_simulated_cascade_is_found_within_its_interval(ratio: float, seed: int) -> None:
    fit = fit_likelihood(_seconds(_cascade(0.02, ratio, 0.03, seed)), _SIX_HOURS_S)
    assert fit is not None
    assert fit.ratio == pytest.approx(ratio, abs=0.12)
    assert fit.low is not None
    assert fit.high is not None
    assert fit.low <= fit.ratio <= fit.high
    assert fit.base_a_second == pytest.approx(0.02, rel=0.3)


def test_the_fit_is_a_maximum_of_the_likelihood_that_the_formula_gives() -> None:
    seconds = _seconds(_cascade(0.02, 0.6, 0.05, 4))
    fit = fit_likelihood(seconds, _SIX_HOURS_S)
    assert fit is not None
    assert fit.half_life_s is not None
    decay = math.log(2) / fit.half_life_s
    events = [float(second) for second in seconds]

    def log(base: float, ratio: float, decay: float) -> float:
        return log_likelihood(base, ratio, decay, _SIX_HOURS_S, events).log

    best = log(fit.base_a_second, fit.ratio, decay)
    for change in (0.97, 1.03):
        assert log(fit.base_a_second * change, fit.ratio, decay) < best
        assert log(fit.base_a_second, fit.ratio * change, decay) < best
    for change in (0.6, 1.7):
        assert log(fit.base_a_second, fit.ratio, decay * change) < best


def test_the_recursion_of_the_likelihood_is_the_double_sum() -> None:
    events = [1.0, 2.5, 2.6, 7.0]
    base, ratio, decay = 0.2, 0.4, 0.7
    direct = [base + sum(ratio * decay * math.exp(-decay * (t - s)) for s in events if s < t) for t in events]
    assert log_likelihood(base, ratio, decay, 10, events).intensities == pytest.approx(direct)


def test_independent_prints_have_no_children() -> None:
    fit = fit_likelihood(_seconds(_cascade(0.05, 0.0, 1.0, 5)), _SIX_HOURS_S)
    assert fit is not None
    assert fit.low == 0.0
    assert fit.ratio < 0.35


def test_every_second_filled_is_no_crash_of_the_fit() -> None:
    fit = fit_likelihood(np.arange(_SIX_HOURS_S), _SIX_HOURS_S)
    assert fit is not None
    assert 0 <= fit.ratio < 1
    assert fit_likelihood(np.arange(19), _SIX_HOURS_S) is None


def test_the_regression_finds_the_weights_of_a_series_made_with_them() -> None:
    noise = np.random.default_rng(6)
    sums = np.full(3_000, 10.0)
    for place in range(6, len(sums)):
        sums[place] = 2.0 + 0.4 * sums[place - 1] + 0.2 * sums[place - 3] + noise.exponential(4.0)
    fit = fit_regression(sums * 1e6, 300)
    assert fit is not None
    assert fit.ratio == pytest.approx(0.6, abs=0.06)
    assert fit_regression(sums[:19], 300) is None
    assert fit_regression(np.zeros(100), 300) is None


def test_under_fifty_prints_nothing_is_said() -> None:
    excited = SelfExcitation()
    excited.listen(0)
    for place in range(49):
        excited.add(2 * DAY_MS - place * MINUTE_MS, 1e5)
    assert excited.at(2 * DAY_MS).fit is None
    assert excited.at(2 * DAY_MS).prints == 49
    excited.add(2 * DAY_MS, 1e5)
    assert excited.at(2 * DAY_MS + REFIT_MS - 1).fit is None
    again = excited.at(2 * DAY_MS + REFIT_MS)
    assert again.fit is not None
    assert again.fit.method == "likelihood"


def test_running_counts_are_the_formula_on_the_whole_day_and_need_all_of_it() -> None:
    excited = SelfExcitation()
    now_ms = 3 * DAY_MS
    times = [round(second * 1000) for second in _cascade(0.01, 0.7, 0.02, 7, DAY_MS / 1000)]
    for at_ms in reversed(times):
        excited.add(2 * DAY_MS + at_ms, 1e4)
    assert excited.at(now_ms).of_counts is None
    excited.listen(2 * DAY_MS)
    counts = np.bincount(np.array(times) // (10 * MINUTE_MS), minlength=144)
    expected = ratio_of_counts([float(count) for count in counts])
    assert expected is not None
    assert excited.at(now_ms + REFIT_MS).of_counts == pytest.approx(expected.ratio)


def test_prints_all_within_few_seconds_fall_back_to_the_regression() -> None:
    excited = SelfExcitation()
    excited.listen(0)
    now_ms = 2 * DAY_MS
    for place in range(60):
        excited.add(now_ms - (place % 10) * 30 * MINUTE_MS, 1e5)
    found = excited.at(now_ms)
    assert found.prints == 60
    assert found.fit is not None
    assert found.fit.method == "regression"
    assert excited.at(now_ms + 7 * HOUR_MS).prints == 0


def test_a_process_that_never_dies_out_has_no_count_of_offspring() -> None:
    assert offspring(0.8) == pytest.approx(5)
    assert offspring(1.0) is None


def _fit_of_an_hour(since_ms: int | None) -> Fit | None:
    """Fit an hour of independent prints, heard since then."""
    excited = SelfExcitation()
    excited.listen(since_ms)
    for second in _cascade(0.05, 0.0, 1.0, 8, 3_600):
        excited.add(2 * DAY_MS - HOUR_MS + round(second * 1000), 1e5)
    return excited.at(2 * DAY_MS).fit


def test_time_in_which_the_feed_was_not_heard_is_no_calm_before_the_prints() -> None:
    whole, heard = _fit_of_an_hour(0), _fit_of_an_hour(2 * DAY_MS - HOUR_MS)
    assert whole is not None
    assert heard is not None
    assert heard.ratio < 0.4 < 0.8 < whole.ratio
    assert _fit_of_an_hour(2 * DAY_MS - 10 * MINUTE_MS) is None
    assert _fit_of_an_hour(None) is None
