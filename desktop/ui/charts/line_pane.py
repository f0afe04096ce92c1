"""One quantity as a line: funding, open interest. A hole in the record is a hole in the line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from desktop.engine.desk_view import FloatArray
from desktop.ui import theme
from desktop.ui.charts.bars import Bars, stretches
from desktop.ui.charts.pane import TITLE_PX, ChartState, Pane, paint_not_recorded
from desktop.ui.charts.scale import Scale, padded
from desktop.ui.runs import Run, Space, Words
from desktop.ui.theme import Colours
from desktop.ui.wording import tr


class LinePane(Pane):
    """A line through the bars' middles. `words` says a value in the title, `tick` on the axis."""

    def __init__(
        self, state: ChartState, column: str, name: str, words: Callable[[float], str], tick: Callable[[float], str]
    ) -> None:
        super().__init__(state)
        self._column, self._name, self._words, self._tick = column, name, words, tick

    def fitted(self, bars: Bars, part: slice) -> tuple[float, float] | None:
        """Fit the known values; a flat line lies in the middle."""
        values = bars.column(self._column)[part]
        known = values[~np.isnan(values)]
        if not known.size:
            return None
        return padded(float(known.min()), float(known.max()), self.height(), TITLE_PX + 2, 8)

    def ticks(self) -> list[float]:
        """Return two values: near the top and near the bottom of what is drawn."""
        low, high = self.viewRange()[1]
        bars = self.shared.bars
        if bars is None or np.isnan(bars.column(self._column)).all():
            return []
        per_px = (high - low) / max(1.0, self.height())
        return [high - 15 * per_px, low + 11 * per_px]

    def tick_text(self, value: float) -> str:
        """Return a value in the axis' short form."""
        return self._tick(value)

    def title(self, bars: Bars | None) -> Sequence[Run]:
        """Name the line and its newest value, or the one under the pointer."""
        name = Words(self._name, "second", px=theme.CAPTION)
        if bars is None:
            return (name,)
        pointer = self.shared.pointer_ms
        if pointer is None:
            value = bars.last(self._column)
        else:
            at = bars.at(pointer)
            value = None if at is None else float(bars.column(self._column)[at])
        if value is None or np.isnan(value):
            return (name, Space(10), Words(tr("not recorded"), "third", px=theme.CAPTION))
        return (name, Space(10), Words(self._words(value), weight=theme.SEMIBOLD, px=theme.CAPTION))

    def draw(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        """Paint holes as hatch and the rest as lines."""
        values = bars.column(self._column)[part]
        for first, end in stretches(np.isnan(values)):
            left = scale.x_of(bars.start_ms + (part.start + first) * bars.interval_ms)
            width = scale.px_per((end - first) * bars.interval_ms)
            paint_not_recorded(painter, QRectF(left, 1, width, scale.height), tr("not recorded"), colours)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.second, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        xs, ys = scale.x(bars.middle_ms(part)), scale.y(values)
        painter.drawPath(line_path(xs, ys))
        known = ~np.isnan(values)
        alone = known & ~np.concatenate(([False], known[:-1])) & ~np.concatenate((known[1:], [False]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.second)
        for x, y in zip(xs[alone], ys[alone], strict=True):
            painter.drawEllipse(QRectF(x - 1.2, y - 1.2, 2.4, 2.4))


def line_path(xs: FloatArray, ys: FloatArray) -> QPainterPath:
    """Return the line through the points; a NaN ends it, and the next number begins a new one."""
    path: QPainterPath = pg.arrayToQPath(xs, ys, connect="finite")
    return path
