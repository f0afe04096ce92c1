"""The tray: risk at a glance, and the same actions as in the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.engine.commands import Acknowledge, Snooze
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor
from desktop.risk.reading import Level
from desktop.ui import shapes, theme, wording
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

SIZES = (16, 20, 22, 24, 32, 48, 64, 128)
LAST_INCIDENTS = 3


def shape_of(view: DeskView | None) -> Shape:
    """Return what the icon shows: blind before snoozed before the level."""
    if view is None or not view.feeds or all(feed.state in ("down", "off") for feed in view.feeds):
        return Shape.UNKNOWN
    if view.level >= Level.CRITICAL:
        return Shape.CRITICAL
    if any(feed.state == "down" for feed in view.feeds):
        return Shape.UNKNOWN
    if view.snoozed_until_ms is not None:
        return Shape.SNOOZED
    return Shape.WARNING if view.level is Level.WARNING else Shape.CALM


def state_line(view: DeskView | None) -> str:
    """Return the first line of the menu, such as 'Warning · 1 feed down'."""
    if view is None:
        return tr("Starting…")
    down = sum(feed.state == "down" for feed in view.feeds)
    stale = sum(feed.state == "stale" for feed in view.feeds)
    words = [wording.level_word(view.level)]
    if down:
        words.append(tr("{n} feed down", n=down))
    if stale:
        words.append(tr("{n} stale", n=stale))
    return " · ".join(words)


def icon(shape: Shape) -> QIcon:
    """Return Seawall's icon with this shape above the water; the calm one shows the wall."""
    made = QIcon()
    for size in SIZES:
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size / 24, size / 24)
        if shape is Shape.CALM:
            _paint_wall(painter, theme.colours().text)
        else:
            shapes.paint(painter, QRectF(5, 0.5, 14, 14), shape, theme.colours())
        _paint_water(painter, theme.colours().text)
        painter.end()
        made.addPixmap(picture)
    return made


def _paint_wall(painter: QPainter, ink: QColor) -> None:
    painter.setPen(QPen(ink, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(3.5, 2, 17, 12))
    painter.drawLine(QPointF(3.5, 8), QPointF(20.5, 8))
    for x, top, bottom in ((9.0, 2.0, 8.0), (15.0, 2.0, 8.0), (12.0, 8.0, 14.0)):
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))


def _paint_water(painter: QPainter, ink: QColor) -> None:
    painter.setPen(QPen(ink, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    for y in (17.5, 21.5):
        points = [QPointF(3 + step * 3, y + (1.2 if step % 2 else -0.6)) for step in range(7)]
        painter.drawPolyline(QPolygonF(points))


class Tray(QObject):
    """The tray icon and its menu, where this desktop has a tray. GUI thread.

    Signals:
        show_wanted: bring the window to the front.
        transfer_wanted(str): open the transfer for this incident.
        quit_wanted: end the program, stop watching.
    """

    show_wanted = Signal()
    transfer_wanted = Signal(str)
    quit_wanted = Signal()

    def __init__(self, door: EngineDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._shape: Shape | None = None
        self.menu = QMenu()
        self.state = self._add(tr("Starting…"))
        self.state.setEnabled(False)
        self.menu.addSeparator()
        self.incidents = [self._add("") for _ in range(LAST_INCIDENTS)]
        for action in self.incidents:
            action.triggered.connect(self.show_wanted)
        self.menu.addSeparator()
        self._add(tr("Acknowledge all")).triggered.connect(lambda: door.submit(Acknowledge()))
        self._add_snoozes()
        self.menu.addSeparator()
        self.transfer = self._add(tr("Open transfer"))
        self.transfer.triggered.connect(lambda: self.transfer_wanted.emit(""))
        self._add(tr("Show")).triggered.connect(self.show_wanted)
        self._add(tr("Quit, stop watching")).triggered.connect(self.quit_wanted)
        self.icon: QSystemTrayIcon | None = None

    def appear(self) -> bool:
        """Show the icon; return False where this desktop has no tray."""
        # isVisible and supportsMessages say True even without a host; only this answer can be trusted.
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return False
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self._wear(Shape.UNKNOWN)
        self.icon.show()
        return True

    def show_view(self, view: DeskView) -> None:
        """Let icon and menu say what the view says."""
        self.state.setText(state_line(view))
        for action, place in zip(self.incidents, range(LAST_INCIDENTS), strict=True):
            known = place < len(view.incidents)
            action.setVisible(known)
            if known:
                incident = view.incidents[place]
                when = wording.clock(incident.opened_ms)
                action.setText(f"{wording.incident_title(incident)} · {when}".replace("&", "&&"))
        self._wear(shape_of(view))
        if self.icon is not None:
            self.icon.setToolTip(f"Seawall: {state_line(view)}")

    def _wear(self, shape: Shape) -> None:
        if shape is not self._shape and self.icon is not None:
            self.icon.setIcon(icon(shape))
        self._shape = shape

    def _add(self, words: str) -> QAction:
        return self.menu.addAction(words)

    def _add_snoozes(self) -> None:
        snooze = self.menu.addMenu(tr("Snooze"))
        for words, seconds in ((tr("15 minutes"), 900), (tr("1 hour"), 3600)):
            snooze.addAction(words).triggered.connect(
                lambda _checked=False, length=seconds: self._door.submit(Snooze(seconds=length))
            )
        snooze.addSeparator()
        snooze.addAction(tr("Critical still rings.")).setEnabled(False)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.show_wanted.emit()
