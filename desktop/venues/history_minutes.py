"""What was traded minute by minute, from one venue's minutes and the others' hours. Pure.

Minutes of every venue would cost four times as much and say little more. So one venue tells the minutes, and the
turnover of the others within an hour is taken to come as its own does: each of its minutes is scaled by what all of
them together turned over in that hour. Who took is told by Binance alone; the others' takers are taken to lean as its
own. Volatility needs none of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from desktop.domain.kept_values import FloatArray, TradedMinutes
from desktop.venues.history_rows import HOUR_MS, MINUTE_MS, PriceRow

_MINUTES = HOUR_MS // MINUTE_MS


def traded_minutes(
    minutes: Iterable[PriceRow], hours_of_others: Mapping[str, Sequence[PriceRow]], since_ms: int, until_ms: int
) -> TradedMinutes:
    """Return the minutes of [since, until) (whole hours, UTC ms); what is not told is NaN.

    `hours_of_others` are the hours of the other venues. One that tells nothing of an hour after its first one makes
    that hour's turnover unknown: a sum without it would be too small.
    """
    count = (until_ms - since_ms) // MINUTE_MS
    high, low, close, turnover, bought = (np.full(count, np.nan) for _ in range(5))
    for row in minutes:
        place = (row.at_ms - since_ms) // MINUTE_MS
        if row.at_ms % MINUTE_MS == 0 and 0 <= place < count:
            high[place], low[place], close[place] = row.high, row.low, row.close
            turnover[place] = np.nan if row.turnover_usd is None else row.turnover_usd
            bought[place] = np.nan if row.bought_usd is None else row.bought_usd
    scale = np.repeat(_scale(turnover, hours_of_others.values(), since_ms), _MINUTES)
    signed = (2 * bought - turnover) * scale
    rows = (high, low, close, turnover * scale, signed)
    for one in rows:
        one.flags.writeable = False
    return TradedMinutes(since_ms, *rows)


def _scale(turnover: FloatArray, others: Iterable[Sequence[PriceRow]], since_ms: int) -> FloatArray:
    """Return by hour how many times the turnover of all venues is that of the one whose minutes are known."""
    own = np.nansum(turnover.reshape(-1, _MINUTES), axis=1)
    whole = own + sum((_by_hour(rows, since_ms, own.size) for rows in others), np.zeros(own.size))
    return np.where(own > 0, whole / np.where(own > 0, own, 1.0), 1.0)


def _by_hour(rows: Sequence[PriceRow], since_ms: int, hours: int) -> FloatArray:
    found = np.full(hours, np.nan)
    placed = [((row.at_ms - since_ms) // HOUR_MS, row.turnover_usd) for row in rows if row.at_ms % HOUR_MS == 0]
    told = {place: usd for place, usd in placed if 0 <= place < hours and usd is not None}
    # Before its first hour a venue did not trade the coin yet.
    found[: min(told, default=hours)] = 0.0
    for place, usd in told.items():
        found[place] = usd
    return found
