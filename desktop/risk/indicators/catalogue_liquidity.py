"""Indicators of the order book and of what trading costs in price."""

from __future__ import annotations

from desktop.risk.indicators.indicator import BY_LOW_PERCENTILE, BY_PERCENTILE, Baseline, Indicator, Levels
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

SLIPPAGE_SIZES = {"10K": 1e4, "100K": 1e5, "1M": 1e6, "10M": 1e7}
MY_SIZE = "MINE"
_HOUR_OF_WEEK = "ratio to the 30 d median of the same hour of the week"


def _slippage(size: str) -> Indicator:
    words = "an order of my size" if size == MY_SIZE else f"a market sale of ${size}"
    return Indicator(
        id=f"SLIP_{size}",
        row="SLIP_Q",
        family="liquidity",
        name="Slippage, my size" if size == MY_SIZE else f"Slippage ${size}",
        words=f"What {words} would lose against the middle of the book, on the venue where it loses least; median of "
        "a minute. Never carried beyond the visible book.",
        unit="bps",
        window_ms=MINUTE_MS,
        levels=Levels("times_usual", 2.0, 4.0, 10.0),
        evidence="Judgement: 2, 4 and 10 times what is usual at this hour of the week.",
        period_ms=5_000,
        scale=5.0,
        normalise=_HOUR_OF_WEEK,
        warm_up="14 d; a plain 24 h median before",
        vote="none" if size == MY_SIZE else "half",
        touched_by=("book",),
        history="hour_of_week",
        least=336,
    )


_DEPTH = Indicator(
    id="DEPTH_REL",
    row="DEPTH_REL",
    family="liquidity",
    name="Bid depth 1 %, against usual",
    words="USD resting within 1 % under the middle, summed over venues, as a multiple of what is usual at this hour "
    "of the week; median of a minute, held for three.",
    unit="times",
    window_ms=MINUTE_MS,
    levels=Levels("at_most", 0.6, 0.4, 0.2),
    evidence="At crash moments depth within 1 % is 63 % of normal (median), one tenth of them under 6 %. It says how "
    "bad, not when: as a predictor it adds almost nothing.",
    period_ms=5_000,
    scale=0.2,
    normalise=_HOUR_OF_WEEK,
    warm_up="14 d; a plain 24 h median before",
    vote="full",
    touched_by=("book",),
    history="hour_of_week",
    least=336,
)
_SPREAD = Indicator(
    id="SPREAD",
    row="SPREAD",
    family="liquidity",
    name="Spread",
    words="(Best ask - best bid) / middle on the venue where it is least; median of a minute.",
    unit="bps",
    window_ms=MINUTE_MS,
    levels=BY_PERCENTILE,
    evidence="Own quantiles 95, 99 and 99.9 %.",
    period_ms=1_000,
    scale=1.0,
    normalise="percentile, 30 d",
    warm_up="7 d",
    vote="half",
    touched_by=("book",),
    history="hours",
    least=168,
)
_OF_INTEREST = Indicator(
    id="DEPTH_OI",
    row="DEPTH_OI",
    family="liquidity",
    name="Bid depth 1 % / OI",
    words="USD resting within 1 % under the middle as a share of the open interest of the same venues; median of "
    "an hour.",
    unit="fraction of OI",
    window_ms=HOUR_MS,
    levels=BY_LOW_PERCENTILE,
    evidence="Usual, daily, 2024 and 2025: BTC .54 % (.36 to .84), ETH .66, SOL 1.0, XRP 1.3 %.",
    period_ms=60_000,
    scale=0.001,
    normalise="percentile, 365 d of daily values",
    warm_up="30 d",
    vote="half",
    touched_by=("book",),
    history="days",
    least=30,
    baseline=Baseline(((0.05, 0.0026), (0.25, 0.0036), (0.5, 0.0054), (0.75, 0.0084)), "BTC, daily, 2024-25", "BTC"),
)
_AMIHUD = Indicator(
    id="AMIHUD",
    row="AMIHUD",
    family="liquidity",
    name="Illiquidity",
    words="Mean of |return| / USD turnover over the minutes of an hour, per billion USD: how far a billion moves it.",
    unit="1 per bn USD",
    window_ms=HOUR_MS,
    levels=BY_PERCENTILE,
    evidence="Own quantiles 95, 99 and 99.9 %.",
    period_ms=60_000,
    scale=0.05,
    normalise="percentile, 30 d",
    warm_up="240 h",
    vote="half",
    touched_by=("minute",),
    history="hours",
    least=240,
)
_KYLE = Indicator(
    id="KYLE",
    row="KYLE",
    family="liquidity",
    name="Price impact of flow",
    words="Slope of minute returns (bp) on signed taker flow (million USD) over 4 h; shown while it explains more "
    "than 5 % of the returns.",
    unit="bp per M USD",
    window_ms=4 * HOUR_MS,
    levels=BY_PERCENTILE,
    evidence="Own quantiles 95, 99 and 99.9 %.",
    period_ms=60_000,
    scale=0.5,
    normalise="percentile, 30 d",
    warm_up="240 h",
    vote="half",
    touched_by=("minute",),
    history="hours",
    least=240,
)
_SEASON = Indicator(
    id="SEASON",
    row="SEASON",
    family="modifier",
    name="Hour of the week",
    words="How thin books usually are at this hour of the week against all hours; it moves the composite by at most "
    "a tenth.",
    unit="times",
    window_ms=30 * DAY_MS,
    levels=None,
    evidence="Impact per billion is worst from 21 to 22 h UTC and best from 14 to 16 h, ratio 1.85; weekends +26 %.",
    period_ms=HOUR_MS,
    scale=0.1,
    normalise="ratio",
    warm_up="14 d",
    vote="modifier",
    touched_by=(),
)

LIQUIDITY = (
    _DEPTH,
    _SPREAD,
    *(_slippage(size) for size in (*SLIPPAGE_SIZES, MY_SIZE)),
    _OF_INTEREST,
    _AMIHUD,
    _KYLE,
    _SEASON,
)
