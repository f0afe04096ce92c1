"""One reason of an incident: name, value, share as a bar, threshold."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.alerts.incidents import Factor
from desktop.risk.reading import Level
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.parts import set_tip
from desktop.ui.runs import Mark, Words
from desktop.ui.wording import tr


class FactorBar(QWidget):
    """One reason: name and value above, share as a bar and threshold below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._factor: Factor | None = None
        self._floor = False
        self._level = Level.CALM
        self.setFixedHeight(35)

    def show_factor(self, factor: Factor, level: Level) -> None:
        """Show a reason of an incident at this level."""
        floor = factor.name.startswith(("LIQ_VOL", "LIQ_INT"))
        if (factor, floor, level) == (self._factor, self._floor, self._level):
            return
        self._factor, self._floor, self._level = factor, floor, level
        share = wording.percent(factor.share, 0)
        words = f"{wording.indicator_name(factor.name)} {self._value()}, {wording.factor_threshold(factor)}"
        self.setAccessibleName(tr("{words}, share {share}", words=words, share=share))
        set_tip(self, self.accessibleName())
        self.update()

    def _value(self) -> str:
        assert self._factor is not None
        return (f"{wording.FLOOR_MARK} " if self._floor else "") + wording.factor_value(self._factor)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint name, value, bar, threshold."""
        factor = self._factor
        if factor is None:
            return
        colours, painter, width = theme.colours(), QPainter(self), self.width()
        value = (Words(self._value(), weight=theme.SEMIBOLD, px=theme.CAPTION),)
        room = width - runs.width_of(value) - 8
        name = Words(wording.indicator_name(factor.name), px=theme.CAPTION)
        runs.paint_line(painter, 0, 12, (Mark(shapes.of_level(self._level), 9, 7), name), colours, room)
        runs.paint_line(painter, width, 12, value, colours, align_right=True)
        limit = f"{wording.factor_threshold(factor)} · {wording.percent(factor.share, 0)}"
        limits = (Words(limit, "third", px=theme.CAPTION),)
        runs.paint_line(painter, width, 27, limits, colours, align_right=True)
        track = QRectF(0, 20, max(40.0, min(162.0, width - runs.width_of(limits) - 12)), 5)
        painter.fillRect(track, colours.divider)
        painter.fillRect(QRectF(0, 20, track.width() * min(1.0, max(0.0, factor.share)), 5), colours.second)
