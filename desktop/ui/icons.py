"""Icons: Seawall's own, the tray's (shape above the water), and the small shapes of menus."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from desktop.ui import shapes, theme
from desktop.ui.shapes import Shape

TRAY_SIZES = (16, 20, 22, 24, 32, 48, 64, 128)
_MENU_PX = 16


def app_icon() -> QIcon:
    """Return Seawall's icon: a wall above the water."""
    return QIcon(str(theme.resource_path("icons/seawall.svg")))


def tray_icon(shape: Shape) -> QIcon:
    """Return the tray's icon in this state: the shape above two waves; the calm one is the wall."""
    made = QIcon()
    for size in TRAY_SIZES:
        picture = _blank(size)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size / 24, size / 24)
        ink = theme.colours().text
        match shape:
            case Shape.CALM:
                _wall(painter, ink)
            case Shape.UNKNOWN:
                shapes.paint(painter, QRectF(5, 0.5, 14, 14), shape, theme.colours(), ink)
                painter.setPen(QPen(ink, 1.6))
                painter.drawLine(QPointF(5.5, 14), QPointF(18.5, 1))
            case Shape.SNOOZED:
                shapes.paint(painter, QRectF(5.5, 1, 13, 13), shape, theme.colours(), ink)
            case _:
                shapes.paint(painter, QRectF(5, 0.5, 14, 13.5), shape, theme.colours())
        _water(painter, ink)
        painter.end()
        made.addPixmap(picture)
    return made


def menu_icon(shape: Shape) -> QIcon:
    """Return a small shape for a menu line."""
    made = QIcon()
    for ratio in (1, 2):
        picture = _blank(_MENU_PX * ratio)
        painter = QPainter(picture)
        painter.scale(ratio, ratio)
        shapes.paint(painter, QRectF(2.5, 2.5, 11, 11), shape, theme.colours())
        painter.end()
        made.addPixmap(picture)
    return made


def _blank(px: int) -> QPixmap:
    picture = QPixmap(px, px)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _wall(painter: QPainter, ink: QColor) -> None:
    painter.setPen(QPen(ink, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(3.5, 1.5, 17, 12.5))
    painter.drawLine(QPointF(3.5, 7.75), QPointF(20.5, 7.75))
    for x, top, bottom in ((9.2, 1.5, 7.75), (14.8, 1.5, 7.75), (12.0, 7.75, 14.0)):
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))


def _water(painter: QPainter, ink: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for y in (17.8, 22.0):
        wave = QPainterPath(QPointF(2.5, y))
        for place in range(4):
            x = 2.5 + place * 4.75
            bend = -2.6 if place % 2 == 0 else 2.6
            wave.quadTo(QPointF(x + 2.375, y + bend), QPointF(x + 4.75, y))
        painter.drawPath(wave)
