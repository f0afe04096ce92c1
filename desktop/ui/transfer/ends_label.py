"""One line of plain text whose middle gives way where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop.ui.transfer import look

_FEWEST_SIGNS = 9


class EndsLabel(QLabel):
    """One line of plain text whose middle gives way where there is no room; the whole is in the tool tip.

    `text()` is always the whole text.
    """

    def __init__(self, role: str = "body", *, mono: bool = False) -> None:
        super().__init__()
        px, weight, tone = look.ROLES[role]
        self.setFont(look.mono(px, weight) if mono else look.font(px, weight))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few signs of both ends."""
        metrics = self.fontMetrics()
        least = min(metrics.horizontalAdvance(self.text()), metrics.horizontalAdvance("0" * _FEWEST_SIGNS))
        return QSize(least + 2, super().minimumSizeHint().height())

    @property
    def drawn(self) -> str:
        """What is drawn at this width."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())

    @property
    def is_whole(self) -> bool:
        """Whether all of it is drawn."""
        return self.drawn == self.text()

    def setText(self, text: str) -> None:
        """Show this text."""
        super().setText(text)
        self.setAccessibleName(text)
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the whole text in the tool tip where it is cut."""
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        self.setToolTip("" if self.is_whole else self.text())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both ends."""
        painter = QPainter(self)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self.style().drawItemText(
            painter, self.rect(), int(flags), self.palette(), self.isEnabled(), self.drawn, self.foregroundRole()
        )
        painter.end()
