"""The pages that open with one sentence: outcome unknown, arrived, rejected, given up."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame

from desktop.ui import shapes, theme
from desktop.ui.transfer import look
from desktop.ui.transfer.marks import Mark, MarkShape
from desktop.ui.transfer.pieces import boxed, column, row, set_words, words
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_sentences import banner

_MARKS: dict[str, Mark] = {"unknown": "unknown", "refused": "stop", "done": "tick", "dropped": "cross"}


class Banner(QFrame):
    """One sentence and its explanation; hatched while nothing is known. Hidden on pages without one."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transferBanner")
        self.setProperty("part", "card")
        self._kind = ""
        self._mark = MarkShape("unknown", 38)
        self.sentence = words("", "sentence", wrap=True)
        self._text = words("", "large", wrap=True)
        texts = boxed(column(self.sentence, self._text, spacing=6))
        placed = row(self._mark, texts, spacing=22, margins=(26, 18, 26, 18))
        placed.setStretch(1, 1)
        self.setLayout(placed)

    def show_transfer(self, seen: Seen) -> None:
        """Say the sentence of this transfer's state, if it has one."""
        told = banner(seen)
        self.setVisible(told is not None)
        if told is None:
            return
        self._kind = told[0]
        self._mark.set_mark(_MARKS[told[0]])
        set_words(self.sentence, told[1])
        set_words(self._text, told[2])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Hatch the ground of what is unknown, tint that of a refusal."""
        super().paintEvent(event)
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._kind == "unknown":
            shapes.paint_hatch(painter, box, theme.colours())
        elif self._kind == "refused":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(look.colour("critical"))
            painter.setBrush(look.colour("tint_critical"))
            painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), 6, 6)
        painter.end()
