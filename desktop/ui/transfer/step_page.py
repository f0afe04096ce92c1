"""What every page of the transfer window has in common."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.engine.commands import Command
from desktop.ui.transfer.pieces import Button
from desktop.ui.transfer.seen import Seen

Submit = Callable[[Command], None]


class StepPage(QWidget):
    """A page draws what it is shown and hands in commands; it keeps nothing but text that is being typed.

    `side` are its buttons that belong beside the words 'What to do now'.
    """

    def __init__(self, name: str, submit: Submit) -> None:
        super().__init__()
        self.setObjectName(name)
        self._submit = submit
        self._id = ""
        self.side: tuple[QWidget, ...] = ()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)

    @property
    def transfer_id(self) -> str:
        """The transfer shown."""
        return self._id

    def show_transfer(self, seen: Seen) -> None:
        """Draw this transfer. A page about another transfer than before forgets what was typed. GUI thread."""
        if seen.transfer.id != self._id:
            self._id = seen.transfer.id
            self.forget()
        self.draw(seen)

    def draw(self, seen: Seen) -> None:
        """Draw it; every page does this its own way."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop what was typed."""

    def first_focus(self) -> QWidget | None:
        """Return what gets the focus when the page appears."""
        buttons = [button for button in self.findChildren(Button) if button.isEnabled() and button.isVisibleTo(self)]
        return next((b for b in buttons if b.property("kind") == "primary"), buttons[0] if buttons else None)
