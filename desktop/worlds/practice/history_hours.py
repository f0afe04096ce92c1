"""Thirty days of made-up hours before the storm, so that percentiles are warm when it starts."""

from __future__ import annotations

import math
from random import Random

from desktop.domain.market import HourBar
from desktop.worlds.practice.curves import chance
from desktop.worlds.practice.storm_shape import EPOCH_MS, SEED, CoinShape, binance_funding

HOURS = 720
HOUR_MS = 3_600_000
_LOW_HOURS_BACK = 9
_QUIET_HOURS = 26
_HOURLY_MOVE = 0.0040


def hours_before(shape: CoinShape) -> list[HourBar]:
    """Return the hours before the storm, oldest first; the last one closes at the storm's first price.

    The lowest low of the last 24 hours lies `shape.low_under_start` under that price, nine hours back. Forced
    closings are heavy-tailed and grow with the move, as in every public record of them.
    """
    rng = chance(SEED, shape.coin, "history")
    wildness = shape.fall / 0.0715
    closes = _closes(rng, shape, wildness)
    coins = _open_coins(rng, shape)
    bars = []
    for i in range(HOURS):
        before, close = closes[i], closes[i + 1]
        high, low = _reach(rng, shape, HOURS - i, before, close)
        long_usd, short_usd = _forced(rng, math.log(close / before) / wildness, coins[i] * close)
        bars.append(
            HourBar(
                open_ms=EPOCH_MS - (HOURS - i) * HOUR_MS,
                open=round(before, 4),
                high=round(high, 4),
                low=round(low, 4),
                close=round(close, 4),
                long_usd=long_usd,
                short_usd=short_usd,
                funding_8h=_funding(rng, i),
                oi_usd=round(coins[i] * close),
                oi_coins=round(coins[i], 1),
            )
        )
    return bars


def _reach(rng: Random, shape: CoinShape, hours_back: int, before: float, close: float) -> tuple[float, float]:
    """Return high and low of an hour; the last day's lows stay above the one planned low."""
    reach = _HOURLY_MOVE * shape.fall / 0.0715 * 0.45
    high = max(before, close) * (1 + reach * abs(rng.gauss(0, 1)))
    low = min(before, close) * (1 - reach * abs(rng.gauss(0, 1)))
    if hours_back <= _QUIET_HOURS:
        floor = shape.start_price * (1 - shape.low_under_start)
        low = floor if hours_back == _LOW_HOURS_BACK else max(low, floor * 1.0006)
    return high, min(low, before, close)


def _closes(rng: Random, shape: CoinShape, wildness: float) -> list[float]:
    """Return 721 prices, walked backwards from the storm's first price: a slow decline with restless days."""
    closes, price = [shape.start_price], shape.start_price
    quiet_floor = shape.start_price * (1 - 0.8 * shape.low_under_start)
    for back in range(HOURS):
        restless = 1.0 + 0.8 * max(0.0, math.sin(back / 37.0)) ** 3
        move = _HOURLY_MOVE * wildness * restless * _fat_tailed(rng)
        if back < _QUIET_HOURS:
            # The last day is quiet: the storm must come from a calm sea, above the day's low.
            price = max(quiet_floor, shape.start_price * (1 + 0.0018) + 0.8 * (price - shape.start_price * 1.0018))
            price *= 1 + 0.35 * move
            price = max(quiet_floor, price)
        else:
            price *= 1 + move + 0.00009 * wildness
        closes.append(price)
    return closes[::-1]


def _fat_tailed(rng: Random) -> float:
    return max(-6.0, min(6.0, rng.gauss(0, 0.82) * (1.0 if rng.random() < 0.93 else 2.4)))


def _open_coins(rng: Random, shape: CoinShape) -> list[float]:
    """Return hourly open interest, walked backwards from what the venues report when the storm starts."""
    coins = sum(shape.oi_coins.values())
    anchor, walk = coins, []
    for _ in range(HOURS):
        walk.append(coins)
        coins += 0.01 * (0.96 * anchor - coins) + 0.004 * anchor * rng.gauss(0, 1)
    return walk[::-1]


def _forced(rng: Random, move: float, open_usd: float) -> tuple[float, float]:
    """Return long and short USD closed by force in an hour with this move."""
    against_longs, against_shorts = max(0.0, -move), max(0.0, move)
    longs = open_usd * 6.0e-6 * rng.lognormvariate(0, 1.25) * math.exp(min(6.5, 560 * against_longs))
    shorts = open_usd * 5.0e-6 * rng.lognormvariate(0, 1.25) * math.exp(min(6.0, 520 * against_shorts))
    return round(min(longs, 0.009 * open_usd), 2), round(min(shorts, 0.008 * open_usd), 2)


def _funding(rng: Random, i: int) -> float:
    """Return the fraction per 8 h: mildly positive, ending where the storm begins."""
    start = binance_funding(0)
    wave = 0.00004 * math.sin((HOURS - 1 - i) / 29.0)
    return round(start - wave + (0.000012 * rng.gauss(0, 1) if i < HOURS - 1 else 0.0), 8)
