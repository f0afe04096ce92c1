"""Indicators of the market as a whole and of what surrounds it: pegs, funds, other assets, moods, venues."""

from __future__ import annotations

from desktop.risk.indicators.indicator import Baseline, Indicator, Levels
from desktop.risk.windows import DAY_MS, MINUTE_MS

_PEG = Indicator(
    id="PEG",
    row="PEG",
    family="fuel",
    name="Stablecoin peg",
    words="The stablecoin furthest under its dollar, in basis points, by the median over venues of a minute; "
    "one venue alone off its peg is a matter of that venue.",
    unit="bps",
    window_ms=MINUTE_MS,
    levels=Levels("at_most", -25.0, -100.0, -300.0),
    evidence="Judgement; on 10 October 2025 USDe traded at 0.65 on one venue alone. -300 bp is an alarm by itself.",
    period_ms=10_000,
    scale=25.0,
    normalise="none",
    warm_up="1 h",
    vote="fuel",
    touched_by=("ticker", "context"),
    where="market",
)
_ETF = Indicator(
    id="ETF_FLOW",
    row="ETF_FLOW",
    family="fuel",
    name="ETF flow, 5 days",
    words="Net flow into spot ETFs over the last five days with a figure. It speaks of a day that is over, published "
    "the day after.",
    unit="USD",
    window_ms=5 * DAY_MS,
    levels=Levels("low_percentile", 0.05, 0.02, 0.01),
    evidence="BTC, 2024-25: the 5 % quantile of five days is -706 M USD. Never intraday; at most half a vote.",
    period_ms=DAY_MS,
    scale=5e8,
    normalise="percentile, 365 d",
    warm_up="180 d",
    vote="fuel",
    touched_by=("context",),
    history="days",
    least=180,
    baseline=Baseline(((0.05, -7.06e8), (0.5, 1.5e8), (0.95, 1.8e9)), "BTC funds, 2024-25; middle and top judged"),
    where="market",
)
_OTHER_ASSETS = Indicator(
    id="XASSET",
    row="XASSET",
    family="fuel",
    name="Other markets in stress",
    words="How many of gold, silver and equities move today by more than three robust deviations of their own days.",
    unit="count",
    window_ms=DAY_MS,
    levels=Levels("at_least", 1.0, 2.0, 3.0),
    evidence="One episode: gold's perpetual fell 13.2 % within 30 January 2026, the day before the cascade: an "
    "anecdote.",
    period_ms=300_000,
    scale=1.0,
    normalise="robust z, 365 d",
    warm_up="90 d",
    vote="fuel",
    touched_by=("ticker", "context"),
    history="days",
    least=90,
    where="market",
)
_FEAR = Indicator(
    id="FNG",
    row="FNG",
    family="display",
    name="Fear & Greed",
    words="The public index of mood, 0 (fear) to 100 (greed). It lags: 64 on 10 October 2025.",
    unit="0-100",
    window_ms=DAY_MS,
    levels=None,
    evidence="Shown, no weight.",
    period_ms=DAY_MS,
    scale=10.0,
    normalise="none",
    warm_up="none",
    vote="none",
    touched_by=("context",),
    where="market",
)
_VENUES = Indicator(
    id="VENUE_HEALTH",
    row="VENUE_HEALTH",
    family="hard",
    name="Venue health",
    words="The worst of all venues: 0 well, 1 worth a look, 2 warning (slow, errors, a network suspended, prices "
    "apart, insurance falling), 3 critical (silent, prices far apart, ADL, two venues suspend withdrawals).",
    unit="state",
    window_ms=MINUTE_MS,
    levels=Levels("at_least", 1.0, 2.0, 3.0),
    evidence="Rules, not statistics; critical is an alarm by itself.",
    period_ms=5_000,
    scale=1.0,
    normalise="against 7 d",
    warm_up="1 d",
    vote="hard",
    touched_by=("word",),
    where="market",
)

MARKET_WIDE = (_PEG, _ETF, _OTHER_ASSETS, _FEAR, _VENUES)
