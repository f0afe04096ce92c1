"""The wallet's questions beside a transfer: the PIN grid and the passphrase."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.engine.commands import AnswerDevice, Command
from desktop.engine.desk_view import DeviceQuestion, DeviceView
from desktop.ui.device_panel import DevicePanel
from desktop.ui.transfer.pieces import Button


def shown(qtbot: QtBot, question: DeviceQuestion | None) -> tuple[DevicePanel, list[Command]]:
    """Return a visible panel with this question, and what it submits."""
    submitted: list[Command] = []
    panel = DevicePanel(submitted.append)
    qtbot.addWidget(panel)
    panel.resize(336, 620)
    panel.show_device(DeviceView(state="busy", model="Classic 1S", question=question))
    panel.show()
    return panel, submitted


def press(qtbot: QtBot, panel: DevicePanel, name: str) -> None:
    button = panel.findChild(Button, name)
    assert button is not None
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("keys", [9, 10])
def test_the_pin_grid_has_the_keys_of_the_device_and_tells_no_digit(qtbot: QtBot, keys: int) -> None:
    panel, submitted = shown(qtbot, DeviceQuestion(7, "pin", keys=keys))
    grid = [button for button in panel.findChildren(Button) if button.objectName().startswith("pinKey")]
    assert sum(button.isVisible() for button in grid) == keys
    assert {button.text() for button in grid} == {"•"}
    top_left = min((b for b in grid if b.isVisible()), key=lambda b: (b.y(), b.x()))
    assert top_left.objectName() == "pinKey7"
    for place in "71" + ("0" if keys == 10 else "9"):
        press(qtbot, panel, f"pinKey{place}")
    assert "●●●" in [label.text() for label in panel.findChildren(QLabel)]
    press(qtbot, panel, "pinBack")
    press(qtbot, panel, "pinDone")
    assert [(c.id, c.way, c.secret) for c in submitted if isinstance(c, AnswerDevice)] == [(7, "here", "71")]
    assert "●●" not in [label.text() for label in panel.findChildren(QLabel)]


def test_the_pin_may_be_typed_on_the_device_where_it_takes_that(qtbot: QtBot) -> None:
    panel, submitted = shown(qtbot, DeviceQuestion(7, "pin"))
    assert not panel.question.grid._done.isEnabled()
    press(qtbot, panel, "pinOnDevice")
    assert submitted == [AnswerDevice(7, "on_device")]
    other, _ = shown(qtbot, DeviceQuestion(8, "pin", on_device=False))
    assert not other.question.grid._there.isVisible()


def test_a_passphrase_is_hidden_while_typed_and_forgotten_after(qtbot: QtBot) -> None:
    panel, submitted = shown(qtbot, DeviceQuestion(3, "passphrase"))
    field = panel.findChild(QLineEdit, "passphrase")
    assert field is not None
    assert field.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(field, "abc def")
    press(qtbot, panel, "passphraseOpen")
    assert [(c.id, c.way, c.secret) for c in submitted if isinstance(c, AnswerDevice)] == [(3, "here", "abc def")]
    assert field.text() == ""


@pytest.mark.parametrize(
    ("button", "answer"),
    [
        ("passphraseNone", AnswerDevice(3, "here", "")),
        ("passphraseOnDevice", AnswerDevice(3, "on_device")),
        ("hiddenPin", AnswerDevice(3, "hidden_pin")),
    ],
)
def test_the_other_ways_to_a_wallet(qtbot: QtBot, button: str, answer: AnswerDevice) -> None:
    panel, submitted = shown(qtbot, DeviceQuestion(3, "passphrase", attach_pin=True))
    press(qtbot, panel, button)
    assert submitted == [answer]


def test_a_device_that_takes_it_only_itself_has_no_field_here(qtbot: QtBot) -> None:
    panel, _ = shown(qtbot, DeviceQuestion(3, "passphrase", here=False))
    assert not panel.question.passphrase.field.isVisible()
    assert not panel.question.passphrase._hidden.isVisible()


def test_what_was_typed_for_one_question_is_not_there_for_the_next(qtbot: QtBot) -> None:
    panel, submitted = shown(qtbot, DeviceQuestion(3, "pin"))
    press(qtbot, panel, "pinKey5")
    panel.show_device(DeviceView(state="busy", question=DeviceQuestion(4, "pin", hidden=True)))
    assert not panel.question.grid._done.isEnabled()
    panel.show_device(DeviceView(state="busy"))
    assert not panel.question.isVisible()
    assert submitted == []


@pytest.mark.parametrize(("kind", "words"), [("pin", "digits, shuffled"), ("passphrase", "waits for this computer")])
def test_the_drawn_glass_tells_what_is_waited_for(
    qtbot: QtBot, kind: Literal["pin", "passphrase"], words: str
) -> None:
    panel, _ = shown(qtbot, DeviceQuestion(4, kind))
    assert panel.picture.accessibleDescription() == words
    assert panel.right.text() == "asks you"


def test_cancel_is_offered_while_a_question_is_open(qtbot: QtBot) -> None:
    panel, submitted = shown(qtbot, DeviceQuestion(3, "pin"))
    press(qtbot, panel, "cancelOnDevice")
    assert type(submitted[0]).__name__ == "CancelOnDevice"
