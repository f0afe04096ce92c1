"""Positions and coins by hand: exact amounts, named mistakes, and what can be removed."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.domain.errors import BadInput
from desktop.domain.position import Holding, Holdings, Position
from desktop.engine.commands import DropHandHolding, DropHandPosition, KeepHandHolding, KeepHandPosition
from desktop.ui.settings.hand_entry import HandEntry, amount_of
from tests.fakes import desk, whole_desk

ETH = Position(
    "bybit", "ETHUSDT", "ETH", 1, Decimal("38.00"), Decimal("2520.5"), "isolated", "hand", desk.NOW_MS,
    leverage=Decimal(8),
)  # fmt: skip
BTC = Holding("bybit", "BTC", Decimal("0.5915"), True, "hand", desk.NOW_MS)


def opened(qtbot: QtBot) -> tuple[HandEntry, desk.FakeEngineDoor]:
    """Return the window and its door."""
    door = desk.FakeEngineDoor()
    window = HandEntry(door)
    qtbot.addWidget(window)
    mine = msgspec.structs.replace(
        whole_desk.exposure(), by_hand=(Holdings("bybit", "by hand", (ETH,), (BTC,), "hand", desk.NOW_MS),)
    )
    window.show_view(whole_desk.storm(exposure=mine))
    return window, door


def press(qtbot: QtBot, pressed: QPushButton) -> None:
    """Press a button."""
    qtbot.mouseClick(pressed, Qt.MouseButton.LeftButton)


def test_a_position_is_handed_over_exactly_as_written(qtbot: QtBot) -> None:
    window, door = opened(qtbot)
    form = window.position
    form.venue.setCurrentIndex(1)
    form.coin.setText("eth")
    form.quantity.setText("38.00")
    form.entry.setText("2,520.5")
    form.leverage.setText("8")
    press(qtbot, form.keep)
    assert door.commands == [KeepHandPosition(ETH)]


def test_coins_are_handed_over_with_their_use(qtbot: QtBot) -> None:
    window, door = opened(qtbot)
    form = window.holding
    form.venue.setCurrentIndex(1)
    form.coin.setText("BTC")
    form.amount.setText("0.5915")
    form.collateral.setChecked(True)
    press(qtbot, form.keep)
    assert door.commands == [KeepHandHolding(BTC)]


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("quantity", "many", "Quantity is not a number"),
        ("quantity", "0", "Quantity"),
        ("entry", "", "Entry price is not a number"),
        ("leverage", "5000", "Leverage"),
        ("coin", "e t h!", "Coin"),
        ("margin", "nan", "Margin, USD is not a number"),
    ],
)
def test_a_field_that_cannot_be_is_named_and_nothing_is_handed_over(
    qtbot: QtBot, field: str, text: str, words: str
) -> None:
    window, door = opened(qtbot)
    form = window.position
    for name, value in (("coin", "ETH"), ("quantity", "1"), ("entry", "2500"), ("leverage", "8"), (field, text)):
        getattr(form, name).setText(value)
    press(qtbot, form.keep)
    assert words in form.verdict.text()
    assert door.commands == []


def test_what_is_kept_is_listed_and_can_be_removed(qtbot: QtBot) -> None:
    window, door = opened(qtbot)
    window.show()
    removes = [found for found in window.entered.findChildren(QPushButton) if "Remove" in found.accessibleName()]
    assert [found.accessibleName() for found in removes] == [
        "Remove Bybit · ETH long 38.00",
        "Remove Bybit · BTC 0.5915, collateral",
    ]
    for found in removes:
        press(qtbot, found)
    assert door.commands == [DropHandPosition("bybit", "ETHUSDT", 1), DropHandHolding("bybit", "BTC", True)]


def test_spaces_and_commas_between_digits_are_read() -> None:
    assert amount_of("1 000,000.50", "Amount") == Decimal("1000000.50")
    assert amount_of("", "Margin", needed=False) is None


@pytest.mark.parametrize("text", ["1e400000", "inf", "--1", "", "٣", "1.2.3", "0x10"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        amount_of(text, "Amount")
