"""Fields that Qt draws from the style sheet: what is in them can be seen, and has air at its left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.number_box import NumberBox
from desktop.ui.rules.rule_form import RuleForm
from desktop.ui.rules.threshold_panel import ThresholdPanel
from desktop.ui.settings.hand_entry import HandEntry
from desktop.ui.settings.settings_window import SettingsWindow
from desktop.ui.theme import Wardrobe
from tests.fakes import whole_desk
from tests.fakes.desk import FakeEngineDoor

_APART = 60


@pytest.fixture(params=["dark", "light"])
def dressed(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """Dress the application, and undress it afterwards."""
    before = qapp.styleSheet()
    wardrobe = Wardrobe(qapp, request.param)
    yield request.param
    wardrobe.deleteLater()
    qapp.setStyleSheet(before)


def ink(widget: QWidget) -> list[int]:
    """Return the columns inside the frame in which something is drawn that stands out from the ground."""
    image: QImage = widget.grab().toImage()
    ratio = image.devicePixelRatio()
    ground = QColor(image.pixel(int(4 * ratio), int(4 * ratio)))
    columns = []
    for x in range(3, widget.width() - 24):
        for y in range(4, widget.height() - 4):
            there = QColor(image.pixel(int(x * ratio), int(y * ratio)))
            apart = sum(abs(a - b) for a, b in zip(there.getRgb()[:3], ground.getRgb()[:3], strict=True))
            if apart > _APART * 3:
                columns.append(x)
                break
    return columns


def seen(widget: QWidget) -> None:
    """Check that a field shows something, and not at its very edge."""
    columns = ink(widget)
    assert columns, f"nothing can be seen in {widget.accessibleName() or widget}"
    assert min(columns) >= 7, f"no air at the left of {widget.accessibleName() or widget}: {min(columns)}"


def test_the_budget_of_the_rule_editor_is_seen(qtbot: QtBot, dressed: str) -> None:
    panel = ThresholdPanel()
    qtbot.addWidget(panel)
    panel.resize(700, 200)
    panel.show()
    panel.budget.setValue(38)
    seen(panel.budget)
    assert panel.budget.sizeHint().width() <= 70
    panel.budget.setFocus()
    seen(panel.budget)


def test_every_number_and_choice_of_the_editors_is_seen(qtbot: QtBot, dressed: str) -> None:
    form = RuleForm()
    settings = SettingsWindow(FakeEngineDoor())
    settings.show_view(whole_desk.storm(plans=whole_desk.PLANS, ways_out=whole_desk.WAYS_OUT))
    for window in (form, settings, HandEntry(FakeEngineDoor())):
        qtbot.addWidget(window)
        window.show()
        for box in window.findChildren(QComboBox):
            if box.isVisible() and box.currentText():
                seen(box)
        for field in window.findChildren(QLineEdit):
            if field.isVisible() and field.text() and not isinstance(field.parent(), (QComboBox, QSpinBox)):
                seen(field)


@pytest.mark.parametrize("value", [1, 50, 999_999])
def test_a_number_box_shows_its_number_whole(qtbot: QtBot, dressed: str, value: int) -> None:
    box = NumberBox(0, 999_999, says="How many")
    qtbot.addWidget(box)
    box.setValue(value)
    box.resize(box.sizeHint())
    box.show()
    seen(box)
    assert box.lineEdit().fontMetrics().horizontalAdvance(box.text()) <= box.lineEdit().width() - 12
    assert box.accessibleName() == "How many"
