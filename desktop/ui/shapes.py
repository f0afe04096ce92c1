"""Shapes that carry meaning: levels, feed states, ticks, sides; and the hatch of the unknown. Shape before colour."""

from __future__ import annotations

import math
from enum import Enum, auto

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from desktop.risk.reading import Level, Reading, State
from desktop.ui.theme import Colours, Tone


class Shape(Enum):
    """Every sign the window knows. One meaning each."""

    CALM = auto()  # ring
    NOTABLE = auto()  # diamond
    WARNING = auto()  # triangle, filled
    CRITICAL = auto()  # octagon with a bar
    UNKNOWN = auto()  # dashed ring; also: not set up
    SNOOZED = auto()  # moon
    WARMING = auto()  # quarter disc
    LIVE = auto()  # disc
    STALE = auto()  # half disc
    DOWN = auto()  # crossed ring
    YES = auto()  # tick
    NO = auto()  # cross
    LONG = auto()  # small triangle down: longs liquidated
    SHORT = auto()  # small triangle up: shorts liquidated
    ON = auto()  # chevron


_TONES: dict[Shape, Tone] = {
    Shape.CALM: "calm",
    Shape.NOTABLE: "notable",
    Shape.WARNING: "warning",
    Shape.CRITICAL: "critical",
    Shape.UNKNOWN: "third",
    Shape.SNOOZED: "second",
    Shape.WARMING: "second",
    Shape.LIVE: "text",
    Shape.STALE: "third",
    Shape.DOWN: "second",
    Shape.YES: "text",
    Shape.NO: "second",
    Shape.LONG: "long",
    Shape.SHORT: "short",
    Shape.ON: "text",
}


def of_level(level: Level) -> Shape:
    """Return the shape of a level."""
    return (Shape.CALM, Shape.NOTABLE, Shape.WARNING, Shape.CRITICAL)[level]


def of_reading(reading: Reading) -> Shape:
    """Return the shape of a reading: its level where it may vote, otherwise its state."""
    match reading.state:
        case State.UNKNOWN:
            return Shape.UNKNOWN
        case State.WARMING:
            return Shape.WARMING
        case _:
            return of_level(reading.level)


def of_feed(state: str) -> Shape:
    """Return the shape of a feed's state."""
    return {"live": Shape.LIVE, "stale": Shape.STALE, "down": Shape.DOWN, "connecting": Shape.WARMING}.get(
        state, Shape.UNKNOWN
    )


def paint(painter: QPainter, box: QRectF, shape: Shape, colours: Colours, ink: QColor | None = None) -> None:
    """Paint a shape into a square box, in its own colour unless `ink` is given."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = ink if ink is not None else colours.tone(_TONES[shape])
    width = max(1.3, box.width() * 0.12)
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    inner = box.adjusted(width / 2 + 0.5, width / 2 + 0.5, -width / 2 - 0.5, -width / 2 - 0.5)
    if shape in _FILLED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        _FILLED[shape](painter, box)
    else:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _LINED[shape](painter, inner)
    if shape is Shape.CRITICAL:
        _bar(painter, box, colours.panel)
    painter.restore()


def _polygon(painter: QPainter, box: QRectF, points: tuple[tuple[float, float], ...]) -> None:
    painter.drawPolygon(
        QPolygonF([QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in points])
    )


def _triangle(painter: QPainter, box: QRectF) -> None:
    _polygon(painter, box, ((0.5, 0.06), (1.0, 0.94), (0.0, 0.94)))


def _triangle_down(painter: QPainter, box: QRectF) -> None:
    _polygon(painter, box, ((0.0, 0.12), (1.0, 0.12), (0.5, 0.92)))


def _triangle_up(painter: QPainter, box: QRectF) -> None:
    _polygon(painter, box, ((0.0, 0.88), (1.0, 0.88), (0.5, 0.08)))


def _octagon(painter: QPainter, box: QRectF) -> None:
    cut = 0.29
    _polygon(
        painter,
        box,
        ((cut, 0), (1 - cut, 0), (1, cut), (1, 1 - cut), (1 - cut, 1), (cut, 1), (0, 1 - cut), (0, cut)),
    )


def _bar(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    thick = max(1.4, box.width() * 0.14)
    x = box.center().x() - thick / 2
    painter.drawRect(QRectF(x, box.y() + box.height() * 0.2, thick, box.height() * 0.36))
    painter.drawRect(QRectF(x, box.y() + box.height() * 0.66, thick, thick))


def _moon(painter: QPainter, box: QRectF) -> None:
    whole, bite = QPainterPath(), QPainterPath()
    whole.addEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
    bite.addEllipse(box.translated(box.width() * 0.34, -box.height() * 0.2))
    painter.drawPath(whole.subtracted(bite))


def _disc(painter: QPainter, box: QRectF) -> None:
    painter.drawEllipse(box.adjusted(*_inset(box, 0.1)))


def _inset(box: QRectF, share: float) -> tuple[float, float, float, float]:
    by = box.width() * share
    return by, by, -by, -by


def _ring(painter: QPainter, box: QRectF) -> None:
    painter.drawEllipse(box)


def _dashed_ring(painter: QPainter, box: QRectF) -> None:
    pen = painter.pen()
    dash = math.pi * box.width() / pen.widthF() / 14
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([dash, dash])
    painter.setPen(pen)
    painter.drawEllipse(box)


def _diamond(painter: QPainter, box: QRectF) -> None:
    _polygon(painter, box, ((0.5, -0.04), (1.04, 0.5), (0.5, 1.04), (-0.04, 0.5)))


def _quarter(painter: QPainter, box: QRectF) -> None:
    painter.drawEllipse(box)
    painter.setBrush(painter.pen().color())
    painter.drawPie(box, 0, 90 * 16)


def _half(painter: QPainter, box: QRectF) -> None:
    painter.drawEllipse(box)
    painter.setBrush(painter.pen().color())
    painter.drawPie(box, 90 * 16, 180 * 16)


def _crossed_ring(painter: QPainter, box: QRectF) -> None:
    painter.drawEllipse(box)
    reach = box.width() * 0.354
    centre = box.center()
    painter.drawLine(QLineF(centre.x() - reach, centre.y() + reach, centre.x() + reach, centre.y() - reach))


def _tick(painter: QPainter, box: QRectF) -> None:
    _stroke(painter, box, ((0.04, 0.55), (0.36, 0.86), (0.98, 0.18)))


def _cross(painter: QPainter, box: QRectF) -> None:
    _stroke(painter, box, ((0.12, 0.12), (0.88, 0.88)))
    _stroke(painter, box, ((0.88, 0.12), (0.12, 0.88)))


def _chevron(painter: QPainter, box: QRectF) -> None:
    _stroke(painter, box, ((0.32, 0.08), (0.74, 0.5), (0.32, 0.92)))


def _stroke(painter: QPainter, box: QRectF, points: tuple[tuple[float, float], ...]) -> None:
    painter.drawPolyline(
        QPolygonF([QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in points])
    )


_FILLED = {
    Shape.WARNING: _triangle,
    Shape.CRITICAL: _octagon,
    Shape.SNOOZED: _moon,
    Shape.LIVE: _disc,
    Shape.LONG: _triangle_down,
    Shape.SHORT: _triangle_up,
}
_LINED = {
    Shape.CALM: _ring,
    Shape.NOTABLE: _diamond,
    Shape.UNKNOWN: _dashed_ring,
    Shape.WARMING: _quarter,
    Shape.STALE: _half,
    Shape.DOWN: _crossed_ring,
    Shape.YES: _tick,
    Shape.NO: _cross,
    Shape.ON: _chevron,
}


def paint_hatch(painter: QPainter, box: QRectF, colours: Colours, step: float = 8.0) -> None:
    """Hatch a box: nothing is known here. Lines keep their place when the box moves by whole steps."""
    painter.save()
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.hatch, 1.2))
    height = box.height()
    count = int((box.width() + height) / step) + 2
    start = box.left() - height
    painter.drawLines(
        [QLineF(start + i * step, box.bottom(), start + i * step + height, box.top()) for i in range(count)]
    )
    painter.restore()


def hatch_brush(colours: Colours) -> QBrush:
    """Return the hatch as a brush, for charts."""
    return QBrush(colours.hatch, Qt.BrushStyle.BDiagPattern)
