"""Indicators of the price itself: how much it moves, and where it stands against the lows before it."""

from __future__ import annotations

from desktop.risk.indicators.indicator import BY_PERCENTILE, RARE, Baseline, Indicator, Levels
from desktop.risk.windows import DAY_MS, HOUR_MS

_HOURS_BTC = "BTC, hourly, December 2025 and January 2026"
_RANGE_POINTS = {
    1: ((0.05, 0.00077), (0.5, 0.00257), (0.95, 0.00831), (0.99, 0.01385), (0.999, 0.02066)),
    6: ((0.05, 0.00104), (0.5, 0.00321), (0.95, 0.00793), (0.99, 0.01071), (0.999, 0.01301)),
}
_RETURN_POINTS = {
    1: ((0.05, 0.0725), (0.5, 0.2405), (0.95, 0.7777), (0.99, 1.2961), (0.999, 1.9334)),
    24: ((0.05, 0.1007), (0.5, 0.3398), (0.95, 0.7248), (0.99, 0.7929), (0.999, 0.8255)),
}


def _realised(hours: int) -> Indicator:
    return Indicator(
        id=f"RV_{hours}H",
        row="RV",
        family="vol",
        name=f"Volatility {hours} h",
        words=f"Square root of the summed squares of minute returns over {hours} h, as if a year went on like this.",
        unit="annualised",
        window_ms=hours * HOUR_MS,
        levels=BY_PERCENTILE,
        evidence="Own quantiles 95, 99 and 99.9 %.",
        period_ms=60_000,
        scale=0.3,
        normalise="percentile, 365 d of daily values; 30 d of hours before",
        warm_up="30 d",
        vote="full",
        touched_by=("minute",),
        history="hours" if hours == 1 else "days",
        least=240 if hours == 1 else 30,
        baseline=Baseline(_RETURN_POINTS[hours], _HOURS_BTC),
    )


def _range(hours: int) -> Indicator:
    return Indicator(
        id=f"PARK_{hours}H",
        row="PARK",
        family="vol",
        name=f"Range volatility {hours} h",
        words=f"Parkinson's estimate from high and low of each minute over {hours} h, as volatility of one hour.",
        unit="fraction",
        window_ms=hours * HOUR_MS,
        levels=BY_PERCENTILE,
        evidence="6 h over its 95 % quantile: precision .25, 3.3 false alarms a month; 8.5 h ahead in four of five "
        "severe events (BTC).",
        period_ms=60_000,
        scale=0.002,
        normalise="percentile, 30 d",
        warm_up="240 h",
        vote="full",
        touched_by=("minute",),
        history="hours",
        least=240,
        baseline=Baseline(_RANGE_POINTS[hours], _HOURS_BTC),
    )


def _distance(window: str, words: str, window_ms: int, levels: Levels, evidence: str) -> Indicator:
    return Indicator(
        id=f"LEVEL_{window}",
        row="LEVEL",
        family="level",
        name=f"Distance to {words} low",
        words=f"Price against the lowest price of the {words.replace('-day', ' days')} before the last hour; below "
        "zero that low is broken.",
        unit="fraction",
        window_ms=window_ms,
        levels=levels,
        evidence=evidence,
        period_ms=5_000,
        scale=0.01,
        normalise="absolute levels and percentile, 30 d",
        warm_up=words.replace("-day", " days"),
        vote="full" if window == "7D" else "none",
        touched_by=("price",),
        history="hours",
        least=240,
    )


_LEVEL_24H = _distance(
    "24H",
    "24 h",
    DAY_MS,
    Levels("at_most", 0.005, 0.0, None, RARE),
    "Judgement: the measured levels (2 %, 0.5 %, below) belong to the 7-day low.",
)
_LEVEL_7D = _distance(
    "7D",
    "7-day",
    7 * DAY_MS,
    Levels("at_most", 0.02, 0.005, 0.0, RARE),
    "Within 0.5 % of it or below: precision .56, recall .45, 1.3 false alarms a month (BTC), the best of all single "
    "signals. The honest form of support. A price is within 2 % of its week's low on every third day, so the "
    "distance must also be rare for the coin itself.",
)
_LEVEL_30D = _distance(
    "30D", "30-day", 30 * DAY_MS, Levels("at_most", 0.02, 0.005, 0.0, RARE), "Judgement: as 7 days."
)
_LOW_BREAK = Indicator(
    id="LOW_BREAK_24H",
    row="LEVEL",
    family="level",
    name="Hour's low against 24 h low",
    words="Lowest price of the last hour against the lowest of the 24 hours before it; below zero: a new low.",
    unit="fraction",
    window_ms=HOUR_MS,
    levels=Levels("at_most", None, 0.0, None, RARE),
    evidence="Third condition of cascade-started: precision .51, recall .86, 3.2 false alarms a month (BTC). The "
    "rule asks the number; its colour is kept for lows that are rare for the coin itself.",
    period_ms=5_000,
    scale=0.01,
    normalise="absolute levels and percentile, 30 d",
    warm_up="24 h",
    vote="none",
    touched_by=("price",),
    history="hours",
    least=240,
)
_JUMP = Indicator(
    id="JUMP",
    row="JUMP",
    family="vol",
    name="Share of jumps",
    words="Share of the variance of 2 h that comes in jumps: 1 - bipower variation / realised variance.",
    unit="share",
    window_ms=2 * HOUR_MS,
    levels=Levels("at_least", 0.3, 0.5, 0.7),
    evidence="Judgement; a level counts only beside volatility over its own 95 % quantile.",
    period_ms=60_000,
    scale=0.2,
    normalise="none",
    warm_up="2 h",
    vote="half",
    touched_by=("minute",),
    beside="RV_1H",
)
_CASCADE = Indicator(
    id="CASCADE_K",
    row="CASCADE_K",
    family="level",
    name="Cascade amplification",
    words="How much a fall of 15 % would feed on itself: forced selling it sets free against the depth that is left, "
    "at the upper end (three of four cases) of how much of it is withdrawn. 1 and more does not end by itself. A "
    "model.",
    unit="times",
    window_ms=7 * DAY_MS,
    levels=Levels("at_least", 0.5, 0.8, 1.0, RARE, needs_past=True),
    evidence="Judgement: displayed depth alone makes every cascade look impossible, and with the withdrawal of a "
    "crash every day looks like one: a level must also be rare for the coin itself, and waits for 240 hours "
    "of its past.",
    period_ms=60_000,
    scale=0.2,
    normalise="absolute levels and percentile, 30 d",
    warm_up="7 d of open interest; levels after 240 h",
    vote="half",
    touched_by=(),
    history="hours",
    least=240,
)

PRICE = (
    _realised(1),
    _realised(24),
    _range(1),
    _range(6),
    _JUMP,
    _LEVEL_24H,
    _LEVEL_7D,
    _LEVEL_30D,
    _LOW_BREAK,
    _CASCADE,
)
