"""Drives the real window through a transfer by its buttons and fields, as a person would."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from desktop.engine.desk_view import DeskView, TransferView
from desktop.engine.door import EngineDoor
from desktop.risk.reading import Level

W = TypeVar("W", bound=QWidget)

LOOK_EVERY_MS = 20


class TookTooLong(AssertionError):
    """What was waited for did not come; says what the window knew at that moment."""


class Walk:
    """A person at the window. Every method waits for the window itself, never for a fixed time.

    `at_page` is called with the name of each page once it is shown and settled (for pictures).
    """

    def __init__(
        self,
        window: QWidget,
        door: EngineDoor,
        *,
        patience_ms: int = 60_000,
        at_page: Callable[[str], None] = lambda page: None,
    ) -> None:
        self.window, self.door = window, door
        self._patience_ms = patience_ms
        self._at_page = at_page

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Let the window live until `holds`; raise TookTooLong naming `what` otherwise."""
        loop = QEventLoop()
        look, limit = QTimer(), QTimer()
        look.timeout.connect(lambda: loop.quit() if holds() else None)
        limit.setSingleShot(True)
        limit.timeout.connect(loop.quit)
        look.start(LOOK_EVERY_MS)
        limit.start(self._patience_ms)
        loop.exec()
        look.stop()
        limit.stop()
        if not holds():
            raise TookTooLong(f"{what}; transfers: {self._transfers()}; notes: {self._notes()}")

    def settle(self) -> None:
        """Let the window draw what the engine last said."""
        shown = self.view().version
        self.until(lambda: self.view().version > shown + 12, "the engine draws no new pictures")

    def view(self) -> DeskView:
        """Return the engine's latest picture."""
        view = self.door.view()
        assert view is not None
        return view

    def transfer(self) -> TransferView:
        """Return the newest transfer."""
        return self.view().transfers[-1]

    def incident(self, rule: str, coin: str) -> None:
        """Wait until this rule warns of this coin."""

        def is_there() -> bool:
            view = self.door.view()
            found = () if view is None else view.incidents
            return any(i.rule == rule and i.coin == coin and i.level >= Level.WARNING for i in found)

        self.until(is_there, f"no incident {rule} for {coin}")

    def visible(self, name: str, kind: type[W]) -> W | None:
        """Return the visible widget of this name, if there is one."""
        found = [w for w in self.window.findChildren(kind, name) if w.isVisible()]
        return found[0] if found else None

    def press(self, name: str) -> None:
        """Wait until this button can be pressed, and press it with the mouse."""

        self.until(lambda: self._can_press(name), f"button {name} cannot be pressed")
        button = self.visible(name, QAbstractButton)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press_by_keyboard(self, name: str) -> None:
        """Wait until this button can be pressed, focus it and press it with the space bar."""

        self.until(lambda: self._can_press(name), f"button {name} cannot be pressed")
        button = self.visible(name, QAbstractButton)
        assert button is not None
        button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(button, Qt.Key.Key_Space)

    def write(self, name: str, text: str) -> None:
        """Wait for this field and type into it."""
        self.until(lambda: self.visible(name, QLineEdit) is not None, f"field {name} is not shown")
        field = self.visible(name, QLineEdit)
        assert field is not None
        field.clear()
        QTest.keyClicks(field, text)

    def page(self, page: str) -> None:
        """Wait until the newest transfer is on this page and the window shows it."""
        self.until(
            lambda: bool(self.view().transfers) and self.transfer().page == page and not self.transfer().busy,
            f"page {page} does not come",
        )
        self._at_page(page)

    def device_asks(self) -> None:
        """Wait until the device waits for one of its keys."""
        self.until(lambda: self.view().device.asks, "the device asks nothing")

    def choose_coin(self, coin: str) -> None:
        """Leave the fresh draft for one of another coin."""
        self.page("what")
        self.press("otherCoin")
        self._at_page("coins")
        self.press(f"begin{coin}")
        self.until(lambda: self.transfer().transfer.coin == coin, f"no draft of {coin}")

    def to_proof(self, network: str = "BTC") -> None:
        """From a fresh draft to the proof page: amount, route, address on the device, comparison."""
        self.page("what")
        self.press("amountTest")
        self.press_by_keyboard("confirmWhat")
        self.page("route")
        self.press(f"use{network}")
        self.page("destination")
        self.press("showOnDevice")
        self.device_asks()
        self._at_page("destination-asking")
        self.press("deviceYes")
        self.until(lambda: self.transfer().transfer.state == "address_shown", "address not confirmed")
        address = self.transfer().transfer.destination
        assert address is not None
        self.write("practiceAddress", address.address)
        self.press("practiceSave")
        self.until(lambda: self._saved() == address.address, "the practice exchange has not saved the address")
        self._at_page("destination-saved")
        self.write("pasteBack", address.address)
        self._at_page("compared")
        self.press("compare")
        self.page("proof")

    def to_watch(self) -> None:
        """From the proof page over the exchange's own page to the watch."""
        self.press("signChallenge")
        self.device_asks()
        self._at_page("proof-asking")
        self.press_by_keyboard("deviceYes")
        self.until(self._signed_or_pressed_on, "the proof is not signed")
        self.page("send")
        amount = self.transfer().transfer.amount
        assert amount is not None
        self.write("practiceAmount", str(amount))
        self.press("practiceWithdraw")
        self._say_sent()

    def _signed_or_pressed_on(self) -> bool:
        """Press on where the device asks in parts; whether the proof is there."""
        if self.transfer().page == "proof" and self.view().device.asks:
            self.press_now("deviceYes")
        return self.transfer().page == "send"

    def _say_sent(self) -> None:
        """Say that it was sent, unless Seawall found it on the exchange first: then it went on by itself."""
        for name in ("haveSent", "haveSentYes"):
            self.until(lambda name=name: self._is_past_sending() or self._can_press(name), f"{name} and no watch")
            if self._is_past_sending():
                return
            self.press_now(name)
        self.until(self._is_past_sending, "the watch does not come")

    def _is_past_sending(self) -> bool:
        return self.transfer().page in ("watch", "done")

    def _can_press(self, name: str) -> bool:
        button = self.visible(name, QAbstractButton)
        return button is not None and button.isEnabled()

    def press_now(self, name: str) -> None:
        """Press this button with the mouse if it can be pressed at this moment."""
        button = self.visible(name, QAbstractButton)
        if button is not None and button.isEnabled():
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def to_verified(self) -> None:
        """From the watch to Verified."""
        self.until(lambda: self.transfer().transfer.state in ("confirming", "arrived"), "not in a block")
        self._at_page("confirming")
        self.until(lambda: self.transfer().transfer.state == "arrived", "the coin does not arrive")
        self._at_page("arrived")
        self.press("verifyAgain")
        self.device_asks()
        self.press("deviceYes")
        self.until(lambda: self.transfer().transfer.state == "verified", "not verified")
        self.page("done")

    def _saved(self) -> str:
        page = self.view().exchange_page
        return "" if page is None else page.saved_address.get(self.transfer().transfer.coin, "")

    def _transfers(self) -> list[tuple[str, str, str, str]]:
        view = self.door.view()
        return [] if view is None else [(t.transfer.state, t.page, t.busy, t.refusal) for t in view.transfers]

    def _notes(self) -> tuple[str, ...]:
        view = self.door.view()
        return () if view is None else view.notes
