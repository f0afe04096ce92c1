"""The wallet in the head of the market page: how it is and which one; pressing it shows the wallet in full."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.engine.desk_view import DeviceView
from desktop.ui import runs, theme, wording
from desktop.ui.parts import set_tip
from desktop.ui.runs import Mark, Run, Words
from desktop.ui.shapes import Shape
from desktop.ui.theme import Tone
from desktop.ui.wording import tr

_LINE_PX = 18
_SHAPES = {
    "ready": Shape.LIVE,
    "busy": Shape.WARMING,
    "connecting": Shape.WARMING,
    "locked": Shape.STALE,
    "trouble": Shape.DOWN,
}


class WalletLine(QAbstractButton):
    """Two short lines, painted; `clicked` asks for the wallet in full. Equal facts again cost nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._device = DeviceView("absent")
        self.setFixedHeight(2 * _LINE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_device(self, device: DeviceView) -> None:
        """Show this wallet."""
        if device == self._device and self.accessibleName():
            return
        self._device = device
        self.setAccessibleName(runs.spoken((*state_runs(device), *below_runs(device))))
        told = (device.model, wording.trouble_words(device), tr("Press to see the wallet in full."))
        set_tip(self, "\n".join(part for part in told if part))
        self.update()

    def words(self) -> str:
        """Return both lines as plain words."""
        return self.accessibleName()

    def sizeHint(self) -> QSize:
        """Return the room that both lines would like."""
        lines = (state_runs(self._device), below_runs(self._device))
        return QSize(int(max(runs.width_of(line) for line in lines)) + 1, 2 * _LINE_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lines, each in the middle."""
        colours, painter = theme.colours(), QPainter(self)
        for number, line in enumerate((state_runs(self._device), below_runs(self._device))):
            x = max(0.0, (self.width() - runs.width_of(line)) / 2)
            runs.paint_line(painter, x, number * _LINE_PX + 13.3, line, colours, self.width() - x)
        if self.hasFocus():
            painter.setPen(colours.focus)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


def state_runs(device: DeviceView) -> tuple[Run, ...]:
    """Return how the wallet is, in a word or two; one that is reached and not right is marked."""
    help_wanted = _needs_help(device)
    shape = Shape.WARNING if help_wanted and device.state == "ready" else _SHAPES.get(device.state, Shape.UNKNOWN)
    tone: Tone = "text" if device.state in ("ready", "busy") else "second"
    if device.state == "absent" and not help_wanted:
        return (Mark(shape, 9, 7), Words("OneKey", tone))  # its words are too long for one line
    words = wording.device_words("trouble" if help_wanted else device.state)
    return (Mark(shape, 9, 7), Words("OneKey", tone), Words(f"  {words}", "second", px=theme.CAPTION))


def below_runs(device: DeviceView) -> tuple[Run, ...]:
    """Return which wallet is open, or where help is."""
    if _needs_help(device):
        return (Words(tr("what helps"), "second", px=theme.CAPTION, dotted=True),)
    prints = device.fingerprint.upper()
    words = wording.device_words("absent") if device.state == "absent" else ""
    words = tr("wallet {id}", id=f"{prints[:4]} {prints[4:]}") if prints else words
    return (Words(words, "second", px=theme.CAPTION),)


def _needs_help(device: DeviceView) -> bool:
    """Return whether something is wrong that is not told by the state alone."""
    return bool(device.mend) or (bool(device.trouble) and device.state != "locked")
