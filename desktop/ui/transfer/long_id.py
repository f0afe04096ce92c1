"""Long identifiers (exchange references, transaction ids): whole where there is room, else their ends; copied whole.

Addresses are never shown this way: they stand in groups, whole.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.ui.transfer.ends_label import EndsLabel
from desktop.ui.transfer.pieces import Button, row, set_words, show_if
from desktop.ui.transfer_wording import tr


class LongId(QWidget):
    """An identifier with a small button that copies all of it; the same is in its context menu."""

    def __init__(self, name: str, role: str = "body") -> None:
        super().__init__()
        self.label = EndsLabel(role, mono=True)
        self._copy = Button(tr("Copy"), name, self._copy_whole)
        self._copy.setProperty("kind", "quiet")
        self._action = QAction(tr("Copy"), self)
        self._action.triggered.connect(self._copy_whole)
        self.label.addAction(self._action)
        self.label.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        placed = row(self.label, self._copy, spacing=4)
        placed.setStretch(0, 1)
        self.setLayout(placed)

    def show_id(self, text: str, what: str, *, copied: bool = True) -> None:
        """Show it; `what` names it for the copy button. Hidden while it is empty."""
        set_words(self.label, text)
        self._copy.setAccessibleName(tr("Copy {what}").format(what=what))
        self._action.setEnabled(copied)
        show_if(self._copy, copied)
        show_if(self, bool(text))

    def _copy_whole(self) -> None:
        QGuiApplication.clipboard().setText(self.label.text())
