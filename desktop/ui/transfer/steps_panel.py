"""The left column: seven steps, where the person is, and what each one came to."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.transfer import look
from desktop.ui.transfer.marks import Mark, draw_mark
from desktop.ui.transfer.pieces import Panel, set_words, words
from desktop.ui.transfer.seen import PAGES, Seen
from desktop.ui.transfer_wording import saved_line, step_names, step_note, tr

_WIDTH = 232
_NARROW_WIDTH = 184
_ROW_HEIGHT, _NARROW_ROW_HEIGHT = 54, 64
_NOTE_FLAGS = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_MARKS: dict[str, Mark] = {"done": "tick", "now": "here", "unknown": "unknown", "refused": "cross"}


class _Step(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._mark: Mark = "open"
        self._name = self._note = ""
        self._here = False
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Make room for a note of two lines where one is too narrow for it."""
        self.setFixedHeight(_NARROW_ROW_HEIGHT if narrow else _ROW_HEIGHT)

    def show_step(self, number: int, name: str, note: str, mark: Mark, *, here: bool) -> None:
        told = (f"{number}  {name}", note, mark, here)
        if told == (self._name, self._note, self._mark, self._here):
            return
        self._name, self._note, self._mark, self._here = told
        done = {"tick": tr("done"), "here": tr("you are here"), "unknown": tr("unknown"), "cross": tr("ended")}
        self.setAccessibleName(f"{number} {name}, {done.get(mark, tr('to come'))}")
        self.setAccessibleDescription(note)
        self.setToolTip(note)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._here:
            painter.fillRect(self.rect(), look.colour("selected"))
            painter.fillRect(0, 0, 2, self.height(), look.colour("text"))
        draw_mark(painter, self._mark, QRectF(14, 11, 16, 16))
        quiet = self._mark == "open"
        painter.setFont(look.font(13, 600 if self._here else 500))
        painter.setPen(look.colour("second" if quiet else "text"))
        painter.drawText(QRectF(43, 9, self.width() - 48, 20), Qt.AlignmentFlag.AlignVCenter, self._name)
        painter.setFont(look.font(11))
        painter.setPen(look.colour("third" if quiet else "second"))
        painter.drawText(QRectF(43, 29, self.width() - 48, self.height() - 31), _NOTE_FLAGS, self._note)
        painter.end()


class StepsPanel(Panel):
    """The steps of one transfer; it only shows, moving on happens on the pages."""

    def __init__(self) -> None:
        super().__init__(tr("Steps"), margin=0)
        self.setObjectName("transferSteps")
        self.setFixedWidth(_WIDTH)
        self.inner.setContentsMargins(0, 8, 0, 8)
        self.inner.setSpacing(0)
        self._steps = tuple(_Step() for _ in range(7))
        for step in self._steps:
            self.inner.addWidget(step)
        self.inner.addStretch(1)
        self._saved = words("", "second", wrap=True)
        self._saved.setContentsMargins(14, 10, 14, 10)
        self.add_section(self._saved)

    def set_narrow(self, narrow: bool) -> None:
        """Take less room where the window is small."""
        self.setFixedWidth(_NARROW_WIDTH if narrow else _WIDTH)
        for step in self._steps:
            step.set_narrow(narrow)

    def show_transfer(self, seen: Seen) -> None:
        """Show where this transfer stands."""
        standing, here = seen.steps, seen.step
        for number, (widget, name) in enumerate(zip(self._steps, step_names(), strict=True), start=1):
            mark = _MARKS.get(standing.get(PAGES[number - 1], ""), "open")
            widget.show_step(number, name, step_note(number, seen), mark, here=number == here)
        set_words(self._saved, saved_line(seen))
