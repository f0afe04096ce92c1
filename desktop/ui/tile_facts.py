"""The twelve of the first screen: a view turned into words and states. No widget, no painting."""

from __future__ import annotations

from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.indicators.indicator import Indicator
from desktop.risk.liquidations import TOO_FEW
from desktop.risk.reading import Reading, State, unknown
from desktop.ui import shapes, wording
from desktop.ui.shapes import Shape
from desktop.ui.tile_shape import TileFacts
from desktop.ui.tile_whole import composite_tile, me_tile
from desktop.ui.tile_words import Asked, number, small_line
from desktop.ui.wording import tr

_TILES = (
    "LIQ_VOL_LONG_1H",
    "LIQ_IMB_1H",
    "LIQ_ACC",
    "VENUE_SEQ",
    "BREADTH_F5_1H",
    "OI_CHG_4H",
    "FUND_OIW",
    "DEPTH_REL",
    "RV_1H",
    "LEVEL_7D",
)

_NAMES = {
    "LIQ_VOL_LONG_1H": "Long liquidated 1 h",
    "LIQ_IMB_1H": "Imbalance 1 h",
    "LIQ_ACC": "Acceleration 3 h / 21 h",
    "VENUE_SEQ": "Venues in sequence",
    "BREADTH_F5_1H": "Breadth, fell > 5 % in 1 h",
    "OI_CHG_4H": "Open interest 4 h",
    "FUND_OIW": "Funding, OI-weighted",
    "DEPTH_REL": "Bid depth 1 %",
    "RV_1H": "Volatility 1 h",
    "LEVEL_7D": "Against the 7-day low",
}


def tiles(view: DeskView, coin: CoinView, *, hides_amounts: bool = False) -> tuple[TileFacts, ...]:
    """Return the twelve tiles of one coin in their fixed order; each has its place whether known or not."""
    middle = (indicator_tile(name, view, coin) for name in _TILES)
    return (composite_tile(view, coin), *middle, me_tile(view, hidden=hides_amounts))


def indicator_tile(name: str, view: DeskView, coin: CoinView) -> TileFacts:
    """Return the tile of one indicator, of this coin or of the market."""
    reading = coin.readings.get(name) or view.market.get(name) or unknown(tr("not measured yet"))
    indicator = CATALOGUE.get(name)
    fresh = reading.state in (State.LIVE, State.STALE) and reading.value is not None
    asked = Asked(view, coin, reading, reading.value or 0.0, "" if indicator is None else indicator.unit)
    value, unit = number(asked, name) if fresh else ("", "")
    state = reading.state if fresh or reading.state is State.WARMING else State.UNKNOWN
    return TileFacts(
        id=name,
        name=tr(_NAMES.get(name, name if indicator is None else indicator.name)),
        shape=shapes.of_reading(reading) if fresh or state is State.WARMING else Shape.UNKNOWN,
        state=state,
        value=value,
        floor=fresh and reading.floor,
        unit=unit,
        words="" if fresh else _no_number(reading),
        caption=small_line(asked, name) if fresh else _why(reading),
        age=wording.age(view.now_ms - reading.as_of_ms) if reading.as_of_ms and state is not State.WARMING else "",
        warm=reading.warm,
        spark=coin.sparks.get(name, ()) if fresh else (),
        bars=name.startswith("LIQ_VOL"),
        dots=tuple(shapes.of_feed(feed.state) for feed in view.feeds) if name == "VENUE_SEQ" else (),
        tip=name if indicator is None else tip(indicator, reading),
    )


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
    if reading.z is not None:
        lines.append(tr("Robust z: {z}", z=wording.signed(f"{reading.z:+.2f}")))
    lines += [*completeness_lines(reading), _levels(indicator), tr(indicator.evidence)]
    if reading.reason:
        lines.append(tr("Now: {why}", why=reading.reason))
    return "\n".join(line for line in lines if line)


def completeness_lines(reading: Reading) -> list[str]:
    """Return who contributed, who of them tells only a sample, and since when without a hole."""
    lines = []
    if reading.coverage is not None:
        lines.append(tr("Coverage: {share} of OI", share=wording.percent(reading.coverage, 0)))
    if reading.venues:
        lines.append(tr("From {venues}", venues=", ".join(wording.venue(name) for name in reading.venues)))
    if reading.sampled:
        lines.append(tr("Only samples: {venues}", venues=", ".join(wording.venue(name) for name in reading.sampled)))
    if reading.since_ms is not None:
        lines.append(tr("Without a hole since {t}", t=wording.clock(reading.since_ms)))
    if reading.baseline == "factory":
        lines.append(tr("Weighed against shipped figures: the own history is still short."))
    return lines


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
