"""Small lines and bars without axes: where a number came from."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF


def paint_spark(painter: QPainter, box: QRectF, values: Sequence[float], line: QColor, head: QColor) -> None:
    """Paint a line through the values with a dot at the newest; a NaN breaks it. Nothing for fewer than two."""
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 2:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, 1.2))
    low, high = min(known), max(known)
    for stretch in _stretches(values, box, low, (high - low) or 1.0):
        painter.drawPolyline(QPolygonF(stretch))
        last = stretch[-1]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(head)
    painter.drawEllipse(last, 2.0, 2.0)
    painter.restore()


def _stretches(values: Sequence[float], box: QRectF, low: float, span: float) -> list[list[QPointF]]:
    step = box.width() / max(1, len(values) - 1)
    stretches: list[list[QPointF]] = [[]]
    for place, value in enumerate(values):
        if math.isfinite(value):
            y = box.bottom() - (value - low) / span * box.height()
            stretches[-1].append(QPointF(box.x() + place * step, y))
        elif stretches[-1]:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]


def paint_bars(painter: QPainter, box: QRectF, values: Sequence[float], colour: QColor, most: int = 20) -> None:
    """Paint the newest values as bars from the ground up; a NaN leaves its place empty."""
    shown = list(values)[-most:]
    top = max((value for value in shown if math.isfinite(value)), default=0.0)
    if top <= 0:
        return
    step = box.width() / len(shown)
    for place, value in enumerate(shown):
        if math.isfinite(value):
            height = max(1.0, value / top * box.height())
            painter.fillRect(
                QRectF(box.x() + place * step, box.bottom() - height, max(1.0, step - 0.9), height), colour
            )
