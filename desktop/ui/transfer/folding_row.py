"""A row that becomes a column where its parts have no room beside each other."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

_D = QBoxLayout.Direction


class FoldingRow(QWidget):
    """Widgets beside each other, in a narrow place below each other. `stretch` is the part that takes what is over.

    Without `stretch` what is over stays free at the end.
    """

    def __init__(self, *widgets: QWidget, spacing: int = 8, stretch: int | None = None) -> None:
        super().__init__()
        self._widgets = widgets
        self._box = QBoxLayout(_D.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        self._spacing = spacing
        for place, widget in enumerate(widgets):
            self._box.addWidget(widget, 1 if place == stretch else 0)
        if stretch is None:
            self._box.addStretch(1)

    @property
    def folded(self) -> bool:
        """Whether the parts stand below each other."""
        return self._box.direction() is _D.TopToBottom

    def minimumSizeHint(self) -> QSize:
        """Return the room of the widest part: below each other they always fit."""
        hint = super().minimumSizeHint()
        widest = max((one.minimumSizeHint().width() for one in self._shown()), default=0)
        return QSize(widest, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold, or unfold."""
        super().resizeEvent(event)
        shown = self._shown()
        gaps = self._spacing * max(0, len(shown) - 1)
        needed = sum(max(one.minimumSizeHint().width(), one.minimumWidth()) for one in shown) + gaps
        wanted = _D.TopToBottom if needed > self.width() else _D.LeftToRight
        if wanted is not self._box.direction():
            self._box.setDirection(wanted)
            self._box.setSpacing(self._spacing if wanted is _D.LeftToRight else min(self._spacing, 6))

    def _shown(self) -> list[QWidget]:
        return [one for one in self._widgets if not one.isHidden()]
