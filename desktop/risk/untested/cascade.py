"""How far a fall would feed on itself: the least fixed point of price and forced selling.

Distances are fractions of the mark, downward (0.02: two per cent below); masses and depth in USD. A shock s closes
what lies in (0, s]; the selling moves the price further, which closes more, until nothing new is reached:
x = s + I(phi L(x)), iterated from below. One coin, no new buyers, no closing of winners: a stress test, no forecast.
It depends most on how much of the book stays when it is needed, so callers show a range from `USUAL_SURVIVAL` to
`STRESS_SURVIVAL`, never one number. Pure and deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

USUAL_SURVIVAL: Final = 1 / 3.4
"""Share of displayed depth that stood in the median fall (measured); the 90th percentile of thinning is 17 times."""
STRESS_SURVIVAL: Final = 1 / 17
MAP_END: Final = 0.15
"""How far below the mark a cascade is followed."""
USUAL_REALISED: Final = 0.55
"""Share of the predicted mass that really fired: BTC on three venues, hours of December 2025 and January 2026, longs
0.59 and shorts 0.52 of what the map had where the price went. Every coin's own score corrects it as it comes in."""
BOOK_SHAPE: Final = 0.87
"""Exponent of impact against volume over depth, between square root and linear (published 0.86 to 0.875)."""
_SHAPE_ANCHOR = 0.01
# Distances that differ by the rounding of float64 alone are the same distance.
_SAME = 1 + 1e-12

Status = Literal["ends", "critical"]
Cluster = tuple[float, float]


class Impact(msgspec.Struct, frozen=True):
    """How far selling moves the price. `depth_usd` is the bid side in USD per 100 % of price, as displayed.

    `survival` (0..1] of it stays, `resilience` [0..1) comes back between waves, `shape` 1 is linear:
    I(V) = a ((1-r) V / (W D))^g, with `a` such that a fall of 1 % costs the same in every shape.
    """

    depth_usd: float
    survival: float = 1.0
    resilience: float = 0.0
    shape: float = 1.0

    def drop(self, sold_usd: float) -> float:
        """Return the fall that selling so much causes, as a fraction."""
        linear = (1 - self.resilience) * sold_usd / (self.survival * self.depth_usd)
        return linear if self.shape == 1 else float(_SHAPE_ANCHOR ** (1 - self.shape) * linear**self.shape)


class Outcome(msgspec.Struct, frozen=True):
    """Where a fall ends. `sold_usd` was closed by force, over `waves` passes that closed something (0: not counted).

    `multiplier` is the whole fall over the shock, None without a shock. A `critical` fall did not end inside the map:
    `drop` is then the map's end (or the shock, if that lies beyond it), and all numbers are floors.
    """

    drop: float
    sold_usd: float
    waves: int
    multiplier: float | None
    status: Status


def cascade(
    shock: float, clusters: Sequence[Cluster], impact: Impact, *, realised: float = 1.0, map_end: float = 1.0
) -> Outcome:
    """Return the least fixed point over clusters of (distance, USD); a cluster fires when the fall reaches it.

    `realised` (0..1] is the share of the predicted mass that really fires. Ends after at most clusters + 1 passes.
    """
    waiting, end = sorted(clusters), max(shock, map_end)
    sold, waves, passed, drop = 0.0, 0, 0, shock
    while drop < end:
        reached = passed
        while reached < len(waiting) and waiting[reached][0] <= drop * _SAME:
            sold += realised * waiting[reached][1]
            reached += 1
        if reached == passed:
            return _outcome(shock, drop, sold, waves, "ends")
        passed, waves = reached, waves + 1
        drop = shock + impact.drop(sold)
    fired = realised * sum(usd for distance, usd in clusters if distance <= end * _SAME)
    return _outcome(shock, end, fired, waves, "critical")


def _outcome(shock: float, drop: float, sold: float, waves: int, status: Status) -> Outcome:
    return Outcome(drop, sold, waves, drop / shock if shock > 0 else None, status)


class Uniform(msgspec.Struct, frozen=True):
    """The answer for a constant density of mass: k = rho / D, drop = s / (1 - k)."""

    k: float
    outcome: Outcome


def uniform(
    shock: float, density_usd: float, impact: Impact, *, realised: float = 1.0, map_end: float = MAP_END
) -> Uniform:
    """Return the fixed point of a constant density (USD per 100 % of price) under linear impact, in closed form.

    At k = 1 and above each wave is as large as the one before: it does not end inside the map.
    """
    linear = msgspec.structs.replace(impact, shape=1.0)
    k = linear.drop(realised * density_usd)
    status: Status = "ends"
    drop = 0.0 if shock <= 0 else shock / (1 - k) if k < 1 else math.inf
    if drop >= map_end:
        drop, status = max(shock, map_end), "critical"
    return Uniform(k, _outcome(shock, drop, realised * density_usd * drop, 0, status))


def square_root_drop(prefactor: float, sigma_daily: float, sold_usd: float, turnover_usd: float) -> float:
    """Return Y sigma sqrt(V / ADV), the square-root law: `sigma_daily` and the result are fractions."""
    return prefactor * sigma_daily * math.sqrt(sold_usd / turnover_usd)
