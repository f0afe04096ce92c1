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


def balloon_body(body: str) -> str:
    """Return the body for a tray balloon: some trays read mark-up, so nothing may look like it."""
    return html.escape(body, quote=False)


class NoticeBar(QFrame):
    """One notice at a time under the header; a newer one takes its place.

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
        """Show an alert with its own buttons; it stays until it is closed or answered."""
        self._timer.stop()
        self._key = notification.key
        self._say(notification.title, notification.body, notification.actions)

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
        self.show()

    def _choose(self, action: str) -> None:
        self.hide()
        self.chosen.emit(self._key, action)
