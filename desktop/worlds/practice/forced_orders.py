"""Forced orders as the venues report them: one a second on the first venue, all of them on the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from desktop.worlds.practice.curves import Curve
from desktop.worlds.practice.storm_shape import STORM_SECONDS

_SLOTS_PER_SECOND = 2
_SPREAD = 1.3
_SMALLEST_USD = 400.0


@dataclass(frozen=True)
class ForcedOrder:
    """A position closed by force: whose, how much in USD, when (ms of the storm)."""

    at_ms: int
    side: Literal["long", "short"]
    usd: float


def largest_each_second(
    rng: Random, side: Literal["long", "short"], reported: Curve, typical_usd: float
) -> Iterator[ForcedOrder]:
    """Yield at most one order a second, which add up to `reported` (USD by second): a sample, as Binance sends it."""
    spent = 0.0
    wanted = _drawn(rng, typical_usd)
    for second in range(STORM_SECONDS):
        due, rate = reported(second + 1) - spent, reported(second + 1) - reported(second)
        # A very large order is saved up for over some seconds of the plan, never over a whole wave.
        if due < min(wanted, 9 * rate):
            continue
        # Behind the plan: the largest order of a busy second is larger.
        usd = min(due, max(wanted, 0.5 * due))
        if usd < _SMALLEST_USD:
            continue
        spent += usd
        yield ForcedOrder(second * 1000 + rng.randrange(40, 960), side, usd)
        wanted = _drawn(rng, max(typical_usd, 1.1 * rate))


def every_order(
    rng: Random, side: Literal["long", "short"], reported: Curve, typical_usd: float
) -> Iterator[ForcedOrder]:
    """Yield every order, in half-second pushes, which add up to `reported` (USD by second)."""
    spent = 0.0
    wanted = _drawn(rng, typical_usd)
    for slot in range(STORM_SECONDS * _SLOTS_PER_SECOND):
        until = reported((slot + 1) / _SLOTS_PER_SECOND)
        while until - spent >= wanted:
            spent += wanted
            yield ForcedOrder(slot * 1000 // _SLOTS_PER_SECOND + rng.randrange(0, 480), side, wanted)
            wanted = _drawn(rng, typical_usd)


def _drawn(rng: Random, typical_usd: float) -> float:
    # Log-normal with a mean of about `typical_usd`: many small accounts, a few very large ones.
    return max(_SMALLEST_USD, typical_usd * rng.lognormvariate(-(_SPREAD**2) / 2, _SPREAD))
