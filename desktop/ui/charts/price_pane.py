"""Price: grey candles (hollow up, filled down), liquidation triangles, lows, newest price, untested interest."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from desktop.risk.reading import Level
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.charts.bars import Bars, Prints, stretches
from desktop.ui.charts.pane import ChartState, LineBatch, Pane, RectBatch, paint_not_recorded, snapped
from desktop.ui.charts.scale import Scale, padded, value_ticks
from desktop.ui.charts.untested_profile import paint_profile
from desktop.ui.parts import level_tone
from desktop.ui.runs import Run, Words
from desktop.ui.theme import Colours
from desktop.ui.wording import tr

_LEAST_SPAN = 0.004
_MOST_HALF_PX = 9
_LEAST_SIDE_PX, _MOST_SIDE_PX = 7.0, 22.0


class PricePane(Pane):
    """The price of the chosen coin."""

    def __init__(self, state: ChartState) -> None:
        super().__init__(state)
        self._wicks, self._bodies, self._hollow = LineBatch(), RectBatch(), RectBatch()

    def fitted(self, bars: Bars, part: slice) -> tuple[float, float] | None:
        """Fit lows and highs; the lows of 24 h and 7 d as well while they are near."""
        lows, highs = bars.column("low")[part], bars.column("high")[part]
        if np.isnan(lows).all():
            return None
        low, high = float(np.nanmin(lows)), float(np.nanmax(highs))
        # A quiet minute must not look like a cliff.
        spare = (high + low) / 2 * _LEAST_SPAN - (high - low)
        if spare > 0:
            low, high = low - spare / 2, high + spare / 2
        for mark in (bars.low_24h, bars.low_7d):
            if mark is not None and low - (high - low) * 0.35 <= mark <= high:
                low = min(low, mark)
        return padded(low, high, self.height(), 24, 26)

    def tick_text(self, value: float) -> str:
        """Return a price."""
        return wording.price(value)

    def ticks(self) -> list[float]:
        """Return round prices, some 34 px apart; none without a price."""
        if self.shared.bars is None:
            return []
        low, high = self.viewRange()[1]
        return value_ticks(low, high, max(2, int(self.height() / 34)))

    def title(self, bars: Bars | None) -> Sequence[Run]:
        """Say so when there is nothing to draw."""
        return () if bars is not None else (Words(tr("Price"), "second", px=theme.CAPTION),)

    def draw(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        """Paint what was not recorded, candles, lines, triangles."""
        self._holes(painter, bars, scale, part, colours)
        self._candles(painter, bars, scale, part, colours)
        self._levels(painter, bars, scale, colours)
        _triangles(painter, bars, bars.longs, scale, part, colours.long, down=True)
        _triangles(painter, bars, bars.shorts, scale, part, colours.short, down=False)
        if self.shared.untested is not None:
            paint_profile(painter, self.shared.untested, scale, colours)
        self._incident_words(painter, scale, colours)

    def _holes(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        for first, end in stretches(np.isnan(bars.column("close")[part])):
            left = scale.x_of(bars.start_ms + (part.start + first) * bars.interval_ms)
            width = scale.px_per((end - first) * bars.interval_ms)
            paint_not_recorded(painter, QRectF(left, 0, width, scale.height), tr("not recorded"), colours)

    def _candles(self, painter: QPainter, bars: Bars, scale: Scale, part: slice, colours: Colours) -> None:
        opened, close = bars.column("open")[part], bars.column("close")[part]
        known = ~np.isnan(close)
        middle = np.floor(scale.x(bars.middle_ms(part))[known]) + 0.5
        top = np.floor(scale.y(np.fmax(opened, close)[known])) + 0.5
        bottom = np.floor(scale.y(np.fmin(opened, close)[known])) + 0.5
        high = np.floor(scale.y(bars.column("high")[part][known])) + 0.5
        low = np.floor(scale.y(bars.column("low")[part][known])) + 0.5
        step = scale.px_per(bars.interval_ms)
        painter.setPen(QPen(colours.candle, 1))
        if step < 3:
            self._wicks.paint(painter, middle, high, middle, np.maximum(low, high + 1))
            return
        x = np.concatenate((middle, middle))
        self._wicks.paint(painter, x, np.concatenate((high, bottom)), x, np.concatenate((top, low)))
        half = min(_MOST_HALF_PX, max(1.0, math.floor(step * 0.36)))
        rising = close[known] >= opened[known]
        tall = np.maximum(bottom - top, 1.0)
        for batch, which, fill in ((self._hollow, rising, False), (self._bodies, ~rising, True)):
            painter.setBrush(colours.candle if fill else Qt.BrushStyle.NoBrush)
            width = np.full(int(which.sum()), 2 * half)
            batch.paint(painter, middle[which] - half, top[which], width, tall[which])

    def _levels(self, painter: QPainter, bars: Bars, scale: Scale, colours: Colours) -> None:
        last = bars.last("close")
        if self.axis is not None:
            self.axis.tag = None if last is None else (last, wording.price(last))
        if last is not None:
            painter.setPen(QPen(colours.second, 1, Qt.PenStyle.DotLine))
            y = snapped(scale.y_of(last))
            painter.drawLine(QLineF(0, y, scale.width, y))
        _paint_lows(painter, bars, scale, colours)

    def _incident_words(self, painter: QPainter, scale: Scale, colours: Colours) -> None:
        for at_ms, word, level in self.shared.incidents:
            if not scale.left_ms <= at_ms <= scale.right_ms:
                continue
            x = snapped(scale.x_of(at_ms))
            named = (Words(word, level_tone(Level(level)), theme.SEMIBOLD, theme.CAPTION),)
            shapes.paint(painter, QRectF(x - 5, 11, 10, 10), shapes.of_level(Level(level)), colours)
            left = runs.width_of(named) + 12 < x
            runs.paint_line(painter, x - 9 if left else x + 9, 20, named, colours, align_right=left)


def _paint_lows(painter: QPainter, bars: Bars, scale: Scale, colours: Colours) -> None:
    """Paint the lows of 24 hours and seven days as dashed lines, once where they are the same."""
    lows = [(bars.low_7d, tr("7-day low {price}")), (bars.low_24h, tr("24 h low {price}"))]
    if bars.low_24h is not None and bars.low_24h == bars.low_7d:
        lows.pop()
    for low, words in lows:
        if low is None or not scale.low < low < scale.high:
            continue
        pen = QPen(colours.second, 1)
        pen.setDashPattern([6, 4])
        painter.setPen(pen)
        y = snapped(scale.y_of(low))
        painter.drawLine(QLineF(0, y, scale.width, y))
        said = Words(words.format(price=wording.price(low)), "second", px=theme.CAPTION)
        runs.paint_line(painter, 12, y + 14, (said,), colours)


def _triangles(
    painter: QPainter, bars: Bars, prints: Prints, scale: Scale, part: slice, colour: QColor, *, down: bool
) -> None:
    """Paint one triangle a bar, its area in proportion to the USD closed by force in it."""
    shown = (prints.bar >= part.start) & (prints.bar < part.stop)
    usd = prints.usd[shown]
    if not usd.size:
        return
    biggest = max(float(np.max(bars.longs.usd, initial=0)), float(np.max(bars.shorts.usd, initial=0)), 1.0)
    sides = np.clip(_MOST_SIDE_PX * np.sqrt(usd / biggest), _LEAST_SIDE_PX, _MOST_SIDE_PX)
    xs = scale.x(bars.start_ms + (prints.bar[shown] + 0.5) * bars.interval_ms)
    # Beside the bar, not on it: longs under its low, shorts over its high.
    edge = bars.column("low" if down else "high")[prints.bar[shown]]
    ys = scale.y(np.where(np.isnan(edge), prints.price[shown], edge)) + (1 if down else -1) * (sides / 2 + 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = QColor(colour)
    ink.setAlphaF(0.85)
    painter.setBrush(ink)
    painter.setPen(QPen(theme.colours().chart, 0.8))
    for x, y, side in zip(xs, ys, sides, strict=True):
        tip = side * 0.45 if down else -side * 0.45
        painter.drawPolygon(
            QPolygonF([QPointF(x - side / 2, y - tip), QPointF(x + side / 2, y - tip), QPointF(x, y + tip)])
        )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
