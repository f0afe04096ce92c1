"""Which transfer the window opens, where it opens it, and how it is left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.custody.transfer import TransferState
from desktop.engine.commands import DropTransfer, StartTransfer
from desktop.engine.desk_view import DeskView
from desktop.ui.transfer.pieces import Button
from desktop.ui.transfer.transfer_page import TransferPage
from desktop.ui.transfer.which_transfer import Wish, draft_for
from tests.fakes import transfer_views as fake
from tests.fakes.desk import FakeEngineDoor

S = TransferState


def window(qtbot: QtBot, view: DeskView | None) -> tuple[TransferPage, FakeEngineDoor]:
    """Return a visible page and its door."""
    door = FakeEngineDoor(view)
    page = TransferPage(door)
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    return page, door


def test_without_an_open_transfer_one_is_drafted_once(qtbot: QtBot) -> None:
    page, door = window(qtbot, fake.desk())
    page.open_for("incident-1", "BTC")
    for _ in range(3):
        page.show_view(fake.desk())
    assert door.commands == [StartTransfer("BTC", "binance", incident_id="incident-1")]
    page.show_view(fake.desk_in(S.DRAFT))
    assert page.transfer_id == "7F3K"
    assert page.centre.page.objectName() == "whatPage"


def test_before_the_first_picture_it_waits_and_then_drafts(qtbot: QtBot) -> None:
    page, door = window(qtbot, None)
    page.open_for("", "BTC")
    assert door.commands == []
    page.show_view(fake.desk())
    assert door.commands == [StartTransfer("BTC", "binance")]


def test_an_ended_transfer_does_not_stand_in_the_way_of_a_new_one(qtbot: QtBot) -> None:
    page, door = window(qtbot, fake.desk_in(S.VERIFIED))
    page.open_for("", "BTC")
    assert door.commands == [StartTransfer("BTC", "binance")]
    new = fake.transfer_view(S.DRAFT, transfer=fake.transfer(S.DRAFT, id="8A2C"))
    page.show_view(fake.desk(fake.transfer_view(S.VERIFIED), new))
    assert page.transfer_id == "8A2C"


def test_a_refused_draft_is_said_in_words(qtbot: QtBot) -> None:
    page, _ = window(qtbot, fake.desk())
    page.open_for("", "SOL")
    page.show_view(fake.desk(notes=("SOL cannot leave to this wallet yet. Use BTC.",)))
    assert page.pick_list.isVisible()
    assert "SOL cannot leave to this wallet yet. Use BTC." in page.pick_list.words()


def test_an_old_note_is_not_taken_for_a_refusal_of_this_draft(qtbot: QtBot) -> None:
    old = ("Something else went wrong before.",)
    page, _ = window(qtbot, fake.desk(notes=old))
    page.open_for("", "BTC")
    page.show_view(fake.desk(notes=old))
    assert old[0] not in page.pick_list.words()


def test_several_open_transfers_are_offered_to_choose_from(qtbot: QtBot) -> None:
    both = fake.desk(
        fake.transfer_view(S.PROVED),
        fake.transfer_view(S.CONFIRMING, transfer=fake.transfer(S.CONFIRMING, id="7F3M")),
    )
    page, door = window(qtbot, both)
    page.open_for("", "BTC")
    assert page.pick_list.isVisible()
    qtbot.mouseClick(page.findChild(Button, "open7F3M"), Qt.MouseButton.LeftButton)
    assert (page.transfer_id, page.centre.page.objectName()) == ("7F3M", "watchPage")
    assert door.commands == []


@pytest.mark.parametrize("state", [S.ROUTED, S.ADDRESS_SHOWN, S.COMPARED, S.PROVED, S.UNKNOWN, S.ARRIVED])
def test_it_reopens_at_the_same_page_in_a_new_window(qtbot: QtBot, state: TransferState) -> None:
    first, _ = window(qtbot, fake.desk_in(state))
    first.open_for("", "BTC")
    second, door = window(qtbot, fake.desk_in(state))
    second.open_for("", "BTC")
    assert second.centre.page.objectName() == first.centre.page.objectName()
    assert second.transfer_id == first.transfer_id
    assert door.commands == []


def test_it_follows_the_state_from_page_to_page(qtbot: QtBot) -> None:
    page, _ = window(qtbot, fake.desk_in(S.DRAFT))
    page.open_for("", "BTC")
    seen = []
    for state in (S.ROUTED, S.NEEDS_ADDRESS, S.COMPARED, S.PROVED, S.SENT, S.UNKNOWN, S.CONFIRMING, S.VERIFIED):
        page.show_view(fake.desk_in(state))
        seen.append(page.centre.page.objectName())
    assert seen == [
        "routePage",
        "destinationPage",
        "proofPage",
        "sendPage",
        "watchPage",
        "unknownPage",
        "watchPage",
        "donePage",
    ]


def test_escape_and_the_button_go_back_to_the_market(qtbot: QtBot) -> None:
    page, _ = window(qtbot, fake.desk_in(S.CONFIRMING))
    page.open_for("", "BTC")
    with qtbot.waitSignal(page.closed):
        qtbot.keyClick(page, Qt.Key.Key_Escape)
    with qtbot.waitSignal(page.closed):
        qtbot.mouseClick(page.strip.back, Qt.MouseButton.LeftButton)


def test_typed_text_survives_new_pictures_of_the_same_step(qtbot: QtBot) -> None:
    page, _ = window(qtbot, fake.desk_in(S.DRAFT))
    page.open_for("", "BTC")
    field = page.findChild(QLineEdit, "amountExact")
    field.setText("0.0042")
    page.show_view(fake.desk_in(S.DRAFT, now_ms=fake.NOW_MS + 5_000))
    assert field.text() == "0.0042"


def test_nothing_typed_for_one_transfer_reaches_another(qtbot: QtBot) -> None:
    page, door = window(qtbot, fake.desk_in(S.DRAFT))
    page.open_for("", "BTC")
    field = page.findChild(QLineEdit, "amountExact")
    field.setText("0.0042")
    other = fake.transfer_view(S.DRAFT, transfer=fake.transfer(S.DRAFT, id="8A2C"))
    door.latest = fake.desk(other)
    page.open_for("", "BTC")
    assert page.transfer_id == "8A2C"
    assert field.text() == ""


@pytest.mark.parametrize("state", list(S))
def test_every_enabled_control_is_reached_by_the_tab_key(qtbot: QtBot, state: TransferState) -> None:
    page, _ = window(qtbot, fake.desk_in(state))
    page.open_for("", "BTC")
    if not page.transfer_id:
        page.pick("7F3K")
    wanted = {
        one for kind in (Button, QLineEdit) for one in page.findChildren(kind) if one.isVisible() and one.isEnabled()
    }
    reached, here = set(), page.nextInFocusChain()
    while here is not page:
        if isinstance(here, QWidget) and here.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.add(here)
        here = here.nextInFocusChain()
    assert wanted <= reached


@pytest.mark.parametrize("state", list(S))
def test_nothing_is_wider_than_the_small_window(qtbot: QtBot, state: TransferState) -> None:
    page, _ = window(qtbot, fake.desk_in(state))
    page.open_for("", "BTC")
    if not page.transfer_id:
        page.pick("7F3K")
    assert page.centre.minimumSizeHint().width() <= 1280 - 232 - 336 - 2 * 12 - 2 * 8 - 10


def press(qtbot: QtBot, page: TransferPage, name: str) -> None:
    def seen() -> list[Button]:
        return [one for one in page.findChildren(Button, name) if one.isVisible()]

    qtbot.waitUntil(lambda: len(seen()) == 1)
    qtbot.mouseClick(seen()[0], Qt.MouseButton.LeftButton)


def test_another_coin_is_begun_from_the_list_and_an_empty_draft_gives_way(qtbot: QtBot) -> None:
    page, door = window(qtbot, fake.desk_in(S.DRAFT))
    page.open_for("", "")
    press(qtbot, page, "otherCoin")
    assert page.transfer_id == ""
    offered = [b.text() for b in page.pick_list.findChildren(Button) if b.text() != "Open"]
    assert offered == ["ETH", "USDT", "USDC", "SOL"]
    press(qtbot, page, "beginUSDT")
    assert door.commands == [DropTransfer("7F3K"), StartTransfer("USDT", "binance")]


def test_a_transfer_that_was_agreed_stays_when_another_coin_is_begun(qtbot: QtBot) -> None:
    page, door = window(qtbot, fake.desk_in(S.COMPARED))
    page.open_for("", "")
    press(qtbot, page, "otherCoin")
    press(qtbot, page, "open7F3K")
    assert page.transfer_id == "7F3K"
    press(qtbot, page, "otherCoin")
    press(qtbot, page, "beginETH")
    assert door.commands == [StartTransfer("ETH", "binance")]


def test_an_incident_of_a_coin_without_a_way_home_opens_bitcoin(qtbot: QtBot) -> None:
    view = fake.desk()
    assert draft_for(view, Wish("", "")).coin == "BTC"
    assert draft_for(view, Wish("", "USDC")).coin == "USDC"
