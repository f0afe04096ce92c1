"""Every indicator, declared once: what it is called, what it means, its unit, window and levels."""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.risk.reading import Level
from desktop.risk.windows import DAY_MS, HOUR_MS

Family = Literal["flow", "delev", "fuel", "level"]
LevelKind = Literal["at_least", "at_most", "either_side", "percentile"]
MARKET = "market"


class Levels(msgspec.Struct, frozen=True):
    """Where notable, warning and critical begin; None where a level does not exist.

    `kind` says how to compare: the value at least, at most, its size on either side of zero, or the value's own
    percentile. `own_percentiles` must be reached as well, once the own history is known.
    """

    kind: LevelKind
    notable: float | None
    warning: float | None
    critical: float | None
    own_percentiles: tuple[float, float, float] | None = None

    def of(self, value: float, percentile: float | None) -> Level:
        """Return the level of a value with this percentile (None: not known yet)."""
        reached = Level.CALM
        for place, bound in enumerate((self.notable, self.warning, self.critical)):
            if bound is not None and self._holds(value, percentile, bound) and self._is_rare(percentile, place):
                reached = Level(place + 1)
        return reached

    def _holds(self, value: float, percentile: float | None, bound: float) -> bool:
        match self.kind:
            case "at_least":
                return value >= bound
            case "at_most":
                return value <= bound
            case "either_side":
                return abs(value) >= bound
            case "percentile":
                return percentile is not None and value > 0 and percentile >= bound

    def _is_rare(self, percentile: float | None, place: int) -> bool:
        return self.own_percentiles is None or percentile is None or percentile >= self.own_percentiles[place]


class Indicator(msgspec.Struct, frozen=True):
    """One indicator. `scale` is a difference that counts as one step when reasons are weighed against each other.

    `period_ms` is how often its facts come; staleness follows from it. `where` is 'coin' or 'market'.
    """

    id: str
    family: Family
    name: str
    words: str
    unit: str
    window_ms: int
    levels: Levels | None
    evidence: str
    period_ms: int
    scale: float
    where: Literal["coin", "market"] = "coin"


_RARE = (0.95, 0.99, 0.999)
_BY_PERCENTILE = Levels("percentile", *_RARE)
_MEASURED_BTC = "Measured on BTC, three venues, December 2025 to June 2026: quantiles 95, 99 and 99.9 %."


def _volume(side: str, hours: int) -> Indicator:
    return Indicator(
        id=f"LIQ_VOL_{side.upper()}_{hours}H",
        family="flow",
        name=f"{side.capitalize()} liquidated {hours} h",
        words=f"USD of {side} positions closed by force in the last {hours} h; at least this, since Binance tells of "
        "no more than one order per second and symbol.",
        unit="USD",
        window_ms=hours * HOUR_MS,
        levels=_BY_PERCENTILE,
        evidence="Levels are quantiles 95, 99 and 99.9 % of the coin's own last 30 days. Shown, not voted on.",
        period_ms=1_000,
        scale=1e6,
    )


def _intensity(hours: int, notable: float, warning: float, critical: float) -> Indicator:
    return Indicator(
        id=f"LIQ_INT_{hours}H",
        family="flow",
        name=f"Long liquidations / OI {hours} h",
        words=f"Long positions closed by force in {hours} h, as a share of the open interest at the window's start.",
        unit="fraction of OI",
        window_ms=hours * HOUR_MS,
        levels=Levels("at_least", notable, warning, critical, _RARE),
        evidence=_MEASURED_BTC + " Until 240 hours of a coin are known its own percentile is not asked.",
        period_ms=5_000,
        scale=notable,
    )


def _interest_change(hours: int, notable: float, warning: float, critical: float) -> Indicator:
    return Indicator(
        id=f"OI_CHG_{hours}H",
        family="delev",
        name=f"OI change {hours} h",
        words=f"Change of the open contracts, counted in coins, over {hours} h; price alone does not move it.",
        unit="fraction",
        window_ms=hours * HOUR_MS,
        levels=Levels("at_most", notable, warning, critical),
        evidence="Measured on BTC: quantiles 5, 1 and 0.1 %. Alone it cries wolf some 16 times a month.",
        period_ms=300_000,
        scale=-notable,
    )


def _breadth(percent: int, levels: Levels) -> Indicator:
    return Indicator(
        id=f"BREADTH_F{percent}_1H",
        family="flow",
        name=f"Coins falling > {percent} %",
        words=f"Share of coins whose low is more than {percent} % under the previous hour's close.",
        unit="share",
        window_ms=HOUR_MS,
        levels=levels,
        evidence="The 5 % share passed 0.4 in 19 of some 4,500 hours, among them every market-wide fall.",
        period_ms=60_000,
        scale=0.1,
        where="market",
    )


_ALL = (
    _volume("long", 1),
    _volume("short", 1),
    _volume("long", 24),
    _volume("short", 24),
    _intensity(1, 0.00085, 0.0033, 0.012),
    _intensity(4, 0.0033, 0.010, 0.025),
    _intensity(24, 0.014, 0.032, 0.070),
    Indicator(
        id="LIQ_IMB_1H",
        family="flow",
        name="Imbalance 1 h",
        words="(Long - short) / (long + short) of what was closed by force in the last hour; +1 means only longs.",
        unit="ratio",
        window_ms=HOUR_MS,
        levels=Levels("at_least", 0.6, 0.8, 0.9),
        evidence="Counts only beside notable long liquidations: on tiny totals one print decides it.",
        period_ms=5_000,
        scale=0.2,
    ),
    _interest_change(1, -0.012, -0.025, -0.040),
    _interest_change(4, -0.025, -0.052, -0.081),
    _interest_change(24, -0.062, -0.12, -0.168),
    Indicator(
        id="FUND_OIW",
        family="fuel",
        name="Funding per 8 h",
        words="Funding per 8 h over all venues, weighted by their open interest; above zero longs pay shorts.",
        unit="fraction per 8h",
        window_ms=8 * HOUR_MS,
        levels=Levels("either_side", 0.00037, 0.0005, 0.0009),
        evidence="Measured on BTC, daily, 2021 to 2025: 3.7 bp is the 95 % quantile. Fuel, not a start.",
        period_ms=60_000,
        scale=0.0005,
    ),
    Indicator(
        id="LEVEL_24H",
        family="level",
        name="Distance to 24 h low",
        words="Price against the lowest price of the 24 hours before the last one; below zero that low is broken.",
        unit="fraction",
        window_ms=DAY_MS,
        levels=Levels("at_most", 0.005, 0.0, None),
        evidence="Judgement: the measured levels (2 %, 0.5 %, below) belong to the 7-day low.",
        period_ms=5_000,
        scale=0.01,
    ),
    Indicator(
        id="LOW_BREAK_24H",
        family="level",
        name="Hour's low against 24 h low",
        words="Lowest price of the last hour against the lowest of the 24 hours before it; below zero: a new low.",
        unit="fraction",
        window_ms=HOUR_MS,
        levels=Levels("at_most", None, 0.0, None),
        evidence="Third condition of cascade-started: precision .51, recall .86, 3.2 false alarms a month (BTC).",
        period_ms=5_000,
        scale=0.01,
    ),
    _breadth(3, Levels("at_least", 0.30, None, None)),
    _breadth(5, Levels("at_least", None, 0.20, 0.40)),
)

CATALOGUE: dict[str, Indicator] = {indicator.id: indicator for indicator in _ALL}
COIN_INDICATORS: tuple[str, ...] = tuple(i.id for i in _ALL if i.where == "coin")
