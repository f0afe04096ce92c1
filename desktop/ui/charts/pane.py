"""One pane of the chart: a view box that shares its time axis with the others, painted in pixels by one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt import internals
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop.engine.desk_view import FloatArray, UntestedView
from desktop.ui import runs, shapes, theme
from desktop.ui.charts.bars import Bars
from desktop.ui.charts.scale import Scale, time_ticks, value_ticks
from desktop.ui.runs import Run
from desktop.ui.theme import Colours
from desktop.ui.wording import tr

TITLE_PX = 22
_LINE_PX = 12


@dataclass
class ChartState:
    """What all panes share: bars, pointer, incidents (ms, word, level's tone), and the model beside the price."""

    bars: Bars | None = None
    pointer_ms: float | None = None
    incidents: tuple[tuple[float, str, int], ...] = ()
    untested: UntestedView | None = None
    panes: list[Pane] = field(default_factory=list)

    def repaint(self) -> None:
        """Repaint every pane and its axis."""
        for pane in self.panes:
            pane.repaint()


class Pane(pg.ViewBox):  # type: ignore[misc]
    """Shows a stretch of time; values fit themselves. Wheel zooms, drag pans, double-click resets.

    Signals: `reset_wanted` on a double-click; `pointed` with the time under the pointer.
    """

    reset_wanted = Signal()

    def __init__(self, state: ChartState) -> None:
        super().__init__(enableMenu=False, border=None, defaultPadding=0)
        self.shared = state
        self.axis: ValueAxis | None = None
        self.setMouseEnabled(x=True, y=False)
        self.setMouseMode(pg.ViewBox.PanMode)
        self.disableAutoRange()
        self.canvas = _Canvas(self)
        self.sigRangeChanged.connect(self._range_changed)
        self.sigResized.connect(self._resized)

    # What a kind of pane decides

    def fitted(self, bars: Bars, part: slice) -> tuple[float, float] | None:
        """Return the values to show for the visible bars, None to leave them."""
        raise NotImplementedError

    def draw(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        """Paint the data of the visible bars."""
        raise NotImplementedError

    def title(self, bars: Bars | None) -> Sequence[Run]:
        """Return the words in the upper left corner."""
        return ()

    def tick_text(self, value: float) -> str:
        """Return an axis value in words."""
        raise NotImplementedError

    def ticks(self) -> list[float]:
        """Return the values the axis names."""
        low, high = self.viewRange()[1]
        usable = max(10.0, self.height() - TITLE_PX)
        return value_ticks(low, high, max(2, int(usable / 34)))

    # The rest

    def scale(self) -> Scale:
        """Return the mapping to pixels as it is now."""
        (left, right), (low, high) = self.viewRange()
        return Scale(left, right, low, high, max(1.0, self.width()), max(1.0, self.height()))

    def fit(self) -> None:
        """Fit the values to the visible stretch of time."""
        bars = self.shared.bars
        if bars is None:
            return
        left, right = self.viewRange()[0]
        part = bars.between(left, right)
        wanted = self.fitted(bars, part) if part.stop > part.start else None
        if wanted is not None and wanted[1] > wanted[0]:
            self.setYRange(*wanted, padding=0)

    def repaint(self) -> None:
        """Paint again at the next frame."""
        self.canvas.update()
        if self.axis is not None:
            self.axis.update()

    def _range_changed(self, *_args: object) -> None:
        self.fit()
        self.repaint()

    def _resized(self, *_args: object) -> None:
        self.canvas.prepareGeometryChange()
        self.fit()
        self.repaint()

    def mouseClickEvent(self, event: object) -> None:
        """Take double-clicks; leave the context menu to the chart."""
        if event.double():  # type: ignore[attr-defined]
            event.accept()  # type: ignore[attr-defined]
            self.reset_wanted.emit()


class _Canvas(pg.GraphicsObject):  # type: ignore[misc]
    """Paints a whole pane in the pane's own pixels, so that lines fall on pixels and nothing is scaled."""

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self._pane = pane
        self.paints = 0

    def boundingRect(self) -> QRectF:
        """Return the whole pane."""
        return QRectF(0, 0, self._pane.width(), self._pane.height())

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint grid, data, shared lines, title."""
        self.paints += 1
        pane, colours = self._pane, theme.colours()
        scale = pane.scale()
        painter.setClipRect(self.boundingRect())
        _paint_grid(painter, pane, scale, colours)
        bars = pane.shared.bars
        if bars is None:
            paint_not_recorded(painter, self.boundingRect(), tr("unknown: nothing heard yet"), colours)
        else:
            part = bars.between(scale.left_ms, scale.right_ms)
            if part.stop > part.start:
                painter.save()
                pane.draw(painter, bars, scale, part, colours)
                painter.restore()
        _paint_shared(painter, pane.shared, scale, colours)
        runs.paint_line(painter, 12, 15, pane.title(bars), colours, scale.width - 24)
        if pane is not pane.shared.panes[0]:
            painter.fillRect(QRectF(0, 0, scale.width, 1), colours.divider)


def _paint_grid(painter: QPainter, pane: Pane, scale: Scale, colours: Colours) -> None:
    painter.setPen(QPen(colours.grid, 1))
    for ms in time_ticks(scale.left_ms, scale.right_ms, max(2, int(scale.width / 95))):
        x = snapped(scale.x_of(ms))
        painter.drawLine(QLineF(x, 0, x, scale.height))
    if pane is pane.shared.panes[0]:
        for value in pane.ticks():
            y = snapped(scale.y_of(value))
            painter.drawLine(QLineF(0, y, scale.width, y))


def _paint_shared(painter: QPainter, state: ChartState, scale: Scale, colours: Colours) -> None:
    for at_ms, _word, level in state.incidents:
        if scale.left_ms <= at_ms <= scale.right_ms:
            line = (colours.calm, colours.notable, colours.warning, colours.critical)[level]
            painter.setPen(QPen(line, 1))
            x = snapped(scale.x_of(at_ms))
            painter.drawLine(QLineF(x, 0, x, scale.height))
    if state.pointer_ms is not None:
        painter.setPen(QPen(colours.third, 1))
        x = snapped(scale.x_of(state.pointer_ms))
        painter.drawLine(QLineF(x, 0, x, scale.height))


def snapped(px: float) -> float:
    """Return the middle of the pixel, for sharp thin lines."""
    return float(np.floor(px)) + 0.5


class LineBatch:
    """Many straight lines, painted in one call from a numpy array."""

    def __init__(self) -> None:
        self._lines = internals.PrimitiveArray(QLineF, 4)

    def paint(self, painter: QPainter, x1: FloatArray, y1: FloatArray, x2: FloatArray, y2: FloatArray) -> None:
        """Paint the lines with the painter's pen."""
        self._lines.resize(x1.size)
        if x1.size:
            self._lines.ndarray()[:] = np.stack((x1, y1, x2, y2), axis=1)
            painter.drawLines(*self._lines.drawargs())


class RectBatch:
    """Many rectangles, painted in one call from a numpy array."""

    def __init__(self) -> None:
        self._rects = internals.PrimitiveArray(QRectF, 4)

    def paint(self, painter: QPainter, x: FloatArray, y: FloatArray, w: FloatArray, h: FloatArray) -> None:
        """Paint the rectangles with the painter's pen and brush."""
        self._rects.resize(x.size)
        if x.size:
            self._rects.ndarray()[:] = np.stack((x, y, w, h), axis=1)
            painter.drawRects(*self._rects.drawargs())


class ValueAxis(pg.GraphicsWidget):  # type: ignore[misc]
    """The values of a pane at its right, and the tag of the newest one where the pane has it."""

    WIDTH_PX = 82

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._pane = pane
        pane.axis = self
        self.setFixedWidth(self.WIDTH_PX)
        self.tag: tuple[float, str] | None = None
        self.note = ""

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the words of the axis."""
        colours, scale = theme.colours(), self._pane.scale()
        painter.setFont(theme.font(theme.AXIS))
        painter.setPen(colours.third)
        tag_y = None if self.tag is None else scale.y_of(self.tag[0])
        for value in self._pane.ticks():
            y = scale.y_of(value)
            if self.note:
                y = min(y, scale.height - 21)
            if 8 < y < scale.height - 6 and (tag_y is None or abs(y - tag_y) > 14):
                painter.drawText(12, round(y + 3.6), self._pane.tick_text(value))
        if self._pane is not self._pane.shared.panes[0]:
            painter.fillRect(QRectF(0, 0, self.WIDTH_PX, 1), colours.divider)
        if self.note:
            painter.drawText(
                QRectF(12, scale.height - 15, self.WIDTH_PX, 14), Qt.AlignmentFlag.AlignVCenter, self.note
            )
        if self.tag is not None and tag_y is not None:
            self._paint_tag(painter, tag_y, colours)

    def _paint_tag(self, painter: QPainter, y: float, colours: Colours) -> None:
        assert self.tag is not None
        box = QRectF(0, snapped(y) - 8.5, self.WIDTH_PX, 17)
        painter.fillRect(box, colours.primary)
        painter.setPen(colours.on_primary)
        painter.setFont(theme.font(theme.CAPTION, theme.SEMIBOLD))
        painter.drawText(box.adjusted(12, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.tag[1])


def paint_not_recorded(painter: QPainter, box: QRectF, words: str, colours: Colours) -> None:
    """Hatch a stretch in which nothing was recorded, and say so where there is room below the pane's title."""
    shapes.paint_hatch(painter, box, colours)
    room = not_recorded_room(box)
    if runs.text_width(words, theme.AXIS) + 16 < room.width() and room.height() >= _LINE_PX:
        painter.setFont(theme.font(theme.AXIS))
        painter.setPen(colours.second)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


def not_recorded_room(box: QRectF) -> QRectF:
    """Return where words in a hatched stretch may stand: the title's line is the title's."""
    return box.adjusted(0, max(0.0, TITLE_PX - box.top()), 0, 0)
