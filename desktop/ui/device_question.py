"""What the wallet wants from this computer: its PIN as places of its grid, or the passphrase of a wallet.

Nothing typed here is kept, shown or logged: digits are unknown here by design, a passphrase leaves with its answer.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from desktop.engine.commands import AnswerDevice
from desktop.engine.desk_view import AnswerWay, DeviceQuestion
from desktop.ui.transfer.pieces import Button, boxed, column, row, set_words, show_if, words
from desktop.ui.transfer.step_page import Submit
from desktop.ui.transfer_wording import tr

_KEYPAD = ("789", "456", "123")
_WIDE_KEY, _TEN_KEYS = "0", 10
_MOST_PLACES = 50
_KEY_SIZE = (56, 36)


class PinGrid(QWidget):
    """Keys without digits, laid out as on the device's screen; what was pressed is told by their number alone."""

    def __init__(self, submit: Submit) -> None:
        super().__init__()
        self._submit = submit
        self._question = DeviceQuestion(0, "pin")
        self._places = ""
        self.keys = {place: self._key(place) for place in "".join(_KEYPAD) + _WIDE_KEY}
        self._pressed = words("", "strong")
        self._pressed.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._back = Button("⌫", "pinBack", lambda: self._set(self._places[:-1]))
        self._back.setAccessibleName(tr("Take the last one back"))
        self._done = Button(tr("Unlock"), "pinDone", self._give, primary=True)
        self._there = Button(tr("Type it on the device"), "pinOnDevice", self._give_there)
        holder = boxed(self._laid())
        holder.setFixedWidth(3 * _KEY_SIZE[0] + 2 * 8)
        middle = row(holder)
        middle.insertStretch(0, 1)
        middle.addStretch(1)
        self.setLayout(column(boxed(middle), self._pressed, boxed(row(self._back, self._done)), self._there))

    def _key(self, place: str) -> Button:
        key = Button("•", f"pinKey{place}", lambda: self._set(self._places + place))
        key.setAccessibleName(tr("Key {place} of the grid").format(place=place))
        key.setFixedHeight(_KEY_SIZE[1])
        return key

    def _laid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for line, places in enumerate(_KEYPAD):
            for place, name in enumerate(places):
                grid.addWidget(self.keys[name], line, place)
        grid.addWidget(self.keys[_WIDE_KEY], len(_KEYPAD), 0, 1, 3)
        return grid

    def ask(self, question: DeviceQuestion) -> None:
        """Begin anew for this question."""
        self._question = question
        show_if(self.keys[_WIDE_KEY], question.keys == _TEN_KEYS)
        show_if(self._there, question.on_device)
        self._set("")

    def forget(self) -> None:
        """Forget what was pressed."""
        self._set("")

    def _set(self, places: str) -> None:
        self._places = places[:_MOST_PLACES]
        set_words(self._pressed, "●" * len(self._places))
        self._back.setEnabled(bool(self._places))
        self._done.allow("" if self._places else tr("Press the keys where your digits are."))

    def _give(self) -> None:
        answer = AnswerDevice(self._question.id, "here", self._places)
        self.forget()
        self._submit(answer)

    def _give_there(self) -> None:
        self.forget()
        self._submit(AnswerDevice(self._question.id, "on_device"))


class PassphraseField(QWidget):
    """Which wallet to open: the standard one, that of a passphrase typed here or there, or that of a hidden PIN."""

    def __init__(self, submit: Submit) -> None:
        super().__init__()
        self._submit = submit
        self._question = DeviceQuestion(0, "passphrase")
        self.field = QLineEdit()
        self.field.setObjectName("passphrase")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(tr("Passphrase"))
        self.field.setPlaceholderText(tr("Passphrase"))
        self.field.textChanged.connect(self._typed)
        self._open = Button(tr("Open its wallet"), "passphraseOpen", self._give, primary=True)
        self._standard = Button(tr("Standard wallet"), "passphraseNone", lambda: self._give_way("here"))
        self._there = Button(tr("Type it on the device"), "passphraseOnDevice", lambda: self._give_way("on_device"))
        self._hidden = Button(tr("PIN of a hidden wallet"), "hiddenPin", lambda: self._give_way("hidden_pin"))
        self._here = boxed(column(self.field, self._open))
        self.setLayout(column(self._here, self._standard, self._there, self._hidden))

    def ask(self, question: DeviceQuestion) -> None:
        """Begin anew for this question."""
        self._question = question
        show_if(self._here, question.here)
        show_if(self._standard, question.here)
        show_if(self._hidden, question.attach_pin)
        self.forget()
        self._typed("")

    def forget(self) -> None:
        """Forget what was typed."""
        self.field.clear()

    def _typed(self, text: str) -> None:
        self._open.allow("" if text else tr("Type the passphrase, or open the standard wallet."))

    def _give(self) -> None:
        answer = AnswerDevice(self._question.id, "here", self.field.text())
        self.forget()
        self._submit(answer)

    def _give_way(self, way: AnswerWay) -> None:
        self.forget()
        self._submit(AnswerDevice(self._question.id, way))


class DeviceQuestionBox(QWidget):
    """Holds the question the wallet has open, if any."""

    def __init__(self, submit: Submit) -> None:
        super().__init__()
        self.setObjectName("deviceQuestion")
        self._shown: DeviceQuestion | None = None
        self._head = words("", "strong", wrap=True)
        self._how = words("", "second", wrap=True)
        self.grid = PinGrid(submit)
        self.passphrase = PassphraseField(submit)
        self.setLayout(column(self._head, self._how, self.grid, self.passphrase))
        self.hide()

    def show_question(self, question: DeviceQuestion | None) -> None:
        """Show what is asked now; what was typed for another question is forgotten."""
        if question == self._shown:
            return
        self._shown = question
        show_if(self, question is not None)
        show_if(self.grid, question is not None and question.kind == "pin")
        show_if(self.passphrase, question is not None and question.kind == "passphrase")
        self.grid.forget()
        self.passphrase.forget()
        if question is None:
            return
        if question.kind == "pin":
            self.grid.ask(question)
            set_words(self._head, tr("PIN of the hidden wallet") if question.hidden else tr("PIN of the device"))
            set_words(self._how, tr("The device shows where each digit is. Press the same places here."))
        else:
            self.passphrase.ask(question)
            set_words(self._head, tr("Which wallet?"))
            set_words(self._how, tr("Each passphrase opens a wallet of its own. A typing error opens an empty one."))
