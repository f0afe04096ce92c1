"""Minutes within the made-up hours before the storm: within each hour's high and low, from its open to its close."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np

from desktop.domain.kept_values import TradedMinutes
from desktop.domain.market import HourBar
from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.storm_shape import SEED, CoinShape

MINUTES, MINUTE_MS = 60, 60_000
# The range of a random walk of sixty steps is about so many of its steps.
_RANGE_IN_STEPS = 1.6 * math.sqrt(MINUTES)
_QUIET_SHARE = 0.12
# Takers lean with the move, and mostly for reasons of their own.
_LEAN, _OWN_REASONS = 0.35, 0.3

Bar = tuple[int, float, float, float, float]
"""(open_ms, open, high, low, close)"""


def minutes_of(shape: CoinShape, hours: Sequence[HourBar]) -> list[Bar]:
    """Return sixty minutes for each hour, oldest first: the same ones every time."""
    rng = chance(SEED, shape.coin, "minutes")
    return [bar for hour in hours for bar in _within(rng, hour)]


def _within(rng: Random, hour: HourBar) -> list[Bar]:
    bottom, top, begin = math.log(hour.low), math.log(hour.high), math.log(hour.open)
    step = (top - bottom) / _RANGE_IN_STEPS
    walk = [0.0]
    for _ in range(MINUTES):
        walk.append(walk[-1] + step * rng.gauss(0, 1))
    drift = (math.log(hour.close) - begin - walk[-1]) / MINUTES
    path = [min(top, max(bottom, begin + at + drift * place)) for place, at in enumerate(walk)]
    bars = []
    for place in range(MINUTES):
        first, last = path[place], path[place + 1]
        high = min(top, max(first, last) + step * 0.4 * abs(rng.gauss(0, 1)))
        low = max(bottom, min(first, last) - step * 0.4 * abs(rng.gauss(0, 1)))
        bars.append([first, high, low, last])
    # The hour's high and low were traded in the minutes that come nearest to them.
    max(bars, key=lambda bar: bar[1])[1] = top
    min(bars, key=lambda bar: bar[2])[2] = bottom
    opens = [hour.open_ms + place * MINUTE_MS for place in range(MINUTES)]
    return [(at, *(round(math.exp(price), 4) for price in bar)) for at, bar in zip(opens, bars, strict=True)]  # type: ignore[misc]


def traded(shape: CoinShape, minutes: Sequence[Bar]) -> TradedMinutes:
    """Return the minutes with a turnover that is livelier when the price moves, and takers who lean with it."""
    rng = chance(SEED, shape.coin, "turnover")
    _, opened, high, low, close = (np.array(column) for column in zip(*minutes, strict=True))
    moved = np.log(close / opened)
    usual = float(np.median(np.abs(moved)))
    a_second = _QUIET_SHARE * sum(shape.trades_per_second.values()) * shape.trade_usd
    turnover, signed = np.empty(len(minutes)), np.empty(len(minutes))
    for place, move in enumerate((moved / usual).tolist()):
        turnover[place] = MINUTES * a_second * rng.lognormvariate(0, 0.4) * (1 + 0.2 * abs(move))
        lean = _LEAN * math.tanh(move / 2) + _OWN_REASONS * rng.gauss(0, 1)
        signed[place] = turnover[place] * max(-1.0, min(1.0, lean))
    return TradedMinutes(minutes[0][0], high, low, close, turnover, signed)
