"""What each tile says: a view turned into words and states. No widget, no painting."""

from __future__ import annotations

import math
from dataclasses import dataclass

from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.catalogue import CATALOGUE
from desktop.risk.indicator import Indicator
from desktop.risk.liquidations import TOO_FEW
from desktop.risk.reading import Reading, State, unknown
from desktop.ui import shapes, wording
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr


@dataclass(frozen=True, slots=True)
class TileFacts:
    """Everything a tile shows. `value` is empty where there is no number: then `words` and `reason` stand there."""

    id: str
    name: str
    shape: Shape
    state: State
    value: str = ""
    floor: bool = False
    unit: str = ""
    words: str = ""
    caption: str = ""
    age: str = ""
    warm: float = 1.0
    spark: tuple[float, ...] = ()
    bars: bool = False
    dots: tuple[Shape, ...] = ()
    tip: str = ""

    @property
    def spoken(self) -> str:
        """The tile in one sentence, for assistive technology."""
        number = f"{wording.FLOOR_MARK if self.floor else ''}{self.value} {self.unit}" if self.value else self.words
        state = "" if self.state is State.LIVE else f", {self.state.value}"
        return f"{self.name}: {number.strip()}{state}, {level_of(self.shape)}. {self.caption}. {self.age}"


def level_of(shape: Shape) -> str:
    """Return the word of a tile's shape."""
    words = {
        Shape.CALM: tr("lower"),
        Shape.NOTABLE: tr("notable"),
        Shape.WARNING: tr("warning"),
        Shape.CRITICAL: tr("critical"),
        Shape.WARMING: tr("warming"),
    }
    return words.get(shape, tr("unknown"))


_TILES = (
    "LIQ_VOL_LONG_1H",
    "LIQ_VOL_SHORT_1H",
    "LIQ_INT_1H",
    "LIQ_IMB_1H",
    "LEVEL_24H",
    "LOW_BREAK_24H",
    "OI_CHG_1H",
    "OI_CHG_4H",
    "OI_CHG_24H",
    "FUND_OIW",
    "LIQ_INT_24H",
)


# The first tile of each row says whose numbers these are.
_ROW_HEADS = ("LIQ_VOL_LONG_1H", "OI_CHG_1H")


def tiles(view: DeskView, coin: CoinView) -> tuple[TileFacts, ...]:
    """Return the tiles of one coin, in their fixed order; every indicator has its place whether known or not."""
    return (*(_tile(name, view, coin) for name in _TILES), _coverage(view))


def _tile(name: str, view: DeskView, coin: CoinView) -> TileFacts:
    indicator = CATALOGUE[name]
    reading = coin.readings.get(name) or unknown(tr("not measured yet"))
    fresh = reading.state in (State.LIVE, State.STALE) and reading.value is not None
    value, unit = _number(reading, indicator) if fresh and reading.value is not None else ("", "")
    state = reading.state if fresh or reading.state is State.WARMING else State.UNKNOWN
    return TileFacts(
        id=name,
        name=_tile_name(indicator, coin.coin),
        shape=shapes.of_reading(reading) if fresh or state is State.WARMING else Shape.UNKNOWN,
        state=state,
        value=value,
        floor=fresh and reading.floor,
        unit=unit,
        words="" if fresh else _no_number(reading),
        caption=_caption(name, reading, coin, view) if fresh else _why(reading),
        age=wording.age(view.now_ms - reading.as_of_ms) if reading.as_of_ms and state is not State.WARMING else "",
        warm=reading.warm,
        spark=coin.sparks.get(name, ()) if fresh else (),
        bars=name == "LIQ_VOL_LONG_1H" or name == "LIQ_VOL_SHORT_1H",
        tip=tip(indicator, reading),
    )


def _tile_name(indicator: Indicator, coin: str) -> str:
    name = _short_name(indicator)
    return f"{coin} {name[:1].lower()}{name[1:]}" if indicator.id in _ROW_HEADS else name


def _short_name(indicator: Indicator) -> str:
    return {
        "LIQ_VOL_LONG_1H": tr("Long liquidated 1 h"),
        "LIQ_VOL_SHORT_1H": tr("Short liquidated 1 h"),
        "LIQ_INT_1H": tr("Long liquidated / OI 1 h"),
        "LIQ_INT_24H": tr("Long liquidated / OI 24 h"),
        "LIQ_IMB_1H": tr("Imbalance 1 h"),
        "LEVEL_24H": tr("Above 24 h low"),
        "LOW_BREAK_24H": tr("Hour’s low to 24 h low"),
        "OI_CHG_1H": tr("Open interest 1 h"),
        "OI_CHG_4H": tr("Open interest 4 h"),
        "OI_CHG_24H": tr("Open interest 24 h"),
        "FUND_OIW": tr("Funding, OI-weighted"),
    }.get(indicator.id, tr(indicator.name))


def _number(reading: Reading, indicator: Indicator) -> tuple[str, str]:
    """Return the number and the unit that stands beside it."""
    value = reading.value if reading.value is not None else 0.0
    match indicator.id:
        case "LIQ_IMB_1H":
            side = tr("long") if value > 0 else tr("short") if value < 0 else tr("even")
            return wording.figure(value, "ratio"), side
        case "FUND_OIW":
            return wording.funding(value).removesuffix(" %"), tr("% per 8 h")
        case "LEVEL_24H" | "LOW_BREAK_24H" if value < 0:
            return wording.percent(value, 2), tr("broken") if indicator.id == "LEVEL_24H" else tr("new low")
        case name if name.startswith("OI_CHG"):
            return wording.percent(value, plus=True), tr("contracts")
        case name if name.startswith("LIQ_INT"):
            return wording.percent(value), tr("of OI")
        case _:
            return wording.figure(value, indicator.unit), ""


def _caption(name: str, reading: Reading, coin: CoinView, view: DeskView) -> str:
    own = "" if reading.percentile is None else wording.percentile(reading.percentile)
    match name:
        case "LIQ_VOL_LONG_1H":
            return _joined(f"{tr('24 h')} {_of(coin, 'LIQ_VOL_LONG_24H')}", own)
        case "LIQ_VOL_SHORT_1H":
            return _joined(f"{tr('24 h')} {_of(coin, 'LIQ_VOL_SHORT_24H')}", own)
        case "LIQ_INT_1H":
            return _joined(f"{tr('4 h')} {_of(coin, 'LIQ_INT_4H').removesuffix(tr(' of OI'))}", own)
        case "LIQ_IMB_1H":
            long, short = _of(coin, "LIQ_VOL_LONG_1H"), _of(coin, "LIQ_VOL_SHORT_1H")
            return tr("{long} long against {short} short", long=long, short=short)
        case "FUND_OIW":
            return _joined(tr("APR {rate}", rate=wording.yearly(reading.value or 0.0)), own)
        case "LEVEL_24H":
            return tr("price {price}", price=_price(coin))
        case "LOW_BREAK_24H":
            return tr("last hour against the 24 h before")
        case "OI_CHG_1H":
            return _joined(_interest_now(coin, view), own)
        case _:
            return own or tr("own history still short")


def _interest_now(coin: CoinView, view: DeskView) -> str:
    chart = view.chart
    if chart is None or chart.coin != coin.coin or not chart.oi_usd.size or not math.isfinite(chart.oi_usd[-1]):
        return ""
    return tr("now {usd}", usd=wording.dollars(float(chart.oi_usd[-1])))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _of(coin: CoinView, name: str) -> str:
    reading = coin.readings.get(name)
    return tr("unknown") if reading is None else wording.short_reading(reading, CATALOGUE[name].unit)


def _price(coin: CoinView) -> str:
    return tr("unknown") if coin.price.value is None else wording.price(coin.price.value)


def _no_number(reading: Reading) -> str:
    if reading.state is State.WARMING:
        return wording.not_a_number(reading)
    return tr("Too few to tell") if reading.reason == TOO_FEW else tr("Unknown")


def _why(reading: Reading) -> str:
    if reading.state is State.WARMING:
        return tr("{share} of its window recorded", share=wording.percent(reading.warm, 0))
    if reading.reason == TOO_FEW:
        return tr("below the $1M floor: no vote")
    return tr("{why} · no vote", why=reading.reason or tr("no source"))


def tip(indicator: Indicator, reading: Reading) -> str:
    """Return what hover and focus tell: definition, window, levels, own percentile, full value, evidence."""
    lines = [tr(indicator.name), tr(indicator.words), tr("Window: {w}", w=wording.age(indicator.window_ms))]
    if reading.value is not None and indicator.unit == "USD":
        lines.append(f"{wording.floor_mark(reading)}{wording.dollars_whole(reading.value)}")
    if reading.percentile is not None:
        lines.append(tr("Own percentile: {pct}", pct=wording.percentile(reading.percentile)))
    if reading.coverage is not None:
        lines.append(tr("Coverage: {share} of OI", share=wording.percent(reading.coverage, 0)))
    lines += [_levels(indicator), tr(indicator.evidence)]
    if reading.reason:
        lines.append(tr("Now: {why}", why=reading.reason))
    return "\n".join(line for line in lines if line)


def _levels(indicator: Indicator) -> str:
    levels = indicator.levels
    if levels is None:
        return ""
    bounds = zip(("notable", "warning", "critical"), (levels.notable, levels.warning, levels.critical), strict=True)
    said = []
    for word, bound in bounds:
        if bound is not None:
            shown = (
                wording.percentile(bound) if levels.kind == "percentile" else wording.figure(bound, indicator.unit)
            )
            said.append(f"{tr(word)} {shown}")
    return tr("Levels: {levels}", levels=" · ".join(said))


def _coverage(view: DeskView) -> TileFacts:
    heard = [feed for feed in view.feeds if feed.state == "live"]
    known = view.coverage is not None
    return TileFacts(
        id="COVERAGE",
        name=tr("Coverage of OI"),
        shape=Shape.CALM if known else Shape.UNKNOWN,
        state=State.LIVE if known else State.UNKNOWN,
        value=wording.percent(view.coverage, 0) if view.coverage is not None else "",
        unit=tr("seen"),
        words="" if known else tr("Unknown"),
        caption=tr("{n} of {all} feeds live", n=len(heard), all=len(view.feeds)),
        dots=tuple(shapes.of_feed(feed.state) for feed in view.feeds),
        tip=tr("Share of the open interest whose liquidations are heard. Totals are floors: the rest is not seen."),
    )
