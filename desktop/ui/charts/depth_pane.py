"""Bid depth within 1 % as a line, slippage for a size as a dashed one on its own scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from desktop.ui import theme, wording
from desktop.ui.charts.bars import Bars
from desktop.ui.charts.line_pane import LinePane, line_path
from desktop.ui.charts.pane import TITLE_PX, ChartState
from desktop.ui.charts.scale import Scale
from desktop.ui.runs import Run, Space, Words
from desktop.ui.theme import Colours
from desktop.ui.wording import tr

SIZE_WORDS = "$100K"


class DepthPane(LinePane):
    """Depth in USD with its axis; slippage shares the room but not the axis, so its value stands in the title."""

    def __init__(self, state: ChartState) -> None:
        super().__init__(state, "depth_usd", tr("Bid depth 1 %"), wording.dollars, wording.dollars)

    def title(self, bars: Bars | None) -> Sequence[Run]:
        """Add the slippage to the depth's title."""
        line = super().title(bars)
        slip = None if bars is None else self._slippage(bars)
        if slip is None:
            return line
        words = tr("{size} slips {bp} bp (dashed)", size=SIZE_WORDS, bp=f"{slip:.1f}")
        return (*line, Space(10), Words(words, "second", px=theme.CAPTION))

    def _slippage(self, bars: Bars) -> float | None:
        pointer = self.shared.pointer_ms
        if pointer is None:
            return bars.last("slippage_bps")
        at = bars.at(pointer)
        value = np.nan if at is None else float(bars.column("slippage_bps")[at])
        return None if np.isnan(value) else value

    def draw(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        """Paint depth as every line, then slippage dashed."""
        super().draw(painter, bars, scale, part, colours)
        slips = bars.column("slippage_bps")[part]
        known = slips[~np.isnan(slips)]
        if not known.size:
            return
        low, high = float(known.min()), float(known.max())
        room = max(1.0, scale.height - TITLE_PX - 10)
        spread = high - low or max(high, 1.0)
        ys = TITLE_PX + 2 + (high - slips) / spread * room
        pen = QPen(colours.third, 1)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line_path(scale.x(bars.middle_ms(part)), ys))
