"""How far each coin moves with bitcoin, measured on the hours that are stored."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.market import HourBar
from desktop.engine.past.history_ports import HistorySource
from desktop.risk.account.wick import BETA_DAYS, measured_beta
from desktop.risk.windows import DAY_MS, HOUR_MS

MARKET_COIN = "BTC"


async def betas(history: HistorySource, coins: Sequence[str], now_ms: int) -> dict[str, float]:
    """Return the betas over up to 90 days; a coin with too few days is left out. Raise SeawallError."""
    since_ms = now_ms - BETA_DAYS * DAY_MS
    closes = {coin: daily_closes(await history.hours(coin, since_ms)) for coin in {*coins, MARKET_COIN}}
    market = closes.pop(MARKET_COIN)
    found = {coin: beta_between(own, market) for coin, own in closes.items()}
    return {coin: beta for coin, beta in found.items() if beta is not None}


def daily_closes(bars: Sequence[HourBar]) -> dict[int, float]:
    """Return the last close of each UTC day (days since 1970)."""
    return {(bar.open_ms + HOUR_MS - 1) // DAY_MS: bar.close for bar in bars}


def beta_between(coin: dict[int, float], market: dict[int, float]) -> float | None:
    """Return the beta over the days on which both have a close and had one the day before."""
    days = sorted(coin.keys() & market.keys())
    pairs = [(day, day - 1) for day in days if day - 1 in coin and day - 1 in market]
    return measured_beta(
        [coin[day] / coin[before] - 1 for day, before in pairs],
        [market[day] / market[before] - 1 for day, before in pairs],
    )
