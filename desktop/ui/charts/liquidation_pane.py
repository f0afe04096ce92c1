"""Forced closings as mirror bars: shorts up, longs down, with the coverage strip under them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop.engine.desk_view import FloatArray
from desktop.ui import theme, wording
from desktop.ui.charts.bars import Bars, stretches
from desktop.ui.charts.pane import TITLE_PX, ChartState, Pane, RectBatch, paint_not_recorded, snapped
from desktop.ui.charts.scale import Scale, padded
from desktop.ui.runs import Mark, Run, Space, Words
from desktop.ui.shapes import Shape
from desktop.ui.theme import Colours
from desktop.ui.wording import FLOOR_MARK, tr

_STRIP_PX = 4
FULL = 0.995


class LiquidationPane(Pane):
    """Long and short liquidated per bar; every total is a floor."""

    def __init__(self, state: ChartState) -> None:
        super().__init__(state)
        self._longs, self._shorts = RectBatch(), RectBatch()

    def fitted(self, bars: Bars, part: slice) -> tuple[float, float] | None:
        """Fit both sides on one scale around zero."""
        longs = float(np.nanmax(bars.column("long_usd")[part], initial=0.0))
        shorts = float(np.nanmax(bars.column("short_usd")[part], initial=0.0))
        biggest = max(longs, shorts, 1.0)
        return padded(-max(longs, biggest * 0.12), max(shorts, biggest * 0.06), self.height(), TITLE_PX + 2, 16)

    def ticks(self) -> list[float]:
        """Return zero and the largest bar."""
        bars = self.shared.bars
        if bars is None:
            return []
        part = bars.between(*self.viewRange()[0])
        longs = float(np.nanmax(bars.column("long_usd")[part], initial=0.0))
        shorts = float(np.nanmax(bars.column("short_usd")[part], initial=0.0))
        return [0.0, -longs] if longs >= shorts else [0.0, shorts]

    def tick_text(self, value: float) -> str:
        """Return USD without sign: both sides are amounts."""
        return wording.dollars(abs(value)) if value else "0"

    def title(self, bars: Bars | None) -> Sequence[Run]:
        """Name the newest bar, or the one under the pointer."""
        name = Words(tr("Liquidations per bar"), "second", px=theme.CAPTION)
        if bars is None:
            return (name,)
        at = bars.count - 1 if self.shared.pointer_ms is None else bars.at(self.shared.pointer_ms)
        return (name, Space(12), *side_runs(bars, at))

    def draw(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        """Paint what was not recorded, bars, zero line, coverage."""
        deaf = bars.column("covered")[part] <= 0
        for first, end in stretches(deaf):
            left = scale.x_of(bars.start_ms + (part.start + first) * bars.interval_ms)
            width = scale.px_per((end - first) * bars.interval_ms)
            box = QRectF(left, 1, width, scale.height)
            paint_not_recorded(painter, box, tr("not recorded"), colours)
        painter.setPen(Qt.PenStyle.NoPen)
        zero = snapped(scale.y_of(0.0))
        for name, batch, colour, up in (
            ("long_usd", self._longs, colours.long, False),
            ("short_usd", self._shorts, colours.short, True),
        ):
            painter.setBrush(colour)
            self._side(painter, bars, scale, part, bars.column(name)[part], batch, zero, up=up)
        painter.setPen(QPen(colours.button_edge, 1))
        for first, end in stretches(~deaf):
            left = scale.x_of(bars.start_ms + (part.start + first) * bars.interval_ms)
            painter.drawLine(QLineF(left, zero, left + scale.px_per((end - first) * bars.interval_ms), zero))
        self._coverage(painter, bars, scale, part, colours)

    def _side(
        self,
        painter: QPainter,
        bars: Bars,
        scale: Scale,
        part: slice,
        usd: FloatArray,
        batch: RectBatch,
        zero: float,
        *,
        up: bool,
    ) -> None:
        known = np.nan_to_num(usd) > 0
        step = scale.px_per(bars.interval_ms)
        width = max(1.0, np.floor(step * 0.78))
        x = np.floor(scale.x(bars.middle_ms(part))[known] - width / 2)
        tall = np.maximum(1.0, np.abs(scale.y(usd[known]) - scale.y_of(0.0)))
        y = zero - tall if up else np.full(x.size, zero)
        batch.paint(painter, x, y, np.full(x.size, width), tall)

    def _coverage(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        """Solid is full, dashed is part, nothing drawn (under the hatch) is not recorded."""
        covered = bars.column("covered")[part]
        y = scale.height - 7
        pen = QPen(colours.button_edge if colours.name == "dark" else colours.third, _STRIP_PX)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        for mask, dashed in ((covered >= FULL, False), ((covered > 0) & (covered < FULL), True)):
            if dashed:
                pen.setDashPattern([1.0, 0.7])
            painter.setPen(pen)
            for first, end in stretches(mask):
                start = bars.start_ms + (part.start + first) * bars.interval_ms
                stop = start + (end - first) * bars.interval_ms
                painter.drawLine(QLineF(scale.x_of(start), y, scale.x_of(stop), y))
        if self.axis is not None:
            last = float(bars.column("covered")[-1])
            self.axis.note = tr("heard {share}", share=wording.percent(last, 0))


def side_runs(bars: Bars, at: int | None) -> tuple[Run, ...]:
    """Return what was liquidated on both sides in a bar, with shape and floor mark; words where it is not known."""
    said: list[Run] = []
    for shape, word, name in (
        (Shape.LONG, tr("long"), "long_usd"),
        (Shape.SHORT, tr("short"), "short_usd"),
    ):
        usd = float("nan") if at is None else float(bars.column(name)[at])
        words = (
            tr("{side} not recorded", side=word) if np.isnan(usd) else f"{word} {FLOOR_MARK} {wording.dollars(usd)}"
        )
        said += [Mark(shape, 8, 4, says=word), Words(words, weight=theme.MEDIUM, px=theme.CAPTION), Space(10)]
    return tuple(said)
