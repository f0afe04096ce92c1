"""Untested interest at the right edge of the price: bars of modelled USD by price, relative, with its legend.

It is a model and says so. Length and brightness both say how much; the legend names the USD.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from desktop.engine.desk_view import FloatArray, UntestedView
from desktop.risk.reading import State
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.charts.scale import Scale
from desktop.ui.runs import Words
from desktop.ui.theme import Colours
from desktop.ui.wording import tr

PROFILE_PX = 132
ROW_PX = 4
_BAR_PX = 112
_LEGEND_PX = 58
_STEPS = ("00224E", "123570", "3B496C", "575D6D", "707173", "8A8678", "A59C74", "C3B369", "E1CC55", "FEE838")
_DARK = tuple(QColor(f"#{step}") for step in _STEPS[2:])
_LIGHT = tuple(QColor(f"#{step}") for step in reversed(_STEPS[:9]))


def colour_steps(colours: Colours) -> tuple[QColor, ...]:
    """Return the steps of cividis from little to much, for the theme worn now."""
    return _DARK if colours.name == "dark" else _LIGHT


def rows_of(view: UntestedView, scale: Scale) -> FloatArray:
    """Return the USD of both sides in each row of four pixels, from the top of the pane downward."""
    count = max(1, int(np.ceil(scale.height / ROW_PX)))
    rows: FloatArray = np.zeros(count)
    if view.edges.size < 2:
        return rows
    middles = (view.edges[:-1] + view.edges[1:]) / 2
    usd = np.nan_to_num(view.long_usd) + np.nan_to_num(view.short_usd)
    place = np.floor(scale.y(middles) / ROW_PX).astype(np.intp)
    inside = (place >= 0) & (place < count)
    np.add.at(rows, place[inside], usd[inside])
    return rows


def most_per_tenth(rows: FloatArray, scale: Scale) -> float:
    """Return the fullest row as USD per 0.1 % of price: what the legend names."""
    middle = (scale.high + scale.low) / 2
    row_share = (scale.high - scale.low) / max(1.0, scale.height) * ROW_PX / middle
    return float(rows.max(initial=0.0)) / row_share * 0.001 if row_share > 0 else 0.0


def paint_profile(painter: QPainter, view: UntestedView, scale: Scale, colours: Colours) -> None:
    """Paint the profile into the right edge of a price pane."""
    left = scale.width - PROFILE_PX
    painter.fillRect(QRectF(left, 0, PROFILE_PX, scale.height), colours.chart)
    painter.setPen(QPen(colours.divider, 1))
    painter.drawLine(QLineF(left + 0.5, 0, left + 0.5, scale.height))
    if view.state in (State.UNKNOWN, State.WARMING):
        _paint_why(painter, view, QRectF(left, 0, PROFILE_PX, scale.height), colours)
        return
    rows = rows_of(view, scale)
    most = float(rows.max(initial=0.0))
    steps = colour_steps(colours)
    if most > 0:
        for place in np.flatnonzero(rows > 0).tolist():
            share = float(rows[place]) / most
            ink = steps[min(len(steps) - 1, int(share * len(steps)))]
            width = max(1.0, share * _BAR_PX)
            painter.fillRect(QRectF(scale.width - width, place * ROW_PX, width, ROW_PX - 1), ink)
    _paint_legend(painter, most_per_tenth(rows, scale), scale.width, steps, colours)


def _paint_legend(
    painter: QPainter, most_usd: float, right: float, steps: tuple[QColor, ...], colours: Colours
) -> None:
    left = right - PROFILE_PX + 8
    painter.fillRect(QRectF(left - 7, 0, PROFILE_PX - 1, _LEGEND_PX), colours.chart)
    title = Words(tr("Untested interest"), "second", theme.MEDIUM, theme.AXIS)
    runs.paint_line(painter, right - 8, 14, (title,), colours, align_right=True)
    width = (PROFILE_PX - 16) / len(steps)
    for place, step in enumerate(steps):
        painter.fillRect(QRectF(left + place * width, 20, width, 5), step)
    small = Words("$0", "third", px=theme.AXIS)
    runs.paint_line(painter, left, 36, (small,), colours)
    much = Words(tr("{usd} per 0.1 %", usd=wording.dollars(most_usd)), "third", px=theme.AXIS)
    runs.paint_line(painter, right - 8, 36, (much,), colours, align_right=True)
    said = Words(tr("a model, relative"), "third", px=theme.AXIS)
    runs.paint_line(painter, right - 8, 49, (said,), colours, align_right=True)


def _paint_why(painter: QPainter, view: UntestedView, box: QRectF, colours: Colours) -> None:
    shapes.paint_hatch(painter, box, colours)
    painter.setFont(theme.font(theme.AXIS))
    painter.setPen(colours.second)
    state = tr("warming") if view.state is State.WARMING else tr("unknown")
    words = tr("Untested interest {state}: {why}", state=state, why=view.reason or tr("no open interest yet"))
    inner = box.adjusted(10, 10, -8, -10)
    painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, words)


def profile_tip(view: UntestedView) -> str:
    """Return what hover tells: what the model is, how it was scored, and that it is relative."""
    lines = [
        tr("Model: open interest added since the price was last here, spread over assumed leverage."),
        tr("Relative: it shows where forced selling could start, not how much or when."),
    ]
    if view.score is not None:
        swept, missed, lift = view.score
        words = tr("Earlier clusters: {swept} swept, {missed} missed", swept=swept, missed=missed)
        lines.append(words if lift is None else f"{words}, {tr('lift {n}', n=f'{lift:.1f}')}")
    if view.coverage is not None:
        lines.append(tr("Known positions: {share} of OI", share=wording.percent(view.coverage)))
    return "\n".join(lines)
