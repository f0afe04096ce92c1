"""The cascade over a map of mass: bands of constant density below the mark, as untested interest gives them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from desktop.risk.untested.cascade import MAP_END, STRESS_SURVIVAL, USUAL_SURVIVAL, Impact, Outcome

FloatArray = npt.NDArray[np.float64]
_HALVINGS = 100
UPPER_SHARE = 0.75
"""The upper end of the band of k: three of four sampled cases lie under it."""
_CASES = 9
_REALISED_SPREAD = (0.8, 1.0, 1.25)
_THINNED_SHARE = 0.9


class MassMap:
    """Mass below the mark: `edges` are ascending distances from 0, `usd` the mass between one and the next.

    Raise ValueError for edges that do not ascend from zero or a mass below zero.
    """

    def __init__(self, edges: Sequence[float] | FloatArray, usd: Sequence[float] | FloatArray) -> None:
        self.edges = np.asarray(edges, dtype=np.float64)
        masses = np.asarray(usd, dtype=np.float64)
        if len(self.edges) != len(masses) + 1 or self.edges[0] != 0 or (np.diff(self.edges) <= 0).any():
            raise ValueError("edges must ascend from 0 and be one more than the masses")
        if not (masses >= 0).all():
            raise ValueError("a mass is below zero or not a number")
        self._sums = np.concatenate(([0.0], np.cumsum(masses)))

    @property
    def end(self) -> float:
        """How far the map reaches."""
        return float(self.edges[-1])

    def within(self, distance: float) -> float:
        """Return the mass in (0, distance] in USD."""
        return float(np.interp(distance, self.edges, self._sums))

    def at(self, distances: FloatArray) -> FloatArray:
        """Return the mass within each of these distances."""
        return np.asarray(np.interp(distances, self.edges, self._sums), dtype=np.float64)

    def amplification(self, nearer: float, farther: float, impact: Impact, *, realised: float = 1.0) -> float:
        """Return k between two distances: how much fall their mass causes, per fall; at 1 it does not end by itself.

        Linear impact. Over a narrow stretch it is the local k(x) = (1-r) phi L'(x) / (W D), from the mark on
        it is how much a fall to there would feed on itself.
        """
        mass = self.within(farther) - self.within(nearer)
        return msgspec.structs.replace(impact, shape=1.0).drop(realised * mass) / (farther - nearer)


def map_cascade(
    shock: float, mass: MassMap, impact: Impact, *, realised: float = 1.0, map_end: float = MAP_END
) -> Outcome:
    """Return the least fixed point x = s + I(phi L(x)) over the map, capped at its end.

    Between edges L is a line and I bends down, so selling stops outrunning the fall once in a band at most: the first
    edge where it no longer does closes the search, bisection does the rest.
    """
    end = min(map_end, mass.end)
    if shock >= end:
        return _outcome(shock, shock, mass, realised, critical=True)
    stops = np.concatenate(([shock], mass.edges[(mass.edges > shock) & (mass.edges < end)], [end]))
    reached = np.array([impact.drop(realised * usd) for usd in mass.at(stops)])
    halted = np.flatnonzero(shock + reached <= stops)
    if not len(halted):
        return _outcome(shock, end, mass, realised, critical=True)
    first = int(halted[0])
    if first == 0:
        return _outcome(shock, shock, mass, realised, critical=False)
    ends = _crossing(
        lambda drop: shock + impact.drop(realised * mass.within(drop)) > drop,
        float(stops[first - 1]),
        float(stops[first]),
    )
    return _outcome(shock, ends, mass, realised, critical=False)


def _crossing(outruns: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if outruns(middle):
            low = middle
        else:
            high = middle
    return high


def _outcome(shock: float, drop: float, mass: MassMap, realised: float, *, critical: bool) -> Outcome:
    multiplier = drop / shock if shock > 0 else None
    return Outcome(drop, realised * mass.within(drop), 0, multiplier, "critical" if critical else "ends")


class CascadeRange(NamedTuple):
    """What a shock would become, from the usual withdrawal of depth to the stressed one; never one number.

    `k` is the amplification of a fall to the map's end: as usual, and at the upper end of its band.
    """

    k: tuple[float, float]
    usual: Outcome
    stressed: Outcome

    @property
    def multiplier(self) -> tuple[float, float] | None:
        """The fall over the shock in both cases; floors where the outcome is critical."""
        low, high = self.usual.multiplier, self.stressed.multiplier
        return None if low is None or high is None else (low, high)


def cascade_range(
    shock: float, mass: MassMap, impact: Impact, *, realised: float = 1.0, map_end: float = MAP_END
) -> CascadeRange:
    """Return the cascade with 1/3.4 and with 1/17 of the displayed depth left, and the band of k."""
    usual = msgspec.structs.replace(impact, survival=USUAL_SURVIVAL)
    stressed = msgspec.structs.replace(impact, survival=STRESS_SURVIVAL)
    end = min(map_end, mass.end)
    displayed = msgspec.structs.replace(impact, survival=1.0)
    k = k_band(mass.amplification(0.0, end, displayed), realised)
    outcomes = [map_cascade(shock, mass, one, realised=realised, map_end=map_end) for one in (usual, stressed)]
    return CascadeRange(k, *outcomes)


def survivals(cases: int = _CASES) -> FloatArray:
    """Return equally likely shares (0..1] of displayed depth that stand in a fall, ascending.

    Log-normal through what was measured: 1/3.4 in the median, 1/17 in one fall of ten; never more than all of it.
    """
    normal = NormalDist()
    spread = math.log(USUAL_SURVIVAL / STRESS_SURVIVAL) / normal.inv_cdf(_THINNED_SHARE)
    places = np.array([normal.inv_cdf((case + 0.5) / cases) for case in range(cases)])
    return np.minimum(1.0, USUAL_SURVIVAL * np.exp(spread * places))


def k_band(displayed_k: float, realised: float) -> tuple[float, float]:
    """Return the usual k and the upper end of its band, from k with all displayed depth and all mass firing.

    The band samples withdrawal of depth and realisation (a quarter around `realised`, at most 1) over a fixed grid;
    its upper end is a quantile. All worst cases at once would be over 1 on every day of the year, and say nothing.
    """
    shares = np.minimum(1.0, realised * np.array(_REALISED_SPREAD))
    cases = displayed_k * np.outer(shares, 1 / survivals())
    return displayed_k * realised / USUAL_SURVIVAL, float(np.quantile(cases, UPPER_SHARE))


def drop_quantiles(
    shock: float,
    mass: MassMap,
    depth_usd: float,
    *,
    realised: Sequence[float] = (0.5, 0.75, 1.0),
    shapes: Sequence[float] = (0.87, 1.0),
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
) -> tuple[float, ...]:
    """Return quantiles of the fall over a fixed grid of withdrawal (log-even), realisation and shape of the book.

    The grid is the whole sample: the same inputs give the same band.
    """
    survivals = np.geomspace(STRESS_SURVIVAL, USUAL_SURVIVAL, 5)
    drops = [
        map_cascade(shock, mass, Impact(depth_usd, float(w), shape=g), realised=phi).drop
        for w in survivals
        for phi in realised
        for g in shapes
    ]
    return tuple(float(value) for value in np.quantile(drops, quantiles))
