"""Says things inside the window: what the desktop could not notify, and notes that belong to no panel."""

from __future__ import annotations

import html

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.engine.ports import Notification
from desktop.ui import theme
from desktop.ui.parts import button, label
from desktop.ui.wording import tr

NOTE_MS = 12_000
ALERT_MS = 30_000
WIDTH_PX = 620
FOOT_PX = 40


def balloon_body(body: str) -> str:
    """Return the body for a tray balloon: some trays read mark-up, so nothing may look like it."""
    return html.escape(body, quote=False)


class NoticeBar(QFrame):
    """One notice at a time, floating over the foot of its parent; a newer one takes its place. It moves nothing.

    Signals:
        chosen(str, str): the notification's key and the action that was pressed.
    """

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self.setAccessibleName(tr("Notice"))
        self._key = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        words = QVBoxLayout()
        self.title = label(px=theme.TITLE, weight=theme.SEMIBOLD)
        self.title.setWordWrap(True)
        self.body = label(px=theme.BODY, tone="second")
        self.body.setWordWrap(True)
        words.addWidget(self.title)
        words.addWidget(self.body)
        row.addLayout(words, 1)
        self._buttons = QHBoxLayout()
        row.addLayout(self._buttons)
        close = button(tr("Close"), "quiet", says=tr("Close this notice"))
        close.clicked.connect(self.hide)
        row.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def show_notification(self, notification: Notification) -> None:
        """Show an alert with its own buttons; the incident itself stays in the list when the notice goes."""
        self._key = notification.key
        first = notification.body.split("\n")[0]
        self._say(notification.title, first, notification.actions)
        self._timer.start(ALERT_MS)

    def show_note(self, words: str) -> None:
        """Show a remark for a while."""
        self._key = ""
        self._say(words, "", ())
        self._timer.start(NOTE_MS)

    def _say(self, title: str, body: str, actions: tuple[tuple[str, str], ...]) -> None:
        self.title.setText(title)
        self.body.setText(body)
        self.body.setVisible(bool(body))
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for name, words in actions:
            pressed = button(tr(words))
            pressed.clicked.connect(lambda _checked=False, action=name: self._choose(action))
            self._buttons.addWidget(pressed)
            pressed.ensurePolished()
            pressed.setMinimumWidth(pressed.sizeHint().width())  # words wrap, what is pressed is never cut
        self.show()
        self.settle()

    def settle(self) -> None:
        """Take the place at the middle of the parent's foot."""
        room = self.parentWidget()
        if room is None:
            return
        self.setFixedWidth(min(WIDTH_PX, room.width() - 24))
        self.adjustSize()
        self.move((room.width() - self.width()) // 2, room.height() - self.height() - FOOT_PX)
        self.raise_()

    def _choose(self, action: str) -> None:
        self.hide()
        self.chosen.emit(self._key, action)
