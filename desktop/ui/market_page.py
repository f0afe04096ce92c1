"""The market page: the head, the tiles, three columns and the strip of context, and what each is told."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.engine.desk_view import CoinView, DeskView
from desktop.ui import theme
from desktop.ui.charts.chart_column import ChartColumn
from desktop.ui.context_strip import ContextStrip
from desktop.ui.exposure_panel import ExposurePanel
from desktop.ui.feed_list import FeedList
from desktop.ui.incident_list import IncidentList
from desktop.ui.next_step import NextStep
from desktop.ui.risk_header import RiskHeader
from desktop.ui.tiles import TileGrid
from desktop.ui.watchlist import Watchlist

SMALL_PX = 1400
LOW_PX = 880
TALL_PX = 960
LEFT_PX, RIGHT_PX = 212, 312
LEFT_SMALL_PX, RIGHT_SMALL_PX = 200, 276


class MarketPage(QWidget):
    """Lays the parts of the market page out and hands views to them; whoever holds it connects them. GUI thread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._window_px = 0
        self.header = RiskHeader()
        self.tiles = TileGrid()
        self.watchlist = Watchlist()
        self.feeds = FeedList()
        self.chart = ChartColumn()
        self.incidents = IncidentList()
        self.exposure = ExposurePanel()
        self.next_step = NextStep()
        self.context = ContextStrip()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self._inner = inner = QVBoxLayout()
        inner.setSpacing(theme.GAP)
        inner.addWidget(self.tiles)
        inner.addLayout(self._columns(), 1)
        column.addLayout(inner, 1)
        column.addWidget(self.context)

    def _columns(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self._left_column())
        self.chart.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        row.addWidget(self.chart, 1)
        row.addWidget(self._right_column())
        return row

    def _left_column(self) -> QWidget:
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(theme.GAP)
        left.addWidget(self.watchlist, 1)
        left.addWidget(self.feeds)
        return self._left

    def _right_column(self) -> QWidget:
        side = QWidget()
        side.setProperty("part", "scrolled")
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.GAP)
        right.addWidget(self.incidents, 1)
        right.addWidget(self.exposure)
        right.addWidget(self.next_step)
        self._right = QScrollArea()
        self._right.setObjectName("right column")
        self._right.setWidget(side)
        self._right.setWidgetResizable(True)
        self._right.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._right.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return self._right

    def fit(self, width: int, height: int) -> None:
        """Narrow the side columns and say less in a small window of so many pixels; the chart takes what remains."""
        small, self._window_px = width < SMALL_PX, height
        self._left.setFixedWidth(LEFT_SMALL_PX if small else LEFT_PX)
        self._right.setFixedWidth(RIGHT_SMALL_PX if small else RIGHT_PX)
        self._inner.setContentsMargins(*((8, 8, 8, 8) if small else (12, 8, 12, 8)))
        for part in (self.incidents, self.next_step):
            part.set_brief(height < LOW_PX)
        self.exposure.set_brief(height < TALL_PX)

    def show_words(self, view: DeskView, coin: CoinView | None, chosen: str) -> None:
        """Show what is read as text; `coin` is the `chosen` one where the view has it."""
        self.header.show_view(view)
        if coin is not None:
            self.tiles.show_coin(view, coin, hides_amounts=self.header.hides_amounts)
        self.watchlist.show_view(view, chosen)
        self.feeds.show_view(view)
        self.incidents.show_view(view)
        self.exposure.show_view(view)
        # Where both do not fit, the person's own numbers come first: the header says what is ready.
        self.next_step.setVisible(not (self.exposure.has_rows and self._window_px < TALL_PX))
        self.next_step.show_view(view)
        self.context.show_view(view, paused=self.chart.is_paused)

    @property
    def hides_amounts(self) -> bool:
        """Whether the person's own amounts are hidden."""
        return self.header.hides_amounts

    @hides_amounts.setter
    def hides_amounts(self, hidden: bool) -> None:
        self.header.hides_amounts = self.next_step.hides_amounts = self.exposure.hides_amounts = hidden
