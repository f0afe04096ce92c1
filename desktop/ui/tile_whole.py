"""The two tiles that are more than one indicator: the composite, and me. Pure."""

from __future__ import annotations

from desktop.engine.desk_view import CoinView, CompositeView, DeskView
from desktop.engine.own.own_views import ExposureView, PositionView
from desktop.risk.reading import Level, State
from desktop.ui import shapes, wording
from desktop.ui.shapes import Shape
from desktop.ui.tile_shape import TileFacts
from desktop.ui.tile_words import joined
from desktop.ui.wording import tr

FAMILIES = ("flow", "vol", "delev", "liquidity", "level")
COMPOSITE, ME = "COMPOSITE", "ME"


def composite_tile(view: DeskView, coin: CoinView) -> TileFacts:
    """Return the composite of a coin: the score, which families carry it, and what it still lacks."""
    found = coin.composite
    name = tr("{coin} composite", coin=coin.coin)
    if found is None or found.score is None:
        return _no_score(name, found)
    return TileFacts(
        id=COMPOSITE,
        name=name,
        shape=shapes.of_level(found.level),
        state=State.LIVE,
        value=f"{found.score:.0f}",
        unit=tr("of 100"),
        caption=joined(family_words(found), tr("degraded: no critical") if found.status == "degraded" else ""),
        spark=found.spark,
        tip=_composite_tip(found),
    )


def _no_score(name: str, found: CompositeView | None) -> TileFacts:
    warming = found is not None and found.status == "warming"
    return TileFacts(
        id=COMPOSITE,
        name=name,
        shape=Shape.WARMING if warming else Shape.UNKNOWN,
        state=State.WARMING if warming else State.UNKNOWN,
        words=tr("Warming") if warming else tr("Unknown"),
        caption=tr("no family has a live member yet") if found is not None else tr("not measured yet"),
        warm=0.0,
        tip=tr("Composite of five families: forced selling, volatility, deleveraging, liquidity, level."),
    )


def family_words(found: CompositeView) -> str:
    """Return the two families that make the score, the strongest first: FLOW + LEVEL."""
    known = sorted((f for f in found.families if f.percentile is not None), key=lambda f: -(f.percentile or 0.0))
    return " + ".join(family.family.upper() for family in known[:2])


def _composite_tip(found: CompositeView) -> str:
    lines = [
        tr("100 × (0.6 × strongest family + 0.4 × second); a family is its live members’ highest own percentile,"),
        tr("on a scale of rarity: the 95th counts 82, the 99th 92, the 99.9th 100."),
    ]
    for family in found.families:
        pct = tr("unknown: no live member") if family.percentile is None else wording.percentile(family.percentile)
        member = f" · {wording.indicator_name(family.member)}" if family.member else ""
        lines.append(f"{family.family.upper()}: {pct}{member}")
    lines.append(tr("Enters at 80, 90, 96; leaves below 72, 82, 90, after 10 min."))
    if found.leaves_below is not None:
        lines.append(tr("Leaves this level below {n}.", n=f"{found.leaves_below:.0f}"))
    return "\n".join(lines)


def me_tile(view: DeskView, *, hidden: bool = False) -> TileFacts:
    """Return the person's own nearest liquidation, and whether the wick test holds."""
    mine = view.exposure
    nearest = None if mine is None else mine.nearest
    if mine is None or nearest is None or nearest.distance.value is None:
        return _nothing_of_mine(mine, nearest)
    reading = nearest.distance
    return TileFacts(
        id=ME,
        name=tr("Me: {coin} liquidation", coin=nearest.coin),
        shape=shape_of_mine(mine, nearest),
        state=reading.state,
        value=wording.HIDDEN if hidden else wording.percent(reading.value or 0.0, 1),
        unit=tr("away"),
        caption=wick_words(mine),
        age=wording.age(view.now_ms - reading.as_of_ms) if reading.as_of_ms else "",
        tip=_me_tip(mine, nearest),
    )


def shape_of_mine(mine: ExposureView, nearest: PositionView) -> Shape:
    """Return the level of my distance; a position that fails the wick test is a warning at least."""
    reading = nearest.distance
    if reading.state is State.LIVE and mine.survives is False:
        return shapes.of_level(max(reading.level, Level.WARNING))
    return shapes.of_reading(reading)


def wick_words(mine: ExposureView) -> str:
    """Return the verdict of the wick test: 10 % wick: NO."""
    verdict = {True: tr("survives"), False: tr("NO"), None: tr("unknown")}[mine.survives]
    return tr("{wick} wick: {verdict}", wick=wording.percent(mine.wick, 0), verdict=verdict)


def _nothing_of_mine(mine: ExposureView | None, nearest: PositionView | None) -> TileFacts:
    held = mine is not None and bool(mine.holdings or mine.positions)
    why = tr("positions unknown: enter them by hand or add a key")
    if nearest is not None:
        why = nearest.distance.reason or tr("no liquidation price")
    elif mine is not None and held:
        why = tr("no open position: nothing can be liquidated")
    elif mine is not None and mine.reason:
        why = mine.reason
    calm = held and mine is not None and not mine.positions
    return TileFacts(
        id=ME,
        name=tr("Me"),
        shape=Shape.CALM if calm else Shape.UNKNOWN,
        state=State.LIVE if calm else State.UNKNOWN,
        words=tr("No position") if calm else tr("Unknown"),
        caption=why,
        tip=tr("Distance of the nearest own liquidation price from the mark, and the wick test."),
    )


def _me_tip(mine: ExposureView, nearest: PositionView) -> str:
    lines = [
        tr("Distance = (mark − liquidation price) / mark for a long."),
        tr("Liquidation price {price} ({source})", price=_price(nearest.liquidation), source=_source(nearest)),
    ]
    if nearest.liquidation_source == "venue" and nearest.computed_liquidation is not None:
        lines.append(tr("Our own figure: {price}", price=_price(nearest.computed_liquidation)))
    return "\n".join((*lines, *(line.words for line in mine.advice[:1])))


def _source(position: PositionView) -> str:
    return {"venue": tr("the venue’s own"), "computed": tr("computed"), "none": tr("none")}[
        position.liquidation_source
    ]


def _price(value: float | None) -> str:
    return tr("none") if value is None else wording.price(value)


def worst_composite(view: DeskView) -> CompositeView | None:
    """Return the composite with the highest level, then score, over the watched coins."""
    found = [coin.composite for coin in view.coins if coin.composite is not None and coin.composite.score is not None]
    return max(found, key=lambda c: (c.level, c.score or 0.0), default=None)


def level_of_composites(view: DeskView) -> Level:
    """Return the highest level any composite has."""
    worst = worst_composite(view)
    return Level.CALM if worst is None else worst.level
