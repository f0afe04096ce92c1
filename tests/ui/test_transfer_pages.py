"""Every page of the transfer window for its state, with what it says and what it hands in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.custody.transfer import FINAL_STATES, TransferState
from desktop.engine.commands import (
    CancelOnDevice,
    ChooseRoute,
    ComparePage,
    ConfirmWhat,
    DropTransfer,
    HaveSent,
    LookNow,
    MendDevice,
    PracticeSaveAddress,
    PracticeWithdraw,
    PressDeviceKey,
    ProveControl,
    SaveEvidence,
    SayNotSent,
    SetAmount,
    ShowAddress,
    StartTransfer,
    VerifyAgain,
)
from desktop.engine.desk_view import ContextView, DeskView, DeviceView
from desktop.risk.reading import State
from desktop.ui.theme import Wardrobe
from desktop.ui.transfer.compare_card import CompareCard
from desktop.ui.transfer.done_page import DonePage
from desktop.ui.transfer.money_picture import fee_x
from desktop.ui.transfer.pieces import Button
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer.transfer_page import TransferPage
from tests.fakes import transfer_views as fake
from tests.fakes.desk import FakeEngineDoor

S = TransferState


@pytest.fixture
def wardrobe(qapp: QApplication) -> Iterator[Wardrobe]:
    """Dress the application as a person's is, and undress it afterwards."""
    made = Wardrobe(qapp, "dark")
    yield made
    made.wear("dark")
    made.deleteLater()


def opened(qtbot: QtBot, view: DeskView) -> tuple[TransferPage, FakeEngineDoor]:
    """Return a visible page that shows the view's only transfer, and its door."""
    door = FakeEngineDoor(view)
    page = TransferPage(door)
    qtbot.addWidget(page)
    page.resize(1440, 900)
    page.show()
    page.open_for("", "BTC")
    if not page.transfer_id:  # an ended transfer is not opened by itself
        page.pick(view.transfers[0].transfer.id)
    door.commands.clear()
    return page, door


def button(page: QWidget, name: str) -> Button:
    """Return the visible button of this name."""
    found = [one for one in page.findChildren(Button, name) if one.isVisible()]
    assert found, f"no visible button {name}"
    return found[0]


def said(page: QWidget) -> str:
    """Return every visible word of the page."""
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def press(qtbot: QtBot, page: QWidget, name: str) -> None:
    """Click a visible button."""
    qtbot.mouseClick(button(page, name), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("state", "name", "words"),
    [
        (S.DRAFT, "whatPage", "Choose how much leaves."),
        (S.ROUTED, "routePage", "Choose the network."),
        (S.NEEDS_ADDRESS, "destinationPage", "Let the device show the address."),
        (S.ADDRESS_SHOWN, "destinationPage", "Compare Binance’s page with the device."),
        (S.COMPARED, "proofPage", "Let the device sign the challenge."),
        (S.PROVED, "sendPage", "Send it once, on Binance’s page."),
        (S.SENT, "watchPage", "Nothing has shown it yet."),
        (S.ACCEPTED, "watchPage", "Binance lists it"),
        (S.BROADCAST, "watchPage", "the transaction is known"),
        (S.CONFIRMING, "watchPage", "2 of 3 confirmations"),
        (S.UNKNOWN, "unknownPage", "We do not know yet. Do not send again."),
        (S.ARRIVED, "donePage", "Let the device derive the address again."),
        (S.VERIFIED, "donePage", "0.0099 BTC arrived and is yours."),
        (S.REJECTED, "refusedPage", "The address is not in the address book."),
        (S.FAILED, "refusedPage", "Risk control."),
        (S.DROPPED, "refusedPage", "Given up before anything was sent."),
    ],
)
def test_every_state_has_its_page_and_its_words(qtbot: QtBot, state: TransferState, name: str, words: str) -> None:
    page, _ = opened(qtbot, fake.desk_in(state))
    assert page.centre.page.objectName() == name
    assert page.centre.page.isVisible()
    assert words in said(page)


@pytest.mark.parametrize("state", list(S))
def test_the_world_is_named_on_every_page(qtbot: QtBot, state: TransferState) -> None:
    page, _ = opened(qtbot, fake.desk_in(state))
    assert "PRACTICE · no real money" in said(page)


@pytest.mark.parametrize("state", list(S))
def test_no_page_has_two_primary_buttons(qtbot: QtBot, state: TransferState) -> None:
    page, _ = opened(qtbot, fake.desk_in(state))
    primary = [b for b in page.findChildren(Button) if b.isVisible() and b.property("kind") == "primary"]
    assert len(primary) <= 1


@pytest.mark.parametrize("state", list(S))
def test_enter_hands_in_nothing_wherever_the_focus_is(qtbot: QtBot, state: TransferState) -> None:
    page, door = opened(qtbot, fake.desk_in(state))
    for one in page.findChildren(Button):
        if one.isVisible() and one.isEnabled():
            qtbot.keyClick(one, Qt.Key.Key_Return)
            qtbot.keyClick(one, Qt.Key.Key_Enter)
    assert door.commands == []


@pytest.mark.parametrize("state", list(S))
def test_every_control_has_a_name_and_a_locked_one_says_why(qtbot: QtBot, state: TransferState) -> None:
    page, _ = opened(qtbot, fake.desk_in(state))
    for one in page.findChildren(Button):
        assert one.accessibleName() or not one.isVisible(), one.objectName()
        if one.isVisible() and not one.isEnabled():
            assert one.accessibleDescription(), one.objectName()
    for field in page.findChildren(QLineEdit):
        assert field.accessibleName() or not field.isVisible(), field.objectName()


def test_an_amount_is_offered_as_test_half_and_all(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.DRAFT))
    for name in ("amountTest", "amountHalf", "amountAll"):
        press(qtbot, page, name)
    assert door.commands == [SetAmount("7F3K", Decimal(n)) for n in ("0.0011", "0.01", "0.02")]


@pytest.mark.parametrize("wrong", ["abc", "0", "-1", "NaN", "0.123456789"])
def test_a_wrong_amount_is_named_and_not_handed_in(qtbot: QtBot, wrong: str) -> None:
    page, door = opened(qtbot, fake.desk_in(S.DRAFT))
    field = page.findChild(QLineEdit, "amountExact")
    qtbot.keyClicks(field, wrong)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not button(page, "amountSet").isEnabled()
    assert wrong in said(page)
    assert door.commands == []


def test_an_exact_amount_stays_exact(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.DRAFT))
    qtbot.keyClicks(page.findChild(QLineEdit, "amountExact"), "0.00300001")
    press(qtbot, page, "amountSet")
    press(qtbot, page, "confirmWhat")
    assert door.commands == [SetAmount("7F3K", Decimal("0.00300001")), ConfirmWhat("7F3K")]


def test_an_unknown_idle_amount_is_not_drawn_as_zero(qtbot: QtBot) -> None:
    view = fake.desk(fake.transfer_view(S.DRAFT, idle="", test_amount=""))
    page, _ = opened(qtbot, view)
    assert "Binance has not said yet what lies idle." in said(page)
    assert not button(page, "amountAll").isEnabled()


def test_positions_are_honestly_not_known(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.DRAFT))
    assert "Seawall does not know your positions on Binance yet." in said(page)


def test_only_usable_networks_can_be_taken_and_the_others_say_why(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.ROUTED))
    assert "This wallet cannot sign on it." in said(page)
    assert not [b for b in page.findChildren(Button) if b.objectName() in ("useLIGHTNING", "useBSC")]
    press(qtbot, page, "useBTC")
    assert door.commands == [ChooseRoute("7F3K", "BTC")]


def test_the_amount_can_be_changed_from_the_route_page(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.ROUTED))
    press(qtbot, page, "changeAmount")
    assert door.commands == [SetAmount("7F3K", Decimal("0.01"))]


def test_after_a_restart_the_route_is_named_before_the_exchange_answers(qtbot: QtBot) -> None:
    silent = fake.transfer_view(S.PROVED, transfer=fake.transfer(S.PROVED, eta_minutes=30), networks=())
    page, _ = opened(qtbot, fake.desk(silent))
    assert "Choose the network Bitcoin, no other." in said(page)


def test_the_address_is_shown_only_by_the_device(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.NEEDS_ADDRESS))
    press(qtbot, page, "showOnDevice")
    assert door.commands == [ShowAddress("7F3K")]


def test_while_the_device_asks_nothing_else_can_be_pressed_but_cancel(qtbot: QtBot) -> None:
    busy = fake.transfer_view(S.NEEDS_ADDRESS, busy="The device shows the address.")
    page, door = opened(qtbot, fake.desk(busy, device=fake.device_showing_address()))
    assert not button(page, "showOnDevice").isEnabled()
    press(qtbot, page, "cancelOnDevice")
    assert door.commands == [CancelOnDevice()]


def test_the_address_is_handed_over_only_until_it_was_compared(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.ADDRESS_SHOWN))
    press(qtbot, page, "copyAddress")
    assert QGuiApplication.clipboard().text() == fake.ADDRESS
    for state in (S.COMPARED, S.PROVED, S.SENT):
        page.show_view(fake.desk_in(state))
        assert not [b for b in page.findChildren(Button, "copyAddress") if b.isVisible()]


def test_what_is_pasted_back_is_handed_in_as_it_is(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.ADDRESS_SHOWN))
    assert not button(page, "compare").isEnabled()
    page.findChild(QLineEdit, "pasteBack").setText(fake.WRONG_ADDRESS)
    press(qtbot, page, "compare")
    assert door.commands == [ComparePage("7F3K", fake.WRONG_ADDRESS)]


def differing() -> DeskView:
    """Return a desk whose exchange page holds an address that differs in the sixth group."""
    shown = fake.transfer(S.ADDRESS_SHOWN)
    assert shown.destination is not None
    proof = msgspec.structs.replace(shown.destination, page_address=fake.WRONG_ADDRESS)
    wrong = msgspec.structs.replace(shown, destination=proof, page_mismatch="Group 6 differs.")
    return fake.desk(fake.transfer_view(S.ADDRESS_SHOWN, transfer=wrong))


def test_the_group_that_differs_is_lit_and_no_other(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, differing())
    card = page.centre.pages["destination"].findChild(CompareCard)
    assert [row.differing for row in card.table.rows] == [(), (), (5,)]
    assert "Group 6 differs. Do not send to this address." in said(page)
    assert "10 of 11 groups equal" in said(page)
    assert "differs in group 6" in card.table.accessibleDescription()


def test_equal_addresses_light_nothing(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.COMPARED))
    card = page.centre.pages["proof"].findChild(CompareCard)
    assert [row.differing for row in card.table.rows] == [(), (), ()]
    assert "3 of 3 equal" in said(page)


def test_the_proof_is_asked_of_the_device(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.COMPARED))
    assert fake.CHALLENGE in said(page)
    press(qtbot, page, "signChallenge")
    assert door.commands == [ProveControl("7F3K")]


def test_sent_is_asked_twice_with_cancel_as_default(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.PROVED))
    press(qtbot, page, "haveSent")
    assert door.commands == []
    cancel = button(page, "haveSentCancel")
    assert page.focusWidget() is cancel
    qtbot.keyClick(cancel, Qt.Key.Key_Return)
    qtbot.keyClick(button(page, "haveSentYes"), Qt.Key.Key_Return)
    assert door.commands == []
    press(qtbot, page, "haveSentYes")
    assert door.commands == [HaveSent("7F3K")]


def test_cancel_and_escape_take_the_question_away(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.PROVED))
    press(qtbot, page, "haveSent")
    press(qtbot, page, "haveSentCancel")
    press(qtbot, page, "haveSent")
    with qtbot.assertNotEmitted(page.closed):
        qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert button(page, "haveSent").isEnabled()
    assert door.commands == []


def test_a_guard_locks_the_next_step_and_its_words_are_visible(qtbot: QtBot) -> None:
    held = ("G9", "Binance holds this new address until 01 Feb 15:04 UTC.", "It opens here again by itself.")
    page, _ = opened(qtbot, fake.desk(fake.transfer_view(S.PROVED, objections=(held,))))
    assert not button(page, "haveSent").isEnabled()
    assert held[1] in page.centre.notices.words()
    assert held[2] in said(page)


def test_a_refusal_is_shown_in_words_with_its_remedy(qtbot: QtBot) -> None:
    refused = fake.transfer_view(S.DRAFT, refusal="0.5 BTC is more than lies idle.", refusal_remedy="Choose less.")
    page, _ = opened(qtbot, fake.desk(refused))
    assert "Not done. 0.5 BTC is more than lies idle." in said(page)
    assert "Choose less." in said(page)


def test_an_alarm_stops_everything_and_offers_no_new_transfer(qtbot: QtBot) -> None:
    alarmed = fake.transfer(S.SENT, alarm="Binance pays to another address.", alarm_remedy="Call Binance now.")
    page, _ = opened(qtbot, fake.desk(fake.transfer_view(S.SENT, transfer=alarmed)))
    assert page.centre.page.objectName() == "refusedPage"
    assert "Call Binance now." in said(page)
    assert not button(page, "startAgain").isEnabled()


def test_places_are_looked_at_on_demand(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.CONFIRMING))
    press(qtbot, page, "lookNow")
    press(qtbot, page, "copyExplorerLink")
    assert door.commands == [LookNow("7F3K")]
    assert QGuiApplication.clipboard().text() == f"https://mempool.space/tx/{fake.TXID}"


def test_without_a_link_the_button_says_why(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.SENT))
    assert not button(page, "copyExplorerLink").isEnabled()
    assert "No explorer link yet: no transaction is known." in said(page)


def test_an_unknown_outcome_offers_no_way_to_send(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.UNKNOWN))
    assert not button(page, "sendAgain").isEnabled()
    assert not button(page, "sayNotSent").isEnabled()
    assert not [b for b in page.findChildren(Button) if b.isVisible() and b.objectName() in ("haveSent", "giveUp")]
    with qtbot.waitSignal(page.closed):
        press(qtbot, page, "keepLooking")
    assert door.commands == []


def test_never_sent_is_taken_only_when_nothing_speaks_against_it(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk(fake.transfer_view(S.UNKNOWN, may_say_not_sent=True)))
    press(qtbot, page, "sayNotSent")
    assert page.focusWidget() is button(page, "sayNotSentCancel")
    press(qtbot, page, "sayNotSentYes")
    assert door.commands == [SayNotSent("7F3K")]


def test_after_arrival_the_device_verifies_again(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.ARRIVED))
    press(qtbot, page, "verifyAgain")
    assert door.commands == [VerifyAgain("7F3K")]
    assert not button(page, "saveEvidence").isEnabled()


def test_the_bulk_transfer_takes_the_stored_destination(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.VERIFIED))
    press(qtbot, page, "bulkTransfer")
    assert door.commands == [StartTransfer("BTC", "binance", destination_id="d1", test_of="7F3K")]


def test_evidence_goes_where_the_person_says(qtbot: QtBot) -> None:
    handed: list[object] = []
    page = DonePage(handed.append, handed.append, lambda parent, chosen: chosen("/somewhere"))
    qtbot.addWidget(page)
    view = fake.desk_in(S.VERIFIED)
    page.show_transfer(Seen(view, view.transfers[0]))
    page.show()
    press(qtbot, page, "saveEvidence")
    assert handed == [SaveEvidence("7F3K", "/somewhere")]


@pytest.mark.parametrize("state", [s for s in S if s not in FINAL_STATES])
def test_giving_up_is_offered_only_before_it_was_sent(qtbot: QtBot, state: TransferState) -> None:
    page, door = opened(qtbot, fake.desk_in(state))
    before_sent = S.SENT.value not in fake.transfer(state).known
    visible = [b for b in page.findChildren(Button, "giveUp") if b.isVisible()]
    assert bool(visible) is before_sent
    if visible:
        press(qtbot, page, "giveUp")
        press(qtbot, page, "giveUpYes")
        assert door.commands == [DropTransfer("7F3K")]


def test_practice_keys_press_the_practice_device(qtbot: QtBot) -> None:
    asking = fake.desk(fake.transfer_view(S.NEEDS_ADDRESS), device=fake.device_showing_address())
    page, door = opened(qtbot, asking)
    press(qtbot, page, "deviceYes")
    press(qtbot, page, "deviceNo")
    assert door.commands == [PressDeviceKey(yes=True), PressDeviceKey(yes=False)]
    assert fake.ADDRESS[:16] in page.side.device.picture.accessibleDescription()


def test_a_real_device_has_no_keys_here(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk(fake.transfer_view(S.PROVED), device=fake.device(has_keys=False)))
    assert not [b for b in page.findChildren(Button) if b.isVisible() and b.objectName().startswith("device")]


def test_what_seawall_can_mend_is_offered_with_what_it_changes(qtbot: QtBot) -> None:
    device = DeviceView(state="absent", trouble="No rule opens the wallet.", remedy="Install it.", mend="udev-rule")
    page, door = opened(qtbot, fake.desk(fake.transfer_view(S.NEEDS_ADDRESS), device=device))
    assert page.side.device.isVisibleTo(page)
    press(qtbot, page, "mendDevice")
    assert door.commands == [MendDevice()]
    page, _ = opened(qtbot, fake.desk(fake.transfer_view(S.NEEDS_ADDRESS), device=DeviceView(state="absent")))
    assert not [b for b in page.findChildren(Button) if b.isVisible() and b.objectName() == "mendDevice"]


def test_device_trouble_comes_with_its_remedy(qtbot: QtBot) -> None:
    trouble = fake.device(state="trouble", trouble="Another program holds the device.", remedy="Close it.")
    page, _ = opened(qtbot, fake.desk(fake.transfer_view(S.PROVED), device=trouble))
    assert "Another program holds the device. Close it." in said(page)


def test_the_practice_exchange_is_used_as_a_page_of_its_own(qtbot: QtBot) -> None:
    saved = fake.exchange_page(saved_address={"BTC": fake.ADDRESS}, notice="Saved. No hold in practice.")
    page, door = opened(qtbot, fake.desk(fake.transfer_view(S.PROVED), exchange_page=saved))
    page.findChild(QLineEdit, "practiceAddress").setText(f" {fake.ADDRESS} ")
    press(qtbot, page, "practiceSave")
    page.findChild(QLineEdit, "practiceAmount").setText("0.01")
    press(qtbot, page, "practiceWithdraw")
    press(qtbot, page, "practiceCopySaved")
    assert door.commands == [PracticeSaveAddress("BTC", fake.ADDRESS), PracticeWithdraw("BTC", Decimal("0.01"))]
    assert QGuiApplication.clipboard().text() == fake.ADDRESS
    assert "not Seawall" in said(page)
    assert "Saved. No hold in practice." in said(page)


@pytest.mark.parametrize("state", [S.DRAFT, S.COMPARED, S.SENT, S.VERIFIED])
def test_the_practice_exchange_stays_away_from_other_pages(qtbot: QtBot, state: TransferState) -> None:
    page, _ = opened(qtbot, fake.desk_in(state))
    assert not page.centre.practice.isVisible()


def test_the_live_world_has_no_practice_exchange(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.PROVED, world="live", label=""))
    assert not page.centre.practice.isVisible()
    assert "PRACTICE" not in said(page)


def test_a_wrong_amount_on_the_practice_exchange_is_named_there(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.PROVED))
    page.findChild(QLineEdit, "practiceAmount").setText("all of it")
    assert not button(page, "practiceWithdraw").isEnabled()
    assert "'all of it' is not a number" in said(page)
    assert door.commands == []


def test_collateral_that_a_position_needs_is_held_back_with_its_distance_before_and_after(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk(fake.held_back(S.DRAFT)))
    words = said(page)
    assert words.count("a 10 % wick would liquidate") == 1
    assert "Locked: the reason stands above." in words
    assert "Move 0.0041 BTC at most" in button(page, "confirmWhat").toolTip()
    assert "11.8 % → 6.4 %" in words
    assert "71,900 → 76,240" in words
    assert "10 % wick test: survived → liquidated" in words
    assert not button(page, "confirmWhat").isEnabled()
    assert not button(page, "amountAll").isEnabled()
    assert "Open positions need more" in button(page, "amountAll").toolTip()
    press(qtbot, page, "amountSafe")
    assert door.commands == [SetAmount("7F3K", Decimal("0.0041"))]


def test_a_position_that_the_coins_do_not_back_is_shown_unmoved(qtbot: QtBot) -> None:
    shift = msgspec.structs.replace(fake.leaving().shifts[0], after=71_900.0)
    told = fake.leaving(effect="beside", survives_after=True, most=None, shifts=(shift,))
    page, _ = opened(qtbot, fake.desk(fake.transfer_view(S.DRAFT, leaving=told)))
    assert "This BTC backs no position on Binance: no liquidation price moves." in said(page)
    assert "11.8 %, unchanged" in said(page)
    assert button(page, "confirmWhat").isEnabled()
    assert not [one for one in page.findChildren(Button, "amountSafe") if one.isVisible()]


def test_positions_that_are_too_old_are_called_unknown_with_the_reason(qtbot: QtBot) -> None:
    told = fake.leaving(effect="unknown", reason="last seen 4 min ago", most=None, shifts=())
    page, _ = opened(qtbot, fake.desk(fake.transfer_view(S.DRAFT, leaving=told)))
    assert "What it does to your positions on Binance is unknown: last seen 4 min ago." in said(page)
    assert "Look at the margin page of Binance first." in said(page)


def test_a_button_that_is_locked_leaves_the_focus_to_the_page(qtbot: QtBot) -> None:
    page, door = opened(qtbot, fake.desk_in(S.COMPARED))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    sign = next(one for one in page.findChildren(Button) if one.text() == "Sign on the device")
    sign.setFocus()
    qtbot.keyClick(sign, Qt.Key.Key_Space)
    assert door.commands == [ProveControl("7F3K")]
    waiting = msgspec.structs.replace(fake.transfer_view(S.COMPARED), busy="Read the text on the device.")
    page.show_view(fake.desk(waiting))
    assert page.hasFocus()
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert page.transfer_id == "7F3K"
    assert door.commands == [ProveControl("7F3K")]


def test_a_page_that_is_opened_again_takes_the_keyboard_where_it_begins(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.COMPARED))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.setFocus()
    page.take_focus()
    sign = next(one for one in page.findChildren(Button) if one.text() == "Sign on the device")
    assert sign.hasFocus()


def test_in_practice_the_exchanges_page_is_said_to_stand_below(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.PROVED))
    assert "withdraw page for BTC: in practice it stands below." in said(page)
    live, _ = opened(qtbot, msgspec.structs.replace(fake.desk_in(S.PROVED), world="live"))
    assert "Open Binance’s withdraw page for BTC." in said(live)


@pytest.mark.parametrize(("text_px", "right"), [(120.0, 400.0), (200.0, 480.0), (120.0, 900.0)])
def test_the_fee_of_the_picture_is_whole_at_any_width(text_px: float, right: float) -> None:
    end = fee_x(250.0, text_px, right)
    assert end + 6 + text_px < right
    assert end == 308.0 or right < 900.0


def test_a_refusal_is_said_in_whole_sentences(qtbot: QtBot) -> None:
    view = msgspec.structs.replace(
        fake.transfer_view(S.COMPARED), refusal="the wallet is gone", refusal_remedy="Connect it again."
    )
    page, _ = opened(qtbot, fake.desk(view))
    assert "Not done. The wallet is gone." in said(page)
    assert "Signed by the device" not in said(page)


@pytest.mark.parametrize("state", [S.DRAFT, S.PROVED])
def test_nothing_is_cut_in_a_small_window(qtbot: QtBot, wardrobe: Wardrobe, state: TransferState) -> None:
    page, _ = opened(qtbot, fake.desk(fake.held_back(state)))
    page.resize(1100, 676)
    page.show_view(fake.desk(fake.held_back(state)))
    qtbot.waitUntil(lambda: page.width() == 1100)
    for area in page.findChildren(QScrollArea):
        if area.isVisible():
            assert area.widget().width() <= area.viewport().width()


def test_the_bar_stands_beside_the_right_column_and_not_on_it(qtbot: QtBot, wardrobe: Wardrobe) -> None:
    page, _ = opened(qtbot, fake.desk_in(S.UNKNOWN))
    area = page.side.parentWidget().parentWidget()
    assert isinstance(area, QScrollArea)
    bar = area.verticalScrollBar()
    page.resize(1440, 1200)
    qtbot.waitUntil(lambda: not bar.isVisible())
    width = page.side.width()
    page.resize(1100, 676)
    qtbot.waitUntil(bar.isVisible)
    assert page.side.width() == width
    assert page.side.mapTo(page, page.side.rect().topRight()).x() < bar.mapTo(page, bar.rect().topLeft()).x()


def test_an_alarm_and_its_remedy_are_not_said_three_times(qtbot: QtBot) -> None:
    alarm = fake.transfer_view(S.ACCEPTED, page="refused")
    alarmed = msgspec.structs.replace(alarm.transfer, alarm="It goes elsewhere.", alarm_remedy="Call Binance now.")
    page, _ = opened(qtbot, fake.desk(msgspec.structs.replace(alarm, transfer=alarmed)))
    assert said(page).count("It goes elsewhere.") == 1
    assert said(page).count("Call Binance now.") == 1


def test_the_send_page_says_not_to_send_while_a_guard_objects(qtbot: QtBot) -> None:
    page, _ = opened(qtbot, fake.desk(fake.held_back(S.PROVED)))
    assert "Do not send now." in said(page)
    assert "Open Binance’s withdraw page" not in said(page)
    assert "Send it once, on Binance’s page." not in said(page)
    assert not button(page, "haveSent").isEnabled()
    page.show_view(fake.desk_in(S.PROVED))
    assert "Open Binance’s withdraw page" in said(page)


@pytest.mark.parametrize(
    ("state", "price"), [(State.LIVE, 0.9991), (State.STALE, None), (State.UNKNOWN, None)]
)  # fmt: skip
def test_a_coin_worth_a_dollar_is_worth_its_peg_while_that_is_known(state: State, price: float | None) -> None:
    view = fake.desk_in(S.ARRIVED)
    dollars = msgspec.structs.replace(view.transfers[0].transfer, coin="USDT")
    told = msgspec.structs.replace(view.transfers[0], transfer=dollars)
    peg = ContextView("PEG_USDT", 0.9991, "USD", state, 1, "a host")
    seen = Seen(msgspec.structs.replace(view, transfers=(told,), context=(peg,)), told)
    assert seen.price_usd == price
