"""Indicators of forced selling as it happens: how much, how one-sided, how fast, on how many venues and coins."""

from __future__ import annotations

from desktop.risk.indicators.indicator import BY_PERCENTILE, RARE, Baseline, Indicator, Levels
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

_MEASURED_BTC = "Measured on BTC, three venues, December 2025 to June 2026: quantiles 95, 99 and 99.9 %."
_HOURS_BTC = "BTC, three venues, hourly, December 2025 and January 2026"
_THIRTY_DAYS = "percentile, 30 d of the same window"
WINDOWS = {"1M": MINUTE_MS, "5M": 5 * MINUTE_MS, "1H": HOUR_MS, "24H": DAY_MS, "7D": 7 * DAY_MS, "30D": 30 * DAY_MS}
_WORDS = {"1M": "1 min", "5M": "5 min", "1H": "1 h", "4H": "4 h", "24H": "24 h", "7D": "7 days", "30D": "30 days"}

_USD_BASELINES = {
    ("long", "1H"): ((0.05, 5.17e2), (0.5, 5.85e4), (0.95, 4.81e6), (0.99, 1.74e7), (0.999, 6.45e7)),
    ("short", "1H"): ((0.05, 1.81e2), (0.5, 6.30e4), (0.95, 3.11e6), (0.99, 1.22e7), (0.999, 2.38e7)),
    ("long", "24H"): ((0.05, 1.55e6), (0.5, 1.56e7), (0.95, 9.81e7), (0.99, 2.04e8), (0.999, 2.58e8)),
    ("short", "24H"): ((0.05, 1.00e6), (0.5, 1.27e7), (0.95, 4.48e7), (0.99, 1.45e8), (0.999, 1.78e8)),
}


def _volume(side: str, window: str) -> Indicator:
    points = _USD_BASELINES.get((side, window))
    return Indicator(
        id=f"LIQ_VOL_{side.upper()}_{window}",
        row="LIQ_VOL_side",
        family="flow",
        name=f"{side.capitalize()} liquidated {_WORDS[window]}",
        words=f"USD of {side} positions closed by force in the last {_WORDS[window]}; at least this, since Binance "
        "tells of no more than one order per second and symbol.",
        unit="USD",
        window_ms=WINDOWS[window],
        levels=BY_PERCENTILE,
        evidence="Levels are quantiles 95, 99 and 99.9 % of the coin's own last 30 days. Shown, not voted on.",
        period_ms=1_000,
        scale=1e6,
        normalise=_THIRTY_DAYS,
        warm_up="240 h; factory table before",
        vote="none",
        touched_by=("print",),
        history="hours",
        least=240,
        baseline=None if points is None else Baseline(points, _HOURS_BTC, coin="BTC"),
        floor=True,
    )


def _intensity(hours: int, notable: float, warning: float, critical: float) -> Indicator:
    points = ((0.5, notable / 85), (0.95, notable), (0.99, warning), (0.999, critical))
    return Indicator(
        id=f"LIQ_INT_{hours}H",
        row="LIQ_INT",
        family="flow",
        name=f"Long liquidations / OI {hours} h",
        words=f"Long positions closed by force in {hours} h, as a share of the open interest at the window's start.",
        unit="fraction of OI",
        window_ms=hours * HOUR_MS,
        levels=Levels("at_least", notable, warning, critical, RARE),
        evidence=_MEASURED_BTC + " Until 240 hours of a coin are known its own percentile is not asked.",
        period_ms=5_000,
        scale=notable,
        normalise="absolute levels and percentile, 30 d",
        warm_up="240 h",
        vote="full",
        touched_by=("print",),
        history="hours",
        least=240,
        baseline=Baseline(points, _MEASURED_BTC),
        floor=True,
    )


def _imbalance(window: str) -> Indicator:
    return Indicator(
        id=f"LIQ_IMB_{window}",
        row="LIQ_IMB",
        family="flow",
        name=f"Imbalance {_WORDS[window]}",
        words=f"(Long - short) / (long + short) of what was closed by force in the last {_WORDS[window]}; +1 means "
        "only longs.",
        unit="ratio",
        window_ms=WINDOWS[window],
        levels=Levels("at_least", 0.6, 0.8, 0.9),
        evidence="Counts only beside notable long liquidations: on tiny totals one print decides it.",
        period_ms=5_000,
        scale=0.2,
        normalise="none",
        warm_up="none",
        vote="confirm",
        touched_by=("print",),
        history="hours",
        least=240,
        beside="LIQ_INT_24H" if window == "24H" else "LIQ_INT_1H",
    )


def _largest(window: str) -> Indicator:
    return Indicator(
        id=f"LIQ_MAX_{window}",
        row="LIQ_MAX",
        family="flow",
        name=f"Largest liquidation {_WORDS[window]}",
        words=f"USD of the largest single forced order of the last {_WORDS[window]}, either side. A venue may slice "
        "one position into many orders.",
        unit="USD",
        window_ms=WINDOWS[window],
        levels=Levels("at_least", 5e6, 2e7, 1e8),
        evidence="Judgement, for BTC. Shown, not voted on.",
        period_ms=1_000,
        scale=5e6,
        normalise="percentile, 365 d of daily maxima",
        warm_up="30 d",
        vote="none",
        touched_by=("print",),
        history="days",
        least=30,
        floor=True,
    )


def _breadth(percent: int, levels: Levels) -> Indicator:
    return Indicator(
        id=f"BREADTH_F{percent}_1H",
        row="BREADTH",
        family="flow",
        name=f"Coins falling > {percent} %",
        words=f"Share of liquid perpetuals whose low is more than {percent} % under the previous hour's close.",
        unit="share",
        window_ms=HOUR_MS,
        levels=levels,
        evidence="The 5 % share passed 0.4 in 19 of some 4,500 hours, among them every market-wide fall.",
        period_ms=60_000,
        scale=0.1,
        normalise="none",
        warm_up="2 h",
        vote="full",
        touched_by=("ticker",),
        where="market",
    )


_COUNT = Indicator(
    id="LIQ_N",
    row="LIQ_N",
    family="flow",
    name="Liquidations a minute",
    words="Forced orders told of in the last minute. The venues' throttle makes it saturate: a print in more than "
    "80 % of the seconds counts as a warning by itself.",
    unit="count",
    window_ms=MINUTE_MS,
    levels=BY_PERCENTILE,
    evidence="Own quantiles 95, 99 and 99.9 %; saturation is judgement.",
    period_ms=5_000,
    scale=10,
    normalise="percentile, 30 d",
    warm_up="7 d",
    vote="half",
    touched_by=("print",),
    history="hours",
    least=168,
    floor=True,
)
_ACCELERATION = Indicator(
    id="LIQ_ACC",
    row="LIQ_ACC",
    family="flow",
    name="Liquidation acceleration",
    words="Longs closed by force in 3 h against the pace of the 21 h before: 1 is the day's own pace.",
    unit="times",
    window_ms=DAY_MS,
    levels=Levels("at_least", 4.0, 8.0, 16.0),
    evidence="Alone the noisiest: recall .70, precision .30, 6.1 false alarms a month at 8 times (BTC). A level "
    "counts only when the 3 h are at least 0.05 % of the open interest.",
    period_ms=60_000,
    scale=4.0,
    normalise="none",
    warm_up="24 h",
    vote="half",
    touched_by=("print",),
    history="hours",
    least=240,
)
_HAWKES = Indicator(
    id="HAWKES_N",
    row="HAWKES_N",
    family="flow",
    name="Self-excitation",
    words="Branching ratio of forced orders over 6 h: which share of them are children of others. It confirms, it "
    "does not lead. Suppressed under 50 prints.",
    unit="branching ratio",
    window_ms=6 * HOUR_MS,
    levels=Levels("percentile", 0.90, 0.99, 0.999),
    evidence="Hourly, BTC: median .34, quantile 95 % .60; .25 one hour before 31 January 2026 and .58 after it. "
    "Warning and critical also need a ratio of .8 and .9.",
    period_ms=300_000,
    scale=0.1,
    normalise="own percentile, 30 d",
    warm_up="50 prints and 240 h",
    vote="half",
    touched_by=(),
    history="hours",
    least=240,
    baseline=Baseline(((0.5, 0.34), (0.95, 0.60), (0.99, 0.8), (0.999, 0.9)), "BTC, hourly regression"),
)
_SEQUENCE = Indicator(
    id="VENUE_SEQ",
    row="VENUE_SEQ",
    family="flow",
    name="Venues in sequence",
    words="Venues whose long liquidations of 5 min passed their own 99th percentile within 15 min of each other.",
    unit="count",
    window_ms=15 * MINUTE_MS,
    levels=Levels("at_least", 2.0, 3.0, 4.0),
    evidence="Described in public accounts of February 2026; levels are judgement.",
    period_ms=5_000,
    scale=1.0,
    normalise="none",
    warm_up="240 h per venue; a share of open interest before",
    vote="full",
    touched_by=("print",),
)

FLOW = (
    *(_volume(side, window) for window in WINDOWS for side in ("long", "short")),
    _intensity(1, 0.00085, 0.0033, 0.012),
    _intensity(4, 0.0033, 0.010, 0.025),
    _intensity(24, 0.014, 0.032, 0.070),
    *(_imbalance(window) for window in ("5M", "1H", "24H")),
    *(_largest(window) for window in ("1H", "24H")),
    _COUNT,
    _ACCELERATION,
    _HAWKES,
    _SEQUENCE,
    _breadth(3, Levels("at_least", 0.30, None, None)),
    _breadth(5, Levels("at_least", None, 0.20, 0.40)),
)
