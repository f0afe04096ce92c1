"""The wallet in the head of the market page and in a window of its own: its trouble is told with what mends it."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.engine.commands import AnswerDevice, MendDevice
from desktop.engine.desk_view import DeskView, DeviceQuestion, DeviceView
from desktop.ui.main_window import MainWindow
from desktop.ui.transfer.pieces import Button
from desktop.ui.wallet_window import WalletWindow
from tests.fakes import desk, whole_desk

NO_RULE = DeviceView(
    "absent", trouble="this system has no udev rule that opens the wallet (1209:53c1)", mend="udev-rule"
)
WRONG = DeviceView(
    "ready",
    "Classic 1S",
    "Harbour",
    "5c9e228d",
    trouble="Classic 1S opens wallet 5c9e228d where aaaaaaaa is expected",
    remedy="Open it with the PIN and passphrase of the expected wallet, or connect that device.",
)


def with_wallet(device: DeviceView) -> DeskView:
    """Return the storm with this wallet."""
    return msgspec.structs.replace(whole_desk.storm(), device=device)


def opened(qtbot: QtBot, device: DeviceView) -> tuple[MainWindow, desk.FakeEngineDoor, WalletWindow]:
    """Return the main window, its door, and the wallet's window, opened by its line in the head."""
    door = desk.FakeEngineDoor(with_wallet(device))
    window = MainWindow(door)
    qtbot.addWidget(window)
    window.show()
    window.show_words(with_wallet(device))
    qtbot.mouseClick(window.header.wallet, Qt.MouseButton.LeftButton)
    wallet = window.findChild(WalletWindow)
    assert wallet is not None
    assert wallet.isVisible()
    door.commands.clear()
    return window, door, wallet


def said(wallet: WalletWindow) -> str:
    """Return every visible word of the window."""
    return " ".join(label.text() for label in wallet.findChildren(QLabel) if label.isVisible())


def shown(wallet: WalletWindow, name: str) -> Button | None:
    """Return the button of that name if it is to be seen."""
    return next((one for one in wallet.findChildren(Button, name) if one.isVisible()), None)


def test_a_missing_rule_is_mended_where_it_is_told(qtbot: QtBot) -> None:
    window, door, wallet = opened(qtbot, NO_RULE)
    assert "This system has no udev rule that opens the wallet (1209:53c1)." in said(wallet)
    assert "asks for your password" in said(wallet)
    assert "what helps" in window.header.wallet.words()
    button = shown(wallet, "mendDevice")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert door.commands == [MendDevice()]
    window.show_words(with_wallet(DeviceView("ready", "Pro", "Harbour", "5c9e228d")))
    assert shown(wallet, "mendDevice") is None
    assert "wallet 5C9E 228D" in said(wallet)
    assert "what helps" not in window.header.wallet.words()


def test_a_wallet_that_is_reached_and_not_right_looks_unlike_one_that_is(qtbot: QtBot) -> None:
    window, _, wallet = opened(qtbot, WRONG)
    assert "needs help" in window.header.wallet.words()
    assert "where aaaaaaaa is expected. Open it with the PIN" in said(wallet)
    window.show_words(with_wallet(msgspec.structs.replace(WRONG, trouble="", remedy="")))
    assert window.header.wallet.words() == "OneKey ready wallet 5C9E 228D"


def test_the_window_follows_the_wallet_while_another_page_is_in_front(qtbot: QtBot) -> None:
    window, door, wallet = opened(qtbot, DeviceView("absent"))
    window.open_rules()
    asking = DeviceView("busy", "Classic 1S", question=DeviceQuestion(7, "pin"))
    window.show_words(with_wallet(asking))
    places = shown(wallet, "pinKey7")
    assert places is not None
    qtbot.mouseClick(places, Qt.MouseButton.LeftButton)
    done = shown(wallet, "pinDone")
    assert done is not None
    qtbot.mouseClick(done, Qt.MouseButton.LeftButton)
    assert [one for one in door.commands if isinstance(one, AnswerDevice)] == [AnswerDevice(7, "here", "7")]


@pytest.mark.parametrize("name", ["showAgain"])
def test_what_needs_a_transfer_is_not_offered(qtbot: QtBot, name: str) -> None:
    _, _, wallet = opened(qtbot, WRONG)
    assert shown(wallet, name) is None
    assert shown(wallet, "cancelOnDevice") is not None


def test_the_wallet_is_reached_by_keyboard(qtbot: QtBot) -> None:
    door = desk.FakeEngineDoor(with_wallet(NO_RULE))
    window = MainWindow(door)
    qtbot.addWidget(window)
    window.show()
    window.show_words(with_wallet(NO_RULE))
    window.header.wallet.setFocus()
    qtbot.keyClick(window.header.wallet, Qt.Key.Key_Space)
    assert window.findChild(WalletWindow) is not None
