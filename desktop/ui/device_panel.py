"""What the wallet shows at this moment: its screen with its exact words, and a Cancel that reaches the device."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.engine.commands import CancelOnDevice, Command, MendDevice, PressDeviceKey
from desktop.engine.desk_view import DeviceView
from desktop.ui import shapes, theme, wording
from desktop.ui.device_question import DeviceQuestionBox
from desktop.ui.transfer import look
from desktop.ui.transfer.pieces import Button, Panel, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.step_page import Submit
from desktop.ui.transfer_wording import device_caption, device_glass, device_state, tr

_BODY_WIDTH, _SCREEN_HEIGHT, _KEYS_HEIGHT, _EDGE = 276, 124, 48, 14
_LEAST_PX = 8
_USUAL_LINES, _LINE_PX = 6, 16
_INK, _QUIET_INK, _GLASS = "#F2F5F7", "#A9B5C1", "#000000"


class DeviceScreen(QWidget):
    """Draws the device with the words on its screen. The words are also its accessible description."""

    def __init__(self) -> None:
        super().__init__()
        self._device = DeviceView(state="absent")
        self._grow()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Screen of the device"))

    def show_device(self, device: DeviceView) -> None:
        """Draw this device."""
        if device == self._device:
            return
        self._device = device
        self.setAccessibleDescription(" ".join(device.screen) or device_glass(device))
        self._grow()
        self.update()

    def _grow(self) -> None:
        # A long text is never cut: what is signed has to be read to its end.
        more = max(0, len(self._device.screen) - _USUAL_LINES) * _LINE_PX
        self._glass_px = _SCREEN_HEIGHT + more
        self.setFixedHeight(self._glass_px + _KEYS_HEIGHT + 2 * _EDGE - 8)

    def body(self) -> QRectF:
        """Return where the device is drawn."""
        width = min(_BODY_WIDTH, self.width() - 2)
        return QRectF((self.width() - width) / 2, 1, width, self.height() - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw body, glass, words, and keys that only show where to press."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gone = self._device.state in ("absent", "connecting")
        body = self.body()
        edge = QPen(look.colour("field_edge"), 1.5, Qt.PenStyle.DashLine if gone else Qt.PenStyle.SolidLine)
        painter.setPen(edge)
        painter.setBrush(look.colour("raised"))
        painter.drawRoundedRect(body, 14, 14)
        glass = QRectF(body.left() + 20, body.top() + _EDGE, body.width() - 40, self._glass_px)
        painter.setPen(QPen(look.colour("divider"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush if gone else look.ink(_GLASS))
        painter.drawRoundedRect(glass, 4, 4)
        if gone or not self._device.screen:
            shapes.paint_hatch(painter, glass, theme.colours() if gone else theme.DARK)  # the glass is always dark
            painter.setPen(look.colour("second") if gone else look.ink(_QUIET_INK))
            painter.setFont(look.font(12))
            painter.drawText(glass, Qt.AlignmentFlag.AlignCenter, device_glass(self._device))
        else:
            _draw_words(painter, glass.adjusted(12, 9, -12, -7), self._device)
        if not self._device.has_keys:
            _draw_keys(painter, body)
        painter.end()


def _draw_words(painter: QPainter, room: QRectF, device: DeviceView) -> None:
    lines, px = device.screen, 13
    if not device.asks and len(lines) <= 2:
        _draw_at_rest(painter, room, lines)
        return
    while px > _LEAST_PX and _words_height(painter, room, lines, px) > room.height():
        px -= 1
    y = room.top()
    for index, text in enumerate(lines):
        y += _draw_line(painter, QRectF(room.left(), y, room.width(), room.height()), text, px, head=index == 0)
        if index == 0 and len(lines) > 1:
            painter.setPen(QPen(look.ink(_QUIET_INK), 1))
            painter.drawLine(int(room.left()), int(y + 2), int(room.right()), int(y + 2))
            y += 7


def _draw_at_rest(painter: QPainter, room: QRectF, lines: tuple[str, ...]) -> None:
    top = room.center().y() - 10 * len(lines)
    for index, text in enumerate(lines):
        painter.setFont(look.font(12, 400) if index else look.font(15, 600))
        painter.setPen(look.ink(_QUIET_INK if index else _INK))
        line = QRectF(room.left(), top + index * 22, room.width(), 20)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)


_WRAP = int(Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft)


def _words_height(painter: QPainter, room: QRectF, lines: tuple[str, ...], px: int) -> float:
    total = 7.0
    for index, text in enumerate(lines):
        painter.setFont(_face(text, px, head=index == 0))
        total += painter.boundingRect(room, _WRAP, text or " ").height() + 1
    return total


def _face(text: str, px: int, *, head: bool) -> QFont:
    if head:
        return look.font(px, 600)
    an_id = " " not in text.strip() and any(letter.isdigit() for letter in text)
    return look.mono(px) if an_id else look.font(px)


def _draw_line(painter: QPainter, room: QRectF, text: str, px: int, *, head: bool) -> float:
    painter.setFont(_face(text, px, head=head))
    painter.setPen(look.ink(_INK))
    painter.drawText(room, _WRAP, text)
    return painter.boundingRect(room, _WRAP, text or " ").height() + 1


def _draw_keys(painter: QPainter, body: QRectF) -> None:
    middle = body.bottom() - _KEYS_HEIGHT / 2 - 1
    for x, shape in ((body.left() + 68, shapes.Shape.NO), (body.right() - 68, shapes.Shape.YES)):
        painter.setPen(QPen(look.colour("field_edge"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(x - 15, middle - 15, 30, 30))
        shapes.paint(painter, QRectF(x - 6, middle - 6, 12, 12), shape, theme.colours(), look.colour("second"))


class DevicePanel(Panel):
    """The device beside a page. Its keys work only in practice; a real device is pressed by hand.

    `shows_addresses`: whether the page has addresses that the device can be asked to show again.
    """

    def __init__(self, submit: Submit, *, shows_addresses: bool = True) -> None:
        super().__init__(tr("What your device shows now"))
        self.setObjectName("devicePanel")
        self._submit = submit
        self._again_command: Command | None = None
        self.picture = DeviceScreen()
        self._no = Button("✕", "deviceNo", lambda: submit(PressDeviceKey(yes=False)))
        self._yes = Button("✓", "deviceYes", lambda: submit(PressDeviceKey(yes=True)))
        for key, name in ((self._no, tr("✕ on the practice device")), (self._yes, tr("✓ on the practice device"))):
            key.setAccessibleName(name)
            key.setToolTip(name)
            key.setFixedSize(64, 34)
        keys = row(self._no, self._yes, spacing=54)
        keys.insertStretch(0, 1)
        keys.addStretch(1)
        self._keys = boxed(keys)
        self._keys.setParent(self.picture)
        self.question = DeviceQuestionBox(submit)
        self._caption = words("", "second")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._remedy = words("", "strong", wrap=True)
        self._consent = words(
            tr("This lets everybody at this computer's screen open a OneKey. The system asks for your password."),
            "caption",
            wrap=True,
        )
        self._mend = Button(tr("Install the udev rule"), "mendDevice", lambda: submit(MendDevice()))
        self._trust = words(
            tr("Drawn from what was sent. If the device shows other words, trust the device and cancel."),
            "caption",
            wrap=True,
        )
        self._again = Button(tr("Show again"), "showAgain", self._show_again)
        self._cancel = Button(tr("Cancel on device"), "cancelOnDevice", lambda: submit(CancelOnDevice()))
        for widget in (self.picture, self._caption, self.question, self._remedy, self._consent, self._mend):
            self.inner.addWidget(widget)
        buttons = boxed(row(self._again, self._cancel))
        show_if(self._again, shows_addresses)
        self.add_section(boxed(column(self._trust, buttons, margins=(16, 10, 16, 12))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the practice keys on the drawn device."""
        super().resizeEvent(event)
        self._place_keys()

    def _place_keys(self) -> None:
        body = self.picture.body()
        top = int(body.bottom() - _KEYS_HEIGHT + 5)
        self._keys.setGeometry(int(body.left()) + 8, top, int(body.width()) - 16, 38)

    def show_device(self, device: DeviceView, again: Command | None = None, reason: str = "") -> None:
        """Draw the device. `again` is what 'Show again' asks for, `reason` why it may not. GUI thread."""
        self._again_command = again
        self.picture.show_device(device)
        set_words(self.right, device_state(device))
        set_words(self._caption, device_caption(device))
        self.question.show_question(device.question)
        set_words(self._remedy, wording.trouble_words(device))
        for widget in (self._consent, self._mend):
            show_if(widget, bool(device.mend))
        show_if(self._keys, device.has_keys)
        self._place_keys()
        idle = "" if device.asks else tr("The device asks nothing now.")
        for key in (self._no, self._yes):
            key.setEnabled(device.asks)
            key.setAccessibleDescription(idle)
        cancellable = device.asks or device.state == "busy" or device.question is not None
        self._cancel.allow("" if cancellable else idle)
        self._again.allow(reason if again is not None else tr("There is no address to show again on this page."))

    def _show_again(self) -> None:
        if self._again_command is not None:
            self._submit(self._again_command)
