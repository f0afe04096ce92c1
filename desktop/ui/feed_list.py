"""The feeds: one row a venue, how it is heard, how much, how late. A silent one never looks calm."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.engine.desk_view import DeskView, FeedView
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.parts import Card, set_tip
from desktop.ui.risk_answers import feed_runs
from desktop.ui.runs import Run, Words
from desktop.ui.wording import tr

ROW_PX = 45
_EDGE = 12


class FeedRow(QAbstractButton):
    """One venue's feed. Pressing it shows all feeds in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed: FeedView | None = None
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_feed(self, feed: FeedView) -> None:
        """Show how this feed is heard; the same facts again cost nothing."""
        if feed == self._feed:
            return
        self._feed = feed
        self.setAccessibleName(wording.venue(feed.venue))
        self.setAccessibleDescription(runs.spoken((*feed_runs(feed), *_below(feed))))
        set_tip(self, feed.reason or runs.spoken(_below(feed)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row."""
        if self._feed is None:
            return
        colours, painter, feed = theme.colours(), QPainter(self), self._feed
        area = QRectF(self.rect())
        if feed.state in ("down", "off"):
            shapes.paint_hatch(painter, area, colours)
        painter.fillRect(QRectF(0, 0, self.width(), 1), colours.divider)
        room = self.width() - 2 * _EDGE
        runs.paint_line(painter, _EDGE, 19.5, feed_runs(feed), colours, room)
        runs.paint_line(painter, _EDGE, 36, _below(feed), colours, room)
        if self.hasFocus():
            painter.setPen(colours.focus)
            painter.drawRect(area.adjusted(0.5, 1.5, -0.5, -0.5))


def _below(feed: FeedView) -> tuple[Run, ...]:
    if feed.state in ("down", "stale") and feed.reason:
        return (Words(feed.reason, "second", px=theme.CAPTION, dotted=True),)
    parts = [tr("{n} messages", n=f"{feed.messages:,}")]
    if feed.completeness in ("sample", "partial"):
        parts = [tr("sample") if feed.completeness == "sample" else tr("partial"), *parts]
    if feed.latency_ms is not None:
        parts.append(tr("{n} ms late", n=round(feed.latency_ms)))
    if feed.unparsed:
        parts.append(tr("{n} unread", n=f"{feed.unparsed:,}"))
    return (Words(" · ".join(parts), "second", px=theme.CAPTION),)


class FeedList(Card):
    """All feeds of this world, under the watch list.

    Signals: `health_wanted` when a row is pressed.
    """

    health_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Feeds"), parent)
        self.rows: list[FeedRow] = []

    def show_view(self, view: DeskView) -> None:
        """Show the feeds of a view."""
        live = sum(feed.state == "live" for feed in view.feeds)
        self.right.setText(tr("{n} of {all} live", n=live, all=len(view.feeds)))
        while len(self.rows) < len(view.feeds):
            row = FeedRow()
            row.clicked.connect(self.health_wanted)
            self.rows.append(row)
            self.body.addWidget(row)
        for row, feed in zip(self.rows, view.feeds, strict=False):
            row.show_feed(feed)
