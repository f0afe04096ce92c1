"""All panes on one time axis: price, liquidations, funding, open interest, depth; one pointer line through them."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.engine.desk_view import ChartView, UntestedView
from desktop.ui import theme, wording
from desktop.ui.charts.bars import Bars, bars_of
from desktop.ui.charts.depth_pane import DepthPane
from desktop.ui.charts.line_pane import LinePane
from desktop.ui.charts.liquidation_pane import LiquidationPane
from desktop.ui.charts.pane import ChartState, Pane, ValueAxis
from desktop.ui.charts.price_pane import PricePane
from desktop.ui.charts.time_axis import TimeAxis
from desktop.ui.charts.untested_profile import PROFILE_PX
from desktop.ui.wording import tr

SHOWN_BARS = 100
FEWEST_BARS = 24
_AHEAD_BARS = 6
_PANE_PX = {"tall": (84, 50, 50, 50), "short": (62, 38, 38, 38)}
_SHORT_BELOW_PX = 520


class LinkedPanes(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """The chart's drawing. GUI thread.

    Signals: `pointed` with the bar under the pointer (None outside), `menu_wanted` with a global position.
    """

    pointed = Signal(object)
    menu_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shared = ChartState()
        self._chart: ChartView | None = None
        self._ring = False
        self._follows = True
        self._setting = False
        self.setAccessibleName(tr("Price chart with liquidations, funding, open interest and depth"))
        self.setAccessibleDescription(tr("Left and Right pan, plus and minus zoom, Home resets, Space pauses"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(pg.GraphicsLayoutWidget.Shape.NoFrame)
        self.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.ci.layout.setSpacing(0)
        self.price = PricePane(self.shared)
        self.liquidations = LiquidationPane(self.shared)
        self.funding = LinePane(self.shared, "funding_8h", tr("Funding per 8 h"), _funding_words, _funding_tick)
        self.interest = LinePane(self.shared, "oi_usd", tr("Open interest"), wording.dollars, wording.dollars)
        self.depth = DepthPane(self.shared)
        self.shared.panes = [self.price, self.liquidations, self.funding, self.interest, self.depth]
        self._lay_out()
        self.scene().sigMouseMoved.connect(self._pointer_moved)
        self.price.sigXRangeChanged.connect(self._range_changed)
        self.dress()

    def _lay_out(self) -> None:
        for row, pane in enumerate(self.shared.panes):
            self.addItem(pane, row, 0)
            self.addItem(ValueAxis(pane), row, 1)
            if row:
                pane.setXLink(self.price)
            pane.reset_wanted.connect(self.reset)
        self.axis = TimeAxis(self.price)
        self.addItem(self.axis, len(self.shared.panes), 0)
        self.ci.layout.setColumnStretchFactor(0, 1)

    def _set_heights(self) -> None:
        sizes = _PANE_PX["short" if self.height() < _SHORT_BELOW_PX else "tall"]
        layout = self.ci.layout
        for row, height in enumerate(sizes, start=1):
            layout.setRowFixedHeight(row, height)
        layout.setRowFixedHeight(len(sizes) + 1, TimeAxis.HEIGHT_PX)
        layout.setRowStretchFactor(0, 1)

    def dress(self) -> None:
        """Take the colours of the theme worn now."""
        self.setBackground(QColor(theme.colours().chart))
        self.shared.repaint()

    # --- data

    @property
    def bars(self) -> Bars | None:
        """The bars shown now."""
        return self.shared.bars

    def show_chart(
        self,
        chart: ChartView | None,
        incidents: tuple[tuple[float, str, int], ...],
        untested: UntestedView | None = None,
    ) -> bool:
        """Show a chart; return whether anything had to be painted. The same version again costs nothing."""
        if untested is not None and (chart is None or untested.coin != chart.coin):
            untested = None
        if chart is self._chart and incidents == self.shared.incidents and untested is self.shared.untested:
            return False
        self.shared.untested = untested
        before = self._chart
        if chart is not before:
            self.shared.bars = None if chart is None else bars_of(chart)
        self._chart, self.shared.incidents = chart, incidents
        other = (
            before is None or chart is None or (before.coin, before.interval_ms) != (chart.coin, chart.interval_ms)
        )
        if other:
            self.reset()
        elif self._follows:
            self._show_newest(keep_width=True)
        for pane in self.shared.panes:
            pane.fit()
        self.shared.repaint()
        self.axis.update()
        return True

    def reset(self) -> None:
        """Show the newest bars at the usual width, and follow them."""
        self._follows = True
        self._show_newest(keep_width=False)

    def _show_newest(self, *, keep_width: bool) -> None:
        bars = self.shared.bars
        if bars is None:
            return
        left, right = self.price.viewRange()[0]
        count = min(SHOWN_BARS, max(FEWEST_BARS, bars.count))
        width = right - left if keep_width else (count + _AHEAD_BARS) * bars.interval_ms
        ahead = min(_AHEAD_BARS * bars.interval_ms, width * 0.1)
        if self.shared.untested is not None:
            # The newest bar ends where the model begins.
            ahead = max(ahead, width * min(0.4, (PROFILE_PX + 14) / max(1.0, self.price.width())))
        end = bars.end_ms + ahead
        self._setting = True
        self._limit(bars)
        self.price.setXRange(end - width, end, padding=0)
        self._setting = False

    def _limit(self, bars: Bars) -> None:
        span = max(bars.count, SHOWN_BARS) * bars.interval_ms
        self.price.setLimits(
            minXRange=8 * bars.interval_ms,
            maxXRange=span * 1.5,
            xMin=bars.end_ms - span * 1.5,
            xMax=bars.end_ms + span,
        )

    def _range_changed(self, *_args: object) -> None:
        if self._setting or self.shared.bars is None:
            return
        right = self.price.viewRange()[0][1]
        self._follows = right >= self.shared.bars.end_ms

    # --- pointer and keys

    def _pointer_moved(self, position: QPointF) -> None:
        inside = any(pane.sceneBoundingRect().contains(position) for pane in self.shared.panes)
        self.point_at(float(self.price.mapSceneToView(position).x()) if inside else None)

    def point_at(self, ms: float | None) -> None:
        """Put the pointer line on the bar that holds this moment; None takes it away."""
        bars = self.shared.bars
        place = None if ms is None or bars is None else bars.at(ms)
        at_ms = None if place is None or bars is None else bars.start_ms + (place + 0.5) * bars.interval_ms
        if at_ms == self.shared.pointer_ms:
            return
        self.shared.pointer_ms = at_ms
        self.shared.repaint()
        self.axis.update()
        self.pointed.emit(place)

    def leaveEvent(self, event: object) -> None:
        """Take the pointer line away when the mouse leaves."""
        self.point_at(None)
        super().leaveEvent(event)

    def resizeEvent(self, event: object) -> None:
        """Give short windows lower panes."""
        super().resizeEvent(event)
        if hasattr(self, "axis"):
            self._set_heights()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether the keyboard brought the focus: then it is shown."""
        self._ring = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self._ring = False
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panes, and the ring of the keyboard's focus."""
        super().paintEvent(event)
        if self._ring:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(theme.colours().focus, 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the chart's own menu."""
        self.menu_wanted.emit(event.globalPos())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan and zoom by keyboard."""
        left, right = self.price.viewRange()[0]
        width = right - left
        match event.key():
            case Qt.Key.Key_Left:
                self.price.setXRange(left - width * 0.1, right - width * 0.1, padding=0)
            case Qt.Key.Key_Right:
                self.price.setXRange(left + width * 0.1, right + width * 0.1, padding=0)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.price.setXRange(left + width * 0.2, right, padding=0)
            case Qt.Key.Key_Minus:
                self.price.setXRange(left - width * 0.25, right, padding=0)
            case Qt.Key.Key_Home:
                self.reset()
            case _:
                event.ignore()

    def pane(self, place: int) -> Pane:
        """Return a pane, counted from the top."""
        return self.shared.panes[place]


def _funding_words(value: float) -> str:
    return tr("{rate} ({apr})", rate=wording.funding(value), apr=tr("APR {rate}", rate=wording.yearly(value)))


def _funding_tick(value: float) -> str:
    return wording.signed(f"{value * 100:.4f}")
