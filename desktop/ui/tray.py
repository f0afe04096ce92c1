"""The tray: risk at a glance, and the same actions as in the window."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.custody.routes import ROUTES
from desktop.engine.commands import Acknowledge, Snooze
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor
from desktop.risk.reading import Level
from desktop.ui import icons, shapes, theme, wording
from desktop.ui.incident_list import shape_of as shape_of_incident
from desktop.ui.incident_list import when
from desktop.ui.risk_answers import in_order, proved_coins
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

LAST_INCIDENTS = 3
MORNING_HOUR = 8


def shape_of(view: DeskView | None) -> Shape:
    """Return what the icon shows: blind before snoozed before the level, critical before all but a total loss."""
    if view is None or not view.feeds or all(feed.state in ("down", "off") for feed in view.feeds):
        return Shape.UNKNOWN
    if view.level >= Level.CRITICAL:
        return Shape.CRITICAL
    if any(feed.state == "down" for feed in view.feeds):
        return Shape.UNKNOWN
    if view.snoozed_until_ms is not None:
        return Shape.SNOOZED
    return Shape.WARNING if view.level is Level.WARNING else Shape.CALM


def readiness_words(ready: Collection[str]) -> str:
    """Return which coins can leave: Readiness: BTC ready / ETH, USDT, USDC not ready."""
    every = in_order([way.coin for way in ROUTES])
    parts = [
        tr("{coins} ready", coins=", ".join(coin for coin in every if coin in ready)) if ready else "",
        tr("{coins} not ready", coins=", ".join(coin for coin in every if coin not in ready))
        if set(every) - set(ready)
        else "",
    ]
    return tr("Readiness: {words}", words=" / ".join(part for part in parts if part))


def state_line(view: DeskView | None) -> str:
    """Return the first line of the menu, such as 'Warning · 1 feed down, 1 stale'."""
    if view is None:
        return tr("Starting…")
    down = sum(feed.state == "down" for feed in view.feeds)
    stale = sum(feed.state == "stale" for feed in view.feeds)
    troubles = []
    if down:
        troubles.append(tr("{n} feed down", n=down) if down == 1 else tr("{n} feeds down", n=down))
    if stale:
        troubles.append(tr("{n} stale", n=stale))
    return " · ".join([wording.level_word(view.level), *([", ".join(troubles)] if troubles else [])])


def seconds_until_morning(now: datetime) -> int:
    """Return the seconds until the next 08:00 of the given clock."""
    morning = now.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    if morning <= now:
        morning += timedelta(days=1)
    return int((morning - now).total_seconds())


class Tray(QObject):
    """The tray icon and its menu, where this desktop has a tray. GUI thread.

    Signals:
        show_wanted: bring the window to the front.
        transfer_wanted(str): open the transfer for this incident.
        practice_wanted: open the practice world beside this one.
        quit_wanted: end the program, stop watching.
    """

    show_wanted = Signal()
    transfer_wanted = Signal(str)
    practice_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, door: EngineDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._worn: tuple[Shape, str] | None = None
        self._now_ms: int | None = None
        self.icon: QSystemTrayIcon | None = None
        self.menu = QMenu()
        self.menu.setToolTipsVisible(True)
        self.state = self._add(tr("Starting…"), self.show_wanted.emit)
        self.state.setFont(theme.font(theme.BODY, theme.SEMIBOLD))
        self.menu.addSeparator()
        self.incidents = [self._add("", self.show_wanted.emit) for _ in range(LAST_INCIDENTS)]
        self.menu.addSeparator()
        self.acknowledge = self._add(tr("Acknowledge all"), lambda: door.submit(Acknowledge()))
        self._add_snoozes()
        self.menu.addSeparator()
        self.readiness = self._add("", lambda: self.transfer_wanted.emit(""))
        self.transfer = self._add(tr("Open transfer"), lambda: self.transfer_wanted.emit(""))
        self.practice = self._add(tr("Practice…"), self.practice_wanted.emit)
        self.practice.setVisible(False)
        self.menu.addSeparator()
        self._add(tr("Show") + "\tCtrl+Y", self.show_wanted.emit)
        self._add(tr("Quit, stop watching") + "\tCtrl+Q", self.quit_wanted.emit)

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
        self._now_ms = view.now_ms
        self._say(self.state, state_line(view), shapes.of_level(view.level))
        newest = sorted(view.incidents, key=lambda i: (i.closed_ms is not None, -i.opened_ms))
        for place, action in enumerate(self.incidents):
            action.setVisible(place < len(newest))
            if place < len(newest):
                incident = newest[place]
                words = f"{wording.incident_title(incident)}\t{when(incident, view.now_ms)}"
                self._say(action, words, shape_of_incident(incident, view.now_ms))
        self.acknowledge.setEnabled(any(incident.acknowledged_ms is None for incident in view.incidents))
        ready = proved_coins(view)
        self._say(self.readiness, readiness_words(ready), Shape.YES if ready else Shape.NO)
        self.practice.setVisible(view.world == "live")
        self._wear(shape_of(view))
        if self.icon is not None:
            self.icon.setToolTip(f"Seawall: {state_line(view)}")

    def _say(self, action: QAction, words: str, shape: Shape) -> None:
        words = words.replace("&", "&&")
        look = (shape, theme.colours().name)
        if action.text() != words:
            action.setText(words)
        if action.data() != look:
            action.setData(look)
            action.setIcon(icons.menu_icon(shape))

    def _wear(self, shape: Shape) -> None:
        look = (shape, theme.colours().name)
        if look != self._worn and self.icon is not None:
            self.icon.setIcon(icons.tray_icon(shape))
        self._worn = look

    def _add(self, words: str, act: Callable[[], None]) -> QAction:
        action = self.menu.addAction(words)
        action.triggered.connect(lambda _checked=False: act())
        return action

    def _add_snoozes(self) -> None:
        self.snooze = self.menu.addMenu(tr("Snooze"))
        for words, seconds in ((tr("15 minutes"), 900), (tr("1 hour") + "\tCtrl+M", 3600)):
            self.snooze.addAction(words).triggered.connect(
                lambda _checked=False, length=seconds: self._door.submit(Snooze(seconds=length))
            )
        self.snooze.addAction(tr("Until 08:00")).triggered.connect(self._snooze_until_morning)
        self.snooze.addSeparator()
        self.snooze.addAction(tr("Critical still rings.")).setEnabled(False)

    def _snooze_until_morning(self) -> None:
        if self._now_ms is not None:
            here = datetime.fromtimestamp(self._now_ms / 1000).astimezone()
            self._door.submit(Snooze(seconds=seconds_until_morning(here)))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.show_wanted.emit()
