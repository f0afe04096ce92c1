"""Takes the pictures of the README: walks the practice world and lets the program draw itself.

    python -m tests.end2end.pictures docs/pictures

Set QT_QPA_PLATFORM=offscreen, or run it under a virtual display.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication

from desktop.custody.transfer import TransferState
from desktop.engine.desk_view import DeviceQuestion, DeviceView
from desktop.risk.reading import Level
from desktop.ui.application import save_picture
from desktop.ui.feed_health import FeedHealth
from desktop.ui.main_window import MainWindow
from desktop.ui.settings.settings_window import SettingsWindow
from desktop.ui.transfer.transfer_page import TransferPage
from tests.end2end.desk import practice_desk
from tests.end2end.walk import Walk
from tests.fakes import whole_desk
from tests.fakes.desk import FakeEngineDoor
from tests.fakes.transfer_views import desk, desk_in, held_back

AFTER_MS = 120_000
PAGES = {
    "what": "transfer-what",
    "route": "transfer-route",
    "compared": "transfer-destination",
    "proof-asking": "transfer-proof",
    "send": "transfer-send",
    "confirming": "transfer-watch",
    "done": "transfer-done",
}


TOKEN_PAGES = {
    "coins": "transfer-coins",
    "route": "transfer-token-route",
    "compared": "transfer-token-destination",
    "proof-asking": "transfer-token-proof",
    "confirming": "transfer-token-watch",
}


def take(folder: Path) -> None:
    """Walk from the storm to Verified and save each picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, practice_desk(Path(home), 10.0) as practice:
        window = practice.shell.window
        window.resize(1440, 900)

        pages = dict(PAGES)

        def save(page: str) -> None:
            if page in pages:
                walk.settle()
                save_picture(window, folder / f"{pages[page]}.png")

        walk = Walk(window, practice.engine, patience_ms=90_000, at_page=save)
        walk.until(lambda: practice.engine.view() is not None, "no picture of the desk")
        walk.until(lambda: walk.view().level is Level.CRITICAL, "the storm does not become critical")
        opened_ms = walk.view().now_ms
        walk.until(lambda: walk.view().now_ms > opened_ms + AFTER_MS, "the clock stands still")
        window.notices.hide()
        walk.settle()
        save_picture(window, folder / "main-storm.png")
        save_rules(walk, window, folder)
        practice.shell.open_transfer(walk.view().incidents[0].id)
        walk.to_proof()
        walk.to_watch()
        walk.to_verified()
        pages.clear()
        pages |= TOKEN_PAGES
        practice.shell.open_transfer("")
        walk.choose_coin("USDT")
        walk.to_proof("TRX")
        walk.to_watch()
        walk.to_verified()
        save_unknown(folder)
        save_refused(folder)
        save_device_questions(folder)
        save_feeds(folder)
        save_settings(folder)


def save_rules(walk: Walk, window: MainWindow, folder: Path) -> None:
    """Open the rule editor, wait until its trial has come, and draw it."""
    window.open_rules()
    walk.until(lambda: window.rules_page is not None and window.rules_page.firings.save.isEnabled(), "no trial came")
    walk.settle()
    save_picture(window, folder / "rule-editor.png")
    window.show_market()


def save_feeds(folder: Path) -> None:
    """Draw the feeds in full from an example: one venue sampled, one complete, one stale, one partial and down."""
    page = FeedHealth(FakeEngineDoor())
    page.resize(920, 470)
    page.show_view(whole_desk.storm())
    save_picture(page, folder / "feeds.png")
    page.close()


def save_settings(folder: Path) -> None:
    """Draw the settings from an example."""
    page = SettingsWindow(FakeEngineDoor())
    page.show_view(whole_desk.storm(plans=whole_desk.PLANS, ways_out=whole_desk.WAYS_OUT))
    save_picture(page, folder / "settings.png")
    page.close()


def save_unknown(folder: Path) -> None:
    """Draw the page nobody wants to meet, from an example: practice cannot lose an answer yet."""
    view = desk_in(TransferState.UNKNOWN)
    page = TransferPage(FakeEngineDoor(view))
    page.resize(1440, 876)
    page.open_for("", "BTC")
    page.show_view(view)
    save_picture(page, folder / "transfer-unknown.png")


def save_refused(folder: Path) -> None:
    """Draw a guard's refusal, from an example: collateral that an open position needs to live through the wick."""
    view = desk(held_back(TransferState.DRAFT))
    page = TransferPage(FakeEngineDoor(view))
    page.resize(1440, 876)
    page.show()
    page.open_for("", "BTC")
    for _ in range(2):  # as frames do: what a first one showed is laid out by the next
        QApplication.processEvents()
        page.show_view(view)
    save_picture(page, folder / "transfer-refused.png")
    page.close()


def save_device_questions(folder: Path) -> None:
    """Draw the wallet's questions beside a transfer, from an example: its PIN grid, and which wallet to open."""
    questions = {
        "device-pin": DeviceQuestion(1, "pin", keys=10),
        "device-passphrase": DeviceQuestion(2, "passphrase", attach_pin=True),
    }
    for name, question in questions.items():
        wallet = DeviceView(state="busy", model="Classic 1S", label="Harbour", question=question)
        view = msgspec.structs.replace(desk_in(TransferState.NEEDS_ADDRESS), device=wallet)
        page = TransferPage(FakeEngineDoor(view))
        page.resize(1440, 876)
        page.open_for("", "BTC")
        page.show_view(view)
        save_picture(page, folder / f"{name}.png")
        page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
