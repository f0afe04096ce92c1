"""A field for a whole number, with the air of every other field."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox, QWidget

_AIR = 8


class NumberBox(QSpinBox):
    """Typed, or changed with the arrow keys and the wheel. `says` is its accessible name."""

    def __init__(self, least: int, most: int, *, says: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(least, most)
        self.setAccessibleName(says)
        # The style sheet's padding ends at the frame: the number itself is drawn by a field of its own inside.
        self.lineEdit().setTextMargins(_AIR, 0, _AIR, 0)
