"""Fits of the branching ratio: maximum likelihood of an exponential kernel, and a regression where that fails."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LAGS = 6
LEAST_SECONDS = 20
_MOST_RATIO = 0.999
_HALF_LIVES_S = tuple(float(x) for x in np.geomspace(2.0, 1800.0, 12))
_KERNEL_ENDS = 1e-9
_STEPS = 12
_SWEEPS = 200
_Z95 = 1.96


class Fit(msgspec.Struct, frozen=True):
    """A branching ratio (0 up to, never, 1) with its 95 % interval; rates a second, half-life of the kernel in s.

    The likelihood's interval holds the decay fixed and is a little too narrow for that; the regression has none.
    """

    ratio: float
    low: float | None
    high: float | None
    base_a_second: float
    half_life_s: float | None
    method: Literal["likelihood", "regression"]


def fit_likelihood(seconds: IntArray, length_s: int) -> Fit | None:
    """Return the maximum-likelihood fit to distinct seconds (ascending, 0 <= s < length); None with fewer than 20.

    The decay is searched over half-lives of 2 s to 30 min, then once between the best and its neighbours. For each,
    base and ratio follow from one root: at the maximum mu T + n G is the number of events. Time is bounded, and the
    cost is that of the length in seconds, whatever the number of events.
    """
    if len(seconds) < LEAST_SECONDS or length_s <= 0:
        return None
    logs = [_at(seconds, length_s, half_life)[0] for half_life in _HALF_LIVES_S]
    best = int(np.argmax(logs))
    half_life = _HALF_LIVES_S[best]
    if 0 < best < len(logs) - 1:
        half_life *= (_HALF_LIVES_S[1] / _HALF_LIVES_S[0]) ** _peak(*logs[best - 1 : best + 2])
    _, base, ratio, spread = _at(seconds, length_s, half_life)
    low, high = max(0.0, ratio - _Z95 * spread), min(1.0, ratio + _Z95 * spread)
    return Fit(min(_MOST_RATIO, ratio), low, high, base, half_life, "likelihood")


def _peak(left: float, middle: float, right: float) -> float:
    """Return where the parabola through three equally spaced points has its top, in steps from the middle."""
    bend = left - 2 * middle + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0


def _at(seconds: IntArray, length_s: int, half_life_s: float) -> tuple[float, float, float, float]:
    """Return (log-likelihood, base, ratio, standard error of the ratio) for this decay."""
    decay = math.log(2) / half_life_s
    pull = decay * _excitation(seconds, length_s, decay)
    grown = float(-np.expm1(-decay * (length_s - seconds)).sum())
    count = len(seconds)
    base = _base(pull, count, length_s, grown)
    ratio = (count - base * length_s) / grown
    intensity = base + ratio * pull
    log = float(np.log(intensity).sum()) - count
    return log, base, ratio, _spread(pull, intensity)


def _excitation(seconds: IntArray, length_s: int, decay: float) -> FloatArray:
    """Return sum over earlier events of exp(-decay (t - ti)) at each event, by doubling the kernel's length."""
    felt = np.zeros(length_s)
    felt[seconds] = 1.0
    reach, factor = 1, math.exp(-decay)
    while reach < length_s and factor > _KERNEL_ENDS:
        felt[reach:] += factor * felt[:-reach]
        reach, factor = 2 * reach, factor * factor
    return felt[seconds] - 1.0


def _base(pull: FloatArray, count: int, length_s: int, grown: float) -> float:
    """Return the base rate at which the likelihood's slope along mu T + n G = N is zero: Newton inside a bracket."""
    slope = 1 - length_s / grown * pull
    low, high = 1e-9 * count / length_s, count / length_s
    base = high / 2
    for _ in range(_STEPS):
        part = slope / (base + (count - base * length_s) / grown * pull)
        first = float(part.sum())
        low, high = (base, high) if first > 0 else (low, base)
        step = base + first / float((part * part).sum())
        base = step if low < step < high else (low + high) / 2
    return base


def _spread(pull: FloatArray, intensity: FloatArray) -> float:
    ones, pulls = 1 / intensity, pull / intensity
    a, b, c = float(ones @ ones), float(ones @ pulls), float(pulls @ pulls)
    whole = a * c - b * b
    return math.sqrt(a / whole) if whole > 0 else math.inf


def fit_regression(sums: FloatArray, step_s: float) -> Fit | None:
    """Return the ratio as the sum of six weights of a sum on the six before it (INAR); None if there are too few.

    `sums` are of equal windows of `step_s`, oldest first; least squares with no negative weight, by coordinates.
    """
    rows = len(sums) - LAGS
    if rows < 2 * (LAGS + 1) or not sums.any():
        return None
    scale = float(sums.mean())
    scaled = sums / scale
    before = [scaled[LAGS - lag : LAGS - lag + rows] for lag in range(1, LAGS + 1)]
    design = np.column_stack((np.ones(rows), *before))
    weights = _non_negative(design.T @ design, design.T @ scaled[LAGS:])
    ratio = float(weights[1:].sum())
    return Fit(min(_MOST_RATIO, ratio), None, None, float(weights[0]) * scale / step_s, None, "regression")


def _non_negative(gram: FloatArray, target: FloatArray) -> FloatArray:
    weights = np.zeros(len(target))
    for _ in range(_SWEEPS):
        for place in range(len(target)):
            if gram[place, place] > 0:
                rest = target[place] - gram[place] @ weights
                weights[place] = max(0.0, weights[place] + rest / gram[place, place])
    return weights
