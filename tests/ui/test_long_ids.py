"""Long identifiers on the transfer pages: whole or with both ends, copied whole, at every width."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.custody.transfer import TransferState
from desktop.ui.transfer.address_groups import AddressGroups
from desktop.ui.transfer.ends_label import EndsLabel
from desktop.ui.transfer.long_id import LongId
from desktop.ui.transfer.transfer_page import TransferPage
from tests.fakes import transfer_views as fake
from tests.fakes.desk import FakeEngineDoor
from tests.ui.test_transfer_pages import button

S = TransferState
REF = "f3b23ee18f7ed54a5a18bf6dfbd4b3c1"
ID = "swblurwqqlqnkfbh7xqr"


def opened(qtbot: QtBot, state: TransferState, width: int, ref: str = REF) -> TransferPage:
    """Return a visible page of this width about a transfer with long names."""
    view = fake.desk(fake.transfer_view(state, transfer=fake.transfer(state, venue_ref=ref, id=ID)))
    page = TransferPage(FakeEngineDoor(view))
    qtbot.addWidget(page)
    page.resize(width, 900)
    page.show()
    page.open_for("", "BTC")
    if not page.transfer_id:
        page.pick(ID)
    for _ in range(2):  # as frames do: what a first one showed is laid out by the next
        QApplication.processEvents()
        page.show_view(view)
    QApplication.processEvents()
    return page


def shown(page: QWidget, text: str) -> list[EndsLabel]:
    """Return the visible labels that hold this text."""
    return [one for one in page.findChildren(EndsLabel) if one.isVisible() and one.text() == text]


# 1280 at 125 % leaves 1024 pixels of the page, at 150 % the window's least 1100 are asked for.
@pytest.mark.parametrize("width", [1100, 1280, 1440, 1920])
@pytest.mark.parametrize("state", [S.CONFIRMING, S.ARRIVED, S.VERIFIED])
@pytest.mark.parametrize("ref", [REF, "0x" + "ab" * 32])
def test_the_exchange_reference_shows_both_ends_within_its_card(
    qtbot: QtBot, width: int, state: TransferState, ref: str
) -> None:
    page = opened(qtbot, state, width, ref)
    found = shown(page, ref)
    assert found
    for label in found:
        assert label.is_whole or (label.drawn.startswith(ref[:3]) and label.drawn.endswith(ref[-3:]))
        assert label.fontMetrics().horizontalAdvance(label.drawn) <= label.width()
        assert label.toolTip() == ("" if label.is_whole else ref)
        right = label.mapTo(page, label.rect().topRight()).x()
        assert right <= page.width()


@pytest.mark.parametrize("name", ["copyFact", "copyTxid"])
def test_an_identifier_is_copied_whole(qtbot: QtBot, name: str) -> None:
    page = opened(qtbot, S.CONFIRMING, 1280)
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(button(page, name), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == (REF if name == "copyFact" else fake.TXID)
    assert button(page, name).accessibleName().lower() in ("copy exchange ref", "copy transaction id")


def test_only_the_reference_can_be_copied_from_what_is_certain(qtbot: QtBot) -> None:
    page = opened(qtbot, S.VERIFIED, 1440)
    copies = [one for one in page.findChildren(QWidget, "copyFact") if one.isVisible()]
    assert len(copies) == 1


def test_a_label_is_whole_where_there_is_room_and_keeps_its_text(qtbot: QtBot) -> None:
    label = LongId("copyIt")
    qtbot.addWidget(label)
    label.show_id(fake.TXID, "id")
    label.resize(label.sizeHint().width() + 20, 30)
    label.show()
    assert label.label.is_whole
    label.resize(150, 30)
    qtbot.waitUntil(lambda: not label.label.is_whole)
    assert label.label.text() == fake.TXID
    assert "…" in label.label.drawn
    assert label.label.toolTip() == fake.TXID
    label.show_id("", "id")
    assert label.isHidden()


@pytest.mark.parametrize("width", [1100, 1440])
@pytest.mark.parametrize("state", list(S))
def test_no_single_line_is_cut_without_a_sign(qtbot: QtBot, width: int, state: TransferState) -> None:
    page = opened(qtbot, state, width)
    for label in page.findChildren(QLabel):
        if not label.isVisible() or label.wordWrap() or isinstance(label, EndsLabel) or not label.text():
            continue
        assert label.width() >= label.fontMetrics().horizontalAdvance(label.text()) - 1, label.text()


@pytest.mark.parametrize("state", list(S))
def test_no_page_is_wider_than_its_place_in_the_smallest_window(qtbot: QtBot, state: TransferState) -> None:
    page = opened(qtbot, state, 1100)
    view = fake.desk_in(state)
    page.pick(view.transfers[0].transfer.id)
    for _ in range(2):
        page.show_view(view)
        QApplication.processEvents()
    room = page.centre.parentWidget()
    assert room is not None
    assert page.centre.minimumSizeHint().width() <= room.width()


@pytest.mark.parametrize("width", [330, 470, 900])
def test_an_address_is_drawn_whole_at_every_width(qtbot: QtBot, width: int) -> None:
    groups = AddressGroups(px=18, per_row=8)
    qtbot.addWidget(groups)
    groups.resize(width, 40)
    groups.show_address(fake.ADDRESS)
    groups.show()
    assert groups.right_edge <= width
    assert groups.height() >= groups.rows * 30
