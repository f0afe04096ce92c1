"""Self-excitation of forced closings: how many of them are children of others (the branching ratio)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, pvariance

import msgspec


class CountRatio(msgspec.Struct, frozen=True):
    """Mean and variance of counts in equal windows, and the branching ratio they imply (0 up to, never, 1)."""

    mean: float
    variance: float
    ratio: float | None


def ratio_of_counts(counts: Sequence[float]) -> CountRatio | None:
    """Return n = 1 - sqrt(mean / variance), at least 0 (Hardiman and Bouchaud); None without a window.

    The windows must be long against the memory of the process. `ratio` is None where nothing happened at all.
    """
    if not counts:
        return None
    mean, variance = fmean(counts), pvariance(counts)
    if mean <= 0:
        return CountRatio(mean, variance, None)
    return CountRatio(mean, variance, max(0.0, 1 - math.sqrt(mean / variance)) if variance > 0 else 0.0)


def offspring(ratio: float) -> float | None:
    """Return 1 / (1 - n): how many closings one that came from outside brings in all; None where it never ends."""
    return 1 / (1 - ratio) if 0 <= ratio < 1 else None


class Likelihood(msgspec.Struct, frozen=True):
    """Intensities at each event (before its own jump) and the log-likelihood."""

    intensities: tuple[float, ...]
    log: float


def log_likelihood(base: float, ratio: float, decay: float, until: float, events: Sequence[float]) -> Likelihood:
    """Return the likelihood of events (ascending, in (0, until]) under lambda = mu + sum n b exp(-b (t - ti)).

    O(n) by the recursion of the exponential kernel. Times and `decay` (per time) in one unit.
    """
    excited, before = 0.0, 0.0
    intensities: list[float] = []
    for place, at in enumerate(events):
        excited = math.exp(-decay * (at - before)) * (excited + 1) if place else 0.0
        intensities.append(base + ratio * decay * excited)
        before = at
    grown = math.fsum(-math.expm1(-decay * (until - at)) for at in events)
    log = math.fsum(math.log(value) for value in intensities) - base * until - ratio * grown
    return Likelihood(tuple(intensities), log)
