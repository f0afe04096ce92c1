"""The wallet in full: what it shows, what it asks, what is wrong with it, and what Seawall can mend about that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.engine.desk_view import DeskView, DeviceView
from desktop.engine.door import EngineDoor
from desktop.ui import theme
from desktop.ui.device_panel import DevicePanel
from desktop.ui.parts import label
from desktop.ui.transfer import look
from desktop.ui.wording import tr

_WIDTH = 380


class WalletWindow(QDialog):
    """One device panel with the wallet's name above. Not modal: the market goes on behind it; Escape closes it."""

    def __init__(self, door: EngineDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Wallet"))
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self._which = label(tone="second", px=theme.CAPTION)
        self._which.setWordWrap(True)
        self.panel = DevicePanel(door.submit, shows_addresses=False)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(theme.GAP)
        column.addWidget(self._which)
        column.addWidget(self.panel)
        column.addStretch(1)
        self._dress()

    def show_view(self, view: DeskView) -> None:
        """Show the wallet as it stands."""
        self._which.setText(_which(view.device))
        self.panel.show_device(view.device)
        self._fit()

    def _fit(self) -> None:
        """Take the height that the words need at this width; a plain hint knows nothing of wrapped lines."""
        self._column.activate()
        self.setFixedHeight(self._column.totalHeightForWidth(_WIDTH))

    def changeEvent(self, event: QEvent) -> None:
        """Dress anew when the palette changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self._dress()

    def _dress(self) -> None:
        wanted = look.style_sheet()
        if self.styleSheet() != wanted:
            self.setStyleSheet(wanted)


def _which(device: DeviceView) -> str:
    prints = device.fingerprint.upper()
    wallet = tr("wallet {id}", id=f"{prints[:4]} {prints[4:]}") if prints else tr("no wallet is open")
    return " · ".join(part for part in (device.model, device.label, wallet) if part)
