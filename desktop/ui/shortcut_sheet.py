"""The sheet of keys, opened with '?'."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop.ui import theme
from desktop.ui.parts import label
from desktop.ui.wording import tr


def keys() -> tuple[tuple[str, str], ...]:
    """Return every key with what it does."""
    return (
        ("Tab", tr("next control")),
        ("Space", tr("pause or resume the chart (when it has the focus); alerts go on")),
        (tr("Left  Right"), tr("move the chart (when it has the focus)")),
        ("+  −", tr("zoom the chart")),
        ("Home", tr("chart back to the newest bars")),
        ("Ctrl+M", tr("snooze all for 1 h; critical still rings")),
        ("Ctrl+K", tr("find a coin, watch it, stop watching it")),
        ("Ctrl+I", tr("all indicators of the coin, with their evidence")),
        ("Ctrl+D", tr("all feeds in full")),
        ("Ctrl+O", tr("the wallet: what it shows, and what helps")),
        ("Ctrl+R", tr("alert rules, and what they would have done")),
        ("Ctrl+,", tr("settings: where alerts go")),
        ("Ctrl+Shift+H", tr("hide or show amounts")),
        ("Ctrl+Y", tr("to the tray")),
        ("F11", tr("full screen")),
        ("Esc", tr("back to the market; leave full screen")),
        ("Ctrl+Q", tr("quit, stop watching")),
        ("?", tr("this sheet")),
    )


class ShortcutSheet(QDialog):
    """Lists the keys. Not modal: the market goes on behind it; Escape closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 16, 24, 16)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for row, (key, words) in enumerate(keys()):
            grid.addWidget(label(key, weight=theme.SEMIBOLD), row, 0)
            grid.addWidget(label(words, tone="second"), row, 1)
