"""Calls about how far a fall would feed on itself, and about where untested interest lies."""

from __future__ import annotations

from desktop.risk import cascade
from tests.vectors.call_form import Results


def cascade_clusters(
    shock: float,
    clusters: list[tuple[float, float]],
    depth_usd_per_1: float,
    survival: float = 1.0,
    resilience: float = 0.0,
) -> Results:
    found = cascade.cascade(shock, clusters, cascade.Impact(depth_usd_per_1, survival, resilience))
    return {
        "final": found.drop,
        "liquidated": found.sold_usd,
        "multiplier": found.multiplier,
        "waves": found.waves,
        "status": "ok" if found.status == "ends" else "critical",
    }


def cascade_uniform(shock: float, rho: float, depth: float, map_end: float = 1.0) -> Results:
    found = cascade.uniform(shock, rho, cascade.Impact(depth), map_end=map_end)
    ends = found.outcome.status == "ends"
    return {
        "k": found.k,
        "status": "ok" if ends else "critical",
        "final": found.outcome.drop if ends else None,
        "final_capped": found.outcome.drop,
        "multiplier": found.outcome.multiplier if ends else None,
        "liquidated": found.outcome.sold_usd,
    }


def square_root_impact(Y: float, sigma_daily: float, liq_usd: float, adv_usd: float) -> Results:  # noqa: N803
    return {"drop": cascade.square_root_drop(Y, sigma_daily, liq_usd, adv_usd)}
