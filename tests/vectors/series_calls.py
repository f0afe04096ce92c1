"""Calls about series: a value against its past, volatility, impact, self-excitation, the composite."""

from __future__ import annotations

from desktop.risk import composite as score
from desktop.risk import hawkes, impact, volatility
from desktop.risk import history as past
from desktop.risk.reading import Level
from tests.vectors.call_form import Number, Results, known, none_of


def robust_z(history: list[Number], value: Number) -> Results:
    found = None if value is None else past.robust_parts(known(history), value)
    if found is None:
        return none_of("median", "mad", "meanad", "z")
    return {"median": found.median, "mad": found.mad, "meanad": found.mean_deviation, "z": found.z}


def percentile_midrank(history: list[Number], value: Number) -> Results:
    return {"pct": None if value is None else past.percentile_midrank(known(history), value)}


def warm_up(samples: int, window: int) -> Results:
    return {"status": "ok" if past.is_warm(samples, window) else "warming", "value": None}


def annualise_volatility(sigma_1h: float) -> Results:
    return {"ann": volatility.annualised(sigma_1h)}


def parkinson(high: list[float], low: list[float]) -> Results:
    return {"sigma": volatility.parkinson(high, low)}


def realised_and_jump(returns: list[float]) -> Results:
    found = volatility.realised_and_jumps(returns)
    return {"rv": found.realised, "bv": found.bipower, "jump_share": found.share}


def amihud(returns: list[float], volume: list[float]) -> Results:
    return {"amihud": impact.amihud(returns, volume)}


def kyle_lambda(flow: list[float], ret_bps: list[float]) -> Results:
    found = impact.flow_slope(flow, ret_bps)
    return {"lam": None if found is None else found.slope}


def branching_ratio_counts(counts: list[float]) -> Results:
    found = hawkes.ratio_of_counts(counts)
    if found is None:
        return none_of("mean", "var", "n")
    return {"mean": found.mean, "var": found.variance, "n": found.ratio}


def expected_offspring(n: list[float] | float) -> Results:
    if isinstance(n, list):
        return {"multiplier": [hawkes.offspring(ratio) for ratio in n]}
    return {"multiplier": hawkes.offspring(n)}


def hawkes_log_likelihood(mu: float, n: float, b: float, T: float, events: list[float]) -> Results:  # noqa: N803
    found = hawkes.log_likelihood(mu, n, b, T, events)
    return {"lambdas": found.intensities, "ll": found.log}


def composite(families: dict[str, Number]) -> Results:
    found = score.composite(families)
    return {"score": found.score, "status": found.status}


def hysteresis(scores: list[float], enter: dict[str, float], exit: dict[str, float]) -> Results:
    names = {level.name.lower(): level for level in Level}
    bounds = [{names[name]: bound for name, bound in by_name.items()} for by_name in (enter, exit)]
    return {"states": [level.name.lower() for level in score.levels_of(scores, *bounds)]}
