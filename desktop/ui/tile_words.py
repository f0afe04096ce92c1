"""The number, the unit and the small line of each tile, indicator by indicator. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Reading, State
from desktop.ui import wording
from desktop.ui.wording import tr


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tile is about: one reading with its number, among everything else that is known now."""

    view: DeskView
    coin: CoinView
    reading: Reading
    value: float
    unit: str

    def said(self, name: str, unit: str | None = None) -> str:
        """Return another indicator of this coin or of the market in one go, or the word for why there is none."""
        reading = self.other(name)
        indicator = CATALOGUE.get(name)
        if reading is None:
            return tr("unknown")
        return wording.short_reading(reading, unit or (indicator.unit if indicator is not None else ""))

    def other(self, name: str) -> Reading | None:
        """Return another reading of this coin or of the market."""
        return self.coin.readings.get(name) or self.view.market.get(name)

    def number(self, name: str) -> float | None:
        """Return another indicator's number, None where there is none."""
        reading = self.other(name)
        return None if reading is None else reading.value


Number = tuple[str, str]


def joined(*parts: str) -> str:
    """Return the parts that say something, with a dot between."""
    return " · ".join(part for part in parts if part)


def own_percentile(reading: Reading) -> str:
    """Return the own percentile, or robust z, in words; that it rests on shipped figures where it does."""
    words = "" if reading.percentile is None else wording.percentile(reading.percentile)
    if not words and reading.z is not None:
        words = f"z {wording.signed(f'{reading.z:+.1f}')}"
    return joined(words, tr("factory baseline") if reading.baseline == "factory" else "")


# --- numbers


def _liquidated_number(asked: Asked) -> Number:
    share = asked.number("LIQ_INT_1H")
    return wording.dollars(asked.value), "" if share is None else tr("{share} OI", share=wording.percent(share))


def _imbalance_number(asked: Asked) -> Number:
    side = tr("long") if asked.value > 0 else tr("short") if asked.value < 0 else tr("even")
    return wording.figure(asked.value, "ratio"), side


def _times_number(asked: Asked) -> Number:
    return wording.signed(f"{asked.value:.{1 if asked.value >= 10 else 2}f}"), "×"


def _sequence_number(asked: Asked) -> Number:
    watched = [feed for feed in asked.view.feeds if feed.state != "off"]
    return f"{asked.value:.0f}", tr("of {n}", n=len(watched))


def _interest_number(asked: Asked) -> Number:
    return wording.percent(asked.value, plus=True), _interest_now(asked) or tr("contracts")


def _interest_now(asked: Asked) -> str:
    chart = asked.view.chart
    if chart is None or chart.coin != asked.coin.coin or not chart.oi_usd.size or not math.isfinite(chart.oi_usd[-1]):
        return ""
    return wording.dollars(float(chart.oi_usd[-1]))


def _funding_number(asked: Asked) -> Number:
    return wording.funding(asked.value).removesuffix(" %"), tr("% per 8 h")


def _low_number(asked: Asked) -> Number:
    return wording.percent(asked.value, 2), tr("broken") if asked.value < 0 else tr("above")


def _volatility_number(asked: Asked) -> Number:
    return wording.percent(asked.value, 0), tr("a year")


def _ratio_number(asked: Asked) -> Number:
    return f"{asked.value:.2f} ×", tr("of its hour")


def _share_number(asked: Asked) -> Number:
    return wording.percent(asked.value, 0), tr("of coins")


NUMBERS: dict[str, Callable[[Asked], Number]] = {
    "LIQ_VOL_LONG_1H": _liquidated_number,
    "LIQ_IMB_1H": _imbalance_number,
    "LIQ_ACC": _times_number,
    "VENUE_SEQ": _sequence_number,
    "BREADTH_F5_1H": _share_number,
    "OI_CHG_4H": _interest_number,
    "FUND_OIW": _funding_number,
    "DEPTH_REL": _ratio_number,
    "RV_1H": _volatility_number,
    "LEVEL_7D": _low_number,
}


# --- small lines


def _liquidated_line(asked: Asked) -> str:
    long, short = asked.said("LIQ_VOL_LONG_24H"), asked.said("LIQ_VOL_SHORT_24H")
    return joined(tr("24 h {long} long", long=long), tr("{short} short", short=short))


def _imbalance_line(asked: Asked) -> str:
    long, short = asked.said("LIQ_VOL_LONG_1H"), asked.said("LIQ_VOL_SHORT_1H")
    return tr("{long} long against {short} short", long=long, short=short)


def _acceleration_line(asked: Asked) -> str:
    hawkes = asked.other("HAWKES_N")
    if hawkes is None or hawkes.value is None:
        return tr("3 h against the 21 h before")
    return joined(tr("Hawkes n {n}", n=f"{hawkes.value:.2f}"), own_percentile(hawkes))


def _sequence_line(asked: Asked) -> str:
    return asked.reading.reason or tr("within 15 min")


def _breadth_line(asked: Asked) -> str:
    return joined(tr("3 %: {share}", share=asked.said("BREADTH_F3_1H", "share")), asked.reading.reason)


def _interest_line(asked: Asked) -> str:
    return joined(
        tr("24 h {change}", change=asked.said("OI_CHG_24H")), tr("from peak {change}", change=asked.said("OI_PEAK"))
    )


def _funding_line(asked: Asked) -> str:
    week = asked.other("FUND_7D")
    known = week is not None and week.percentile is not None
    pct = wording.percentile(week.percentile) if known and week and week.percentile is not None else ""
    return joined(
        tr("APR {rate}", rate=wording.yearly(asked.value)),
        tr("7-day mean {pct}", pct=pct) if pct else own_percentile(asked.reading),
    )


def _depth_line(asked: Asked) -> str:
    slip = asked.number("SLIP_100K")
    slips = "" if slip is None else tr("$100K slips {bp} bp", bp=wording.signed(f"{slip:.1f}"))
    depth = asked.number("DEPTH_1PCT")
    return joined("" if depth is None else tr("{usd} within 1 %", usd=wording.dollars(depth)), slips)


def _volatility_line(asked: Asked) -> str:
    jump = asked.number("JUMP")
    return joined(own_percentile(asked.reading), "" if jump is None else tr("jump share {n}", n=f"{jump:.2f}"))


def _low_line(asked: Asked) -> str:
    untested = asked.view.untested
    if untested is None or untested.coin != asked.coin.coin or untested.below_usd is None:
        return _price(asked)
    times = untested.multiplier
    band = "" if times is None else tr("× {low}–{high}", low=f"{times[0]:.1f}", high=_capped(times[1]))
    return joined(tr("model: {usd} below", usd=wording.dollars(untested.below_usd)), band)


def _capped(times: float) -> str:
    return f"{times:.1f}" if math.isfinite(times) and times < 100 else tr("the map’s end")


def _price(asked: Asked) -> str:
    price = asked.coin.price.value
    return tr("price {price}", price=tr("unknown") if price is None else wording.price(price))


LINES: dict[str, Callable[[Asked], str]] = {
    "LIQ_VOL_LONG_1H": _liquidated_line,
    "LIQ_IMB_1H": _imbalance_line,
    "LIQ_ACC": _acceleration_line,
    "VENUE_SEQ": _sequence_line,
    "BREADTH_F5_1H": _breadth_line,
    "OI_CHG_4H": _interest_line,
    "FUND_OIW": _funding_line,
    "DEPTH_REL": _depth_line,
    "RV_1H": _volatility_line,
    "LEVEL_7D": _low_line,
}


def number(asked: Asked, name: str) -> Number:
    """Return the number and the unit that stands beside it."""
    said = NUMBERS.get(name)
    return said(asked) if said is not None else (wording.figure(asked.value, asked.unit), "")


def small_line(asked: Asked, name: str) -> str:
    """Return the line under the number; against what it is weighed where nothing else is said."""
    said = LINES.get(name)
    words = said(asked) if said is not None else own_percentile(asked.reading)
    return words or tr("own history still short")


def no_number(reading: Reading) -> str:
    """Return the word in place of a number."""
    return wording.not_a_number(reading) if reading.state is State.WARMING else tr("Unknown")
