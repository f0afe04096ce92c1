"""The time axis under all panes, UTC, with the tag of the pointer's time."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop.ui import theme, wording
from desktop.ui.charts.pane import Pane
from desktop.ui.charts.scale import time_ticks

_DAY_MS = 86_400_000


class TimeAxis(pg.GraphicsWidget):  # type: ignore[misc]
    """Names round times of the stretch that a pane shows."""

    HEIGHT_PX = 19

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._pane = pane
        self.setFixedHeight(self.HEIGHT_PX)
        pane.sigRangeChanged.connect(self._changed)

    def _changed(self, *_args: object) -> None:
        self.update()

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the times and the pointer's tag."""
        colours, scale = theme.colours(), self._pane.scale()
        painter.fillRect(QRectF(0, 0, self.size().width() + 200, 1), colours.divider)
        painter.setFont(theme.font(theme.AXIS))
        painter.setPen(colours.third)
        for ms in time_ticks(scale.left_ms, scale.right_ms, max(2, int(scale.width / 95))):
            x = scale.x_of(ms)
            if 24 < x < scale.width - 24:
                words = time_words(ms)
                painter.drawText(QRectF(x - 40, 2, 80, self.HEIGHT_PX - 3), Qt.AlignmentFlag.AlignCenter, words)
        pointer = self._pane.shared.pointer_ms
        if pointer is not None and scale.left_ms <= pointer <= scale.right_ms:
            x = min(max(scale.x_of(pointer), 22), scale.width - 22)
            box = QRectF(round(x) - 22.5, 1.5, 44, self.HEIGHT_PX - 3)
            painter.setPen(QPen(colours.button_edge, 1))
            painter.setBrush(colours.raised)
            painter.drawRect(box)
            painter.setPen(colours.text)
            painter.setFont(theme.font(theme.CAPTION, theme.SEMIBOLD))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, wording.clock(pointer))


def time_words(ms: float) -> str:
    """Return a round time: hours and minutes, or the day at midnight."""
    if ms % _DAY_MS == 0:
        at = wording.moment(ms)
        return f"{at.day} {at.strftime('%b')}"
    return wording.clock(ms)
