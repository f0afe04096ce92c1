"""Tray icon and menu, notices in the window, and what happens where there is no tray."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from desktop.engine.commands import Acknowledge, Snooze
from desktop.engine.desk_view import DeskView, FeedView
from desktop.engine.ports import Notification
from desktop.risk.reading import Level
from desktop.ui import icons
from desktop.ui.notices import NoticeBar, balloon_body
from desktop.ui.parts import set_tip
from desktop.ui.shapes import Shape
from desktop.ui.tray import Tray, seconds_until_morning, shape_of, state_line
from desktop.ui.window_memory import WindowMemory
from tests.fakes import desk

ALL_LIVE = (FeedView("binance", "live", 300, 0), FeedView("bybit", "live", 300, 0))
ONE_DOWN = (FeedView("binance", "live", 300, 0), FeedView("bybit", "down", 60_000, 0))


@pytest.fixture
def tray(qtbot: QtBot) -> Iterator[tuple[Tray, desk.FakeEngineDoor]]:
    """Return a tray's menu and the door it hands commands to."""
    door = desk.FakeEngineDoor()
    holder = QWidget()
    qtbot.addWidget(holder)
    made = Tray(door, holder)
    qtbot.addWidget(made.menu)
    yield made, door
    holder.deleteLater()


@pytest.mark.parametrize(
    ("view", "shape"),
    [
        (None, Shape.UNKNOWN),
        (desk.blind(), Shape.UNKNOWN),
        (desk.calm(), Shape.CALM),
        (desk.calm(feeds=ONE_DOWN), Shape.UNKNOWN),
        (desk.storm(feeds=ALL_LIVE), Shape.WARNING),
        (desk.storm(feeds=ALL_LIVE, snoozed_until_ms=desk.NOW_MS + 1), Shape.SNOOZED),
        (desk.storm(feeds=ONE_DOWN, level=Level.CRITICAL, snoozed_until_ms=desk.NOW_MS + 1), Shape.CRITICAL),
    ],
)
def test_the_icon_tells_blind_snoozed_and_level_apart(view: DeskView | None, shape: Shape) -> None:
    assert shape_of(view) is shape


def test_the_five_icons_differ_without_colour(qtbot: QtBot) -> None:
    pictures = set()
    for shape in (Shape.CALM, Shape.WARNING, Shape.CRITICAL, Shape.UNKNOWN, Shape.SNOOZED):
        image = icons.tray_icon(shape).pixmap(22, 22).toImage()
        ink = [image.pixelColor(x, y).alpha() > 100 for x in range(image.width()) for y in range(image.height())]
        pictures.add(tuple(ink))
    assert len(pictures) == 5


def test_the_programs_own_icon_is_there() -> None:
    assert not icons.app_icon().isNull()


def test_the_state_line_names_what_is_not_seen() -> None:
    assert state_line(desk.storm()) == "Warning · 1 stale"
    assert state_line(desk.blind()) == "Risk lower · 2 feeds down"
    assert state_line(None) == "Starting…"


def test_the_menu_shows_the_last_three_incidents_and_readiness(tray: tuple[Tray, desk.FakeEngineDoor]) -> None:
    menu, _ = tray
    menu.show_view(desk.storm())
    assert [action.text().split("\t")[0] for action in menu.incidents] == [
        "Bybit feed silent",
        "Long cascade, BTC",
        "Long cascade, BTC",
    ]
    assert menu.readiness.text() == "Readiness: BTC, ETH, USDT, USDC, SOL not ready"
    assert not menu.practice.isVisible()
    menu.show_view(desk.calm())
    assert [action.isVisible() for action in menu.incidents] == [True, False, False]
    assert menu.practice.isVisible()


def test_the_menu_hands_in_commands(tray: tuple[Tray, desk.FakeEngineDoor], qtbot: QtBot) -> None:
    menu, door = tray
    menu.show_view(desk.storm())
    menu.acknowledge.trigger()
    snoozes: list[QAction] = menu.snooze.actions()
    snoozes[0].trigger()
    snoozes[1].trigger()
    assert door.commands == [Acknowledge(), Snooze(900), Snooze(3600)]
    snoozes[2].trigger()
    last = door.commands[-1]
    assert isinstance(last, Snooze)
    assert 0 < last.seconds <= 86_400
    with qtbot.waitSignal(menu.transfer_wanted) as told:
        menu.transfer.trigger()
    assert told.args == [""]


def test_morning_is_today_before_eight_and_tomorrow_after() -> None:
    assert seconds_until_morning(datetime(2026, 1, 31, 7, 30, tzinfo=UTC)) == 1800
    assert seconds_until_morning(datetime(2026, 1, 31, 8, 0, tzinfo=UTC)) == 86_400
    assert seconds_until_morning(datetime(2026, 1, 31, 23, 0, tzinfo=UTC)) == 9 * 3600


def test_without_a_tray_no_icon_is_made(
    tray: tuple[Tray, desk.FakeEngineDoor], monkeypatch: pytest.MonkeyPatch
) -> None:
    menu, _ = tray
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    assert not menu.appear()
    assert menu.icon is None
    menu.show_view(desk.storm())


def test_a_missing_tray_is_said_once_in_the_life_of_a_profile(tmp_path: Path) -> None:
    assert WindowMemory(tmp_path).first_time_without_tray()
    assert not WindowMemory(tmp_path).first_time_without_tray()


def test_the_first_window_fits_the_screen_and_leaves_room_for_its_frame(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(5000, 4000)
    room = window.screen().availableGeometry()
    WindowMemory(tmp_path).place(window)
    assert window.width() < room.width()
    assert window.height() < room.height()
    window.resize(400, 300)
    WindowMemory(tmp_path).place(window)
    assert (window.width(), window.height()) == (400, 300)


def test_the_window_comes_back_where_it_was(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(40, 30, 500, 400)
    WindowMemory(tmp_path).keep(window)
    other = QWidget()
    qtbot.addWidget(other)
    WindowMemory(tmp_path).place(other)
    assert other.size() == window.size()


def test_buttons_of_a_notice_are_never_cut(qtbot: QtBot) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    room.resize(900, 600)
    room.show()
    bar = NoticeBar()
    bar.setParent(room)
    actions = (("open", "Open transfer"), ("snooze", "Snooze 1 h"), ("ack", "Acknowledge"))
    title = "Warning: market-wide fall in BTC and 24 more"
    bar.show_notification(Notification("1", title, "because of much that has happened", urgent=True, actions=actions))
    qtbot.waitUntil(lambda: len([one for one in bar.findChildren(QPushButton) if one.isVisible()]) == 4)
    for button in bar.findChildren(QPushButton):
        assert button.width() >= button.sizeHint().width(), button.text()


def test_nothing_in_a_body_is_read_as_mark_up(qtbot: QtBot) -> None:
    assert balloon_body("a <b>&</b> c") == "a &lt;b&gt;&amp;&lt;/b&gt; c"
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.show_notification(Notification("1", "<h1>Big</h1>", "<img src='x'>", urgent=True))
    assert bar.title.text() == "<h1>Big</h1>"
    assert bar.title.textFormat() is Qt.TextFormat.PlainText
    assert bar.body.textFormat() is Qt.TextFormat.PlainText


def test_a_notice_carries_the_same_buttons_and_replaces_the_one_before(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    actions = (("transfer", "Open transfer"), ("snooze", "Snooze 1 h"), ("acknowledge", "Acknowledge"))
    bar.show_notification(Notification("first", "One", "because", urgent=False, actions=actions))
    bar.show_notification(Notification("second", "Two", "because", urgent=False, actions=actions))
    assert bar.title.text() == "Two"
    shown: list[QPushButton] = []

    def snooze_is_there() -> bool:
        shown[:] = [b for b in bar.findChildren(QPushButton) if b.text() == "Snooze 1 h" and b.isVisible()]
        return len(shown) == 1

    qtbot.waitUntil(snooze_is_there)
    with qtbot.waitSignal(bar.chosen) as told:
        qtbot.mouseClick(shown[0], Qt.MouseButton.LeftButton)
    assert told.args == ["second", "snooze"]
    assert not bar.isVisible()


def test_a_tip_shows_foreign_words_as_they_are(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    set_tip(widget, "closed by <b>host</b>\nat once")
    assert widget.toolTip() == "<qt>closed by &lt;b&gt;host&lt;/b&gt;<br>at once</qt>"
    set_tip(widget, "")
    assert widget.toolTip() == ""
