"""Says over every page that Seawall is offline by choice: nothing is seen, and nothing can ring."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.engine.desk_view import DeskView
from desktop.ui import runs, shapes, theme
from desktop.ui.parts import button
from desktop.ui.runs import Mark, Space, Words
from desktop.ui.wording import tr


class OfflineBanner(QWidget):
    """Hidden while connections may be open. Signals: `online_wanted` when the person presses the button."""

    online_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offlineBanner")
        self.setFixedHeight(36)
        self.setAccessibleName(f"{self.word}. {self.words}")
        self.go_online = button(tr("Go online"), says=tr("Open the connections again"))
        self.go_online.clicked.connect(self.online_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 12, 4)
        row.addStretch(1)
        row.addWidget(self.go_online)
        self.hide()

    @property
    def word(self) -> str:
        """The word that is lit."""
        return tr("OFFLINE BY CHOICE")

    @property
    def words(self) -> str:
        """What that means."""
        return tr("No market is seen and no rule of the market can ring. It stays so after a restart.")

    def show_view(self, view: DeskView) -> None:
        """Show it while the person has closed all connections."""
        self.setVisible(view.offline)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the words on the tint of a warning."""
        colours, painter = theme.colours(), QPainter(self)
        painter.fillRect(self.rect(), colours.tint_warning)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), colours.divider)
        said = (
            Mark(shapes.Shape.WARNING, 13, 8, "warning"),
            Words(self.word, "warning", theme.BOLD),
            Space(12),
            Words(self.words, "text"),
        )
        runs.paint_line(painter, 16, 22.5, said, colours, self.width() - self.go_online.width() - 40)
