"""The marks of the transfer window: the window's shapes by what they mean here, with two of its own."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.ui import shapes, theme
from desktop.ui.shapes import Shape
from desktop.ui.transfer import look

Mark = Literal["tick", "cross", "open", "here", "unknown", "half", "stop", "lock", "dot", "warning", "none"]
_SHAPES: dict[str, tuple[Shape, str]] = {
    "tick": (Shape.YES, "text"),
    "cross": (Shape.NO, "second"),
    "open": (Shape.CALM, "third"),
    "unknown": (Shape.UNKNOWN, "second"),
    "half": (Shape.STALE, "second"),
    "stop": (Shape.CRITICAL, "critical"),
    "warning": (Shape.WARNING, "warning"),
    "dot": (Shape.LIVE, "text"),
}


def draw_mark(painter: QPainter, mark: Mark, box: QRectF, ink: QColor | None = None) -> None:
    """Draw the mark into a square box. GUI thread."""
    if mark in _SHAPES:
        shape, role = _SHAPES[mark]
        inset = 1.5 if mark in ("tick", "cross") else 3.5 if mark == "dot" else 0.5
        inner = box.adjusted(inset, inset, -inset, -inset)
        shapes.paint(painter, inner, shape, theme.colours(), ink or look.colour(role))
    elif mark == "here":
        _here(painter, box, ink or look.colour("text"))
    elif mark == "lock":
        _lock(painter, box, ink or look.colour("third"))


def _here(painter: QPainter, box: QRectF, ink: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = box.width() / 2 - 2
    painter.setPen(QPen(ink, box.width() * 0.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(box.center(), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(box.center(), radius * 0.36, radius * 0.36)
    painter.restore()


def _lock(painter: QPainter, box: QRectF, ink: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center())
    painter.scale(box.width() / 14, box.height() / 14)
    painter.setPen(QPen(ink, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(-4.5, -1, 9, 6.5))
    arch = QPainterPath(QPointF(-2.8, -1))
    arch.arcTo(QRectF(-2.8, -6, 5.6, 6), 180, -180)
    arch.lineTo(2.8, -1)
    painter.drawPath(arch)
    painter.restore()


class MarkShape(QWidget):
    """One mark as a widget; it says nothing to a screen reader, the words beside it do."""

    def __init__(self, mark: Mark = "none", side: int = 14) -> None:
        super().__init__()
        self.mark: Mark = mark
        self._side = side
        self.setFixedSize(QSize(side, side))

    def set_mark(self, mark: Mark) -> None:
        """Show another mark."""
        if mark != self.mark:
            self.mark = mark
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mark."""
        painter = QPainter(self)
        draw_mark(painter, self.mark, QRectF(0, 0, self._side, self._side))
        painter.end()
