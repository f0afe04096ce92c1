"""The main window over fake views: what it says, what it hands in, how it is reached by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.alerts.incidents import Member
from desktop.engine.commands import Acknowledge, Snooze, WatchCoin
from desktop.engine.desk_view import DeskView, ExchangePageView
from desktop.risk.reading import Level
from desktop.ui import runs, theme, wording
from desktop.ui.incident_list import ROW_PX, when
from desktop.ui.level_block import level_run, score_run
from desktop.ui.main_window import MainWindow
from desktop.ui.shapes import Shape
from desktop.ui.shortcut_sheet import ShortcutSheet
from desktop.ui.theme import DARK, LIGHT, Wardrobe
from tests.fakes import desk, whole_desk


class FakeTransferPage(QWidget):
    """Stands where the transfer page stands; keeps what it was asked."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[tuple[str, str]] = []
        self.views: list[DeskView] = []

    def open_for(self, incident_id: str, coin: str) -> None:
        """Keep for which incident."""
        self.opened.append((incident_id, coin))

    def take_focus(self) -> None:
        """Take it, as the real one does."""
        self.setFocus()

    def show_view(self, view: DeskView) -> None:
        """Keep the view."""
        self.views.append(view)


@pytest.fixture
def wardrobe(qapp: QApplication) -> Iterator[Wardrobe]:
    """Dress the application dark."""
    made = Wardrobe(qapp, "dark")
    yield made
    made.wear("dark")
    made.deleteLater()


def opened(
    qtbot: QtBot, view: DeskView, size: tuple[int, int] = (1440, 900)
) -> tuple[MainWindow, desk.FakeEngineDoor]:
    """Return a visible window that shows this view, and its door."""
    door = desk.FakeEngineDoor(view)
    window = MainWindow(door)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.show_lines(view)
    window.show_words(view)
    return window, door


def test_the_storm_is_said_with_word_shape_reason_and_time(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.storm())
    assert window.header.level.accessibleName() == "Warning. Long cascade, BTC. since 15:00 · 12 min"
    assert "≥ 0.41 % of OI" in window.header.started.words()
    assert "14 s stale" in window.header.fuel.words()
    assert "Positions unknown" in window.header.survive.words()
    assert window.header.move_button.property("kind") == "primary"


def test_calm_is_risk_lower_and_the_way_out_stays_quiet(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.calm())
    assert window.header.level.accessibleName().startswith("Risk lower.")
    assert window.header.move_button.property("kind") == "plain"
    assert "Risk lower" in window.incidents.quiet.words()


def test_without_any_feed_nothing_looks_calm(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.blind())
    assert window.header.level.accessibleName().startswith("Blind.")
    assert "down 10 min" in window.header.fuel.words()
    assert "never heard" in window.header.fuel.words()
    for line in (window.header.started, window.header.fuel):
        assert "0.00" not in line.words()
    quiet, _ = opened(qtbot, desk.blind(incidents=()))
    assert "cannot be judged" in quiet.incidents.quiet.words()


def test_an_engine_that_stopped_does_not_leave_old_answers_standing(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.calm())
    window.show_silence("OSError: disk full")
    assert window.header.level.accessibleName() == "Blind. the engine stopped. OSError: disk full"
    assert window.header.started.words() == "unknown: the engine stopped"
    assert "disk full" in window.notices.title.text()


def test_a_hanging_engine_is_said_and_the_next_picture_puts_it_right(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.calm())
    window.show_quiet(7.0)
    assert "no news from the engine. for 7 s" in window.header.level.accessibleName()
    window.show_words(desk.calm(version=4))
    assert window.header.level.accessibleName().startswith("Risk lower.")


@pytest.mark.parametrize(("world", "shown"), [("practice", True), ("replay", True), ("live", False)])
def test_every_world_but_the_live_one_is_named_over_all_pages(qtbot: QtBot, world: str, shown: bool) -> None:
    window, _ = opened(qtbot, desk.storm(world=world))  # type: ignore[arg-type]
    assert window.banner.isVisible() is shown
    if shown:
        assert window.banner.accessibleName().startswith(world.upper())
        window.set_transfer_page(page := FakeTransferPage(), page)
        window.open_transfer("x")
        assert window.banner.isVisible()


def test_the_buttons_of_an_incident_hand_in_commands(qtbot: QtBot) -> None:
    window, door = opened(qtbot, desk.storm())
    page = FakeTransferPage()
    window.set_transfer_page(page, page)
    card = window.incidents.card
    qtbot.mouseClick(card.acknowledge, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.snooze, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.transfer, Qt.MouseButton.LeftButton)
    wanted = desk.cascade().id
    assert door.commands == [Acknowledge(wanted), Snooze(3600, wanted)]
    assert page.opened == [(wanted, "")]
    assert window.pages.currentWidget() is page
    assert page.views[-1].incidents[0].id == wanted


def test_move_to_wallet_opens_the_transfer_for_the_worst_incident(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.storm(incidents=(desk.silent_feed(), desk.cascade())))
    page = FakeTransferPage()
    window.set_transfer_page(page, page)
    qtbot.mouseClick(window.header.move_button, Qt.MouseButton.LeftButton)
    assert page.opened == [(desk.cascade().id, "")]
    window.show_market()
    assert window.pages.currentWidget() is window.market


def test_among_equal_incidents_the_first_coin_of_the_list_is_shown(qtbot: QtBot) -> None:
    later = desk.cascade(id="eth", coin="ETH", opened_ms=desk.NOW_MS - 1000)
    window, _ = opened(qtbot, desk.storm(incidents=(later, desk.cascade())))
    assert window.incidents.card.title.text() == "Long cascade, BTC"
    worse = msgspec.structs.replace(later, level=Level.CRITICAL, peak=Level.CRITICAL)
    window.show_words(desk.storm(incidents=(worse, desk.cascade()), level=Level.CRITICAL))
    assert window.incidents.card.title.text() == "Long cascade, ETH"


def test_a_chosen_coin_is_asked_of_the_engine_and_fills_the_tiles(qtbot: QtBot) -> None:
    window, door = opened(qtbot, desk.storm())
    qtbot.mouseClick(window.watchlist.rows["SOL"], Qt.MouseButton.LeftButton)
    assert door.commands == [WatchCoin("SOL", 60_000)]
    assert all(tile.facts is not None and tile.facts.value == "" for tile in window.tiles.tiles[:-1])
    qtbot.keyClick(window.watchlist.rows["ETH"], Qt.Key.Key_Return)
    assert door.commands[-1] == WatchCoin("ETH", 60_000)
    qtbot.mouseClick(window.chart.interval_buttons[3_600_000], Qt.MouseButton.LeftButton)
    assert door.commands[-1] == WatchCoin("ETH", 3_600_000)


def test_an_incident_that_does_not_hold_any_more_says_since_when(qtbot: QtBot) -> None:
    cascade = desk.cascade()
    window, _ = opened(qtbot, desk.storm(incidents=(cascade,)))
    assert "no longer so" not in window.incidents.card.story.text()
    member = Member(cascade.rule, "BTC", cascade.level, cascade.opened_ms, eased_ms=cascade.opened_ms + 60_000)
    eased = msgspec.structs.replace(cascade, members=(member,))
    window.show_words(desk.storm(incidents=(eased,)))
    assert "no longer so" in window.incidents.card.story.text()
    assert "now" not in window.incidents.card.story.text()
    assert when(eased, desk.NOW_MS).endswith("eased")


def test_a_seen_incident_cannot_be_acknowledged_twice(qtbot: QtBot) -> None:
    seen = desk.cascade(acknowledged_ms=desk.NOW_MS - 60_000)
    window, _ = opened(qtbot, desk.storm(incidents=(seen,)))
    assert not window.incidents.card.acknowledge.isEnabled()
    assert window.incidents.card.acknowledge.text() == "Seen 15:11"


def test_a_closed_incident_is_a_line_and_not_a_card(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.calm())
    assert not window.incidents.card.isVisible()
    assert "closed" in window.incidents.rows[0].accessibleName()


def test_a_silent_feed_has_no_transfer_button(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.blind())
    assert window.incidents.card.isVisible()
    assert not window.incidents.card.transfer.isVisible()
    assert window.incidents.card.shape.shape is Shape.DOWN


def test_amounts_can_be_hidden(qtbot: QtBot) -> None:
    page = ExchangePageView("binance", {"BTC": "0.5915"}, {})
    window, _ = opened(qtbot, desk.storm(exchange_page=page))
    assert "0.5915 BTC" in window.header.survive.words()
    window.hide_amounts(True)
    assert "0.5915" not in window.header.survive.words()
    assert "0.5915" not in " ".join(line.words() for line in window.next_step.lines)
    window.hide_amounts(False)
    assert "0.5915 BTC" in window.header.survive.words()


def test_a_refusal_of_the_engine_is_said_once(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.storm())
    refused = desk.storm(version=11, notes=("The wallet is locked.",))
    window.show_lines(refused)
    window.show_words(refused)
    assert window.notices.title.text() == "The wallet is locked."
    window.notices.hide()
    again = desk.storm(version=12, notes=("The wallet is locked.",))
    window.show_lines(again)
    window.show_words(again)
    assert not window.notices.isVisible()


def test_every_control_is_reached_by_tab_and_has_a_name(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.storm())
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    reached: set[QWidget] = set()
    for _ in range(80):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in reached and len(reached) > 20:
            break
        reached.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    wanted: set[QWidget] = set()
    wanted |= {window.header.move_button, window.incidents.card.acknowledge, window.incidents.card.transfer}
    wanted |= {window.chart.panes, window.chart.pause_button, *window.tiles.tiles, *window.feeds.rows}
    wanted |= {row for row in window.incidents.rows if row.isVisible()}
    assert wanted <= reached
    assert [widget for widget in reached if not widget.accessibleName()] == []


def test_arrows_walk_the_watch_list(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.storm())
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    rows = window.watchlist.rows
    rows["BTC"].setFocus()
    qtbot.keyClick(rows["BTC"], Qt.Key.Key_Down)
    assert rows["ETH"].hasFocus()


def test_space_pauses_the_chart_and_presses_buttons_elsewhere(qtbot: QtBot) -> None:
    window, door = opened(qtbot, desk.storm())
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.chart.panes.setFocus()
    qtbot.keyClick(window.chart.panes, Qt.Key.Key_Space)
    assert window.chart.is_paused
    assert "chart paused, alerts go on" in window.context.right.words()
    window.incidents.card.acknowledge.setFocus()
    qtbot.keyClick(window.incidents.card.acknowledge, Qt.Key.Key_Space)
    assert door.commands == [Acknowledge(desk.cascade().id)]
    assert window.chart.is_paused


def test_a_question_mark_opens_the_sheet_of_keys(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, desk.storm())
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.chart.panes.setFocus()
    qtbot.keyClicks(window.chart.panes, "?")
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    assert sheet.isVisible()
    sheet.close()


def test_the_coverage_is_whole_in_the_head_of_a_small_window(qtbot: QtBot) -> None:
    window, _ = opened(qtbot, whole_desk.storm(), (1100, 700))
    line = window.header.fuel
    kept = runs.fitted(line.runs, line.width())
    assert runs.width_of(kept) <= line.width()
    assert "Coverage 71 %" in runs.spoken(kept)
    narrow, wide = (runs.spoken(runs.fitted(line.runs, width)) for width in (300, 2000))
    assert "Coverage 71 %" in narrow
    assert "Binance 0.3 s" not in narrow
    assert "Binance 0.3 s" in wide


def test_a_single_incident_leaves_its_room_to_what_is_below(qtbot: QtBot) -> None:
    one = msgspec.structs.replace(desk.storm(), incidents=(desk.cascade(),))
    window, _ = opened(qtbot, one, (1100, 700))
    rows = window.incidents.findChild(QScrollArea)
    assert rows is not None
    assert rows.minimumHeight() == 0
    others = tuple(msgspec.structs.replace(desk.cascade(), id=f"c{n}") for n in range(5))
    window.show_words(msgspec.structs.replace(one, incidents=others))
    assert rows.minimumHeight() == 2 * ROW_PX


@pytest.mark.parametrize("height", [700, 1000])
def test_the_next_step_is_told_in_a_low_window_as_well(qtbot: QtBot, height: int) -> None:
    window, _ = opened(qtbot, desk.storm(), (1280, height))
    assert window.incidents.card.note.isVisible()
    assert "Next: " in window.incidents.card.note.text()


def test_the_next_step_of_an_incident_is_its_own(qtbot: QtBot) -> None:
    wick = msgspec.structs.replace(desk.cascade(), rule="wick-test-failed", coin="", venue="binance", next_step="")
    for given, words in (("", "do not withdraw from it"), ("Call Binance.", "Next: Call Binance.")):
        told = msgspec.structs.replace(wick, next_step=given, note="")
        window, _ = opened(qtbot, msgspec.structs.replace(desk.storm(), incidents=(told,)), (1440, 1000))
        assert words in window.incidents.card.note.text()
        assert "while withdrawals are open" not in window.incidents.card.note.text()


@pytest.mark.parametrize("width", [196, 235])
@pytest.mark.parametrize("level", list(Level))
def test_the_word_of_the_level_is_whole_beside_its_score(width: int, level: Level) -> None:
    score = runs.width_of((score_run(100.0, width),)) + 8
    room = width - 2 * 16 - 33 - score
    word = level_run(wording.level_word(level), "text", room)
    assert runs.width_of((word,)) <= room
    assert level_run(wording.level_word(level), "text", 400).px == theme.VALUE


@pytest.mark.parametrize("size", [(1100, 700), (1280, 800), (1440, 900), (1920, 1080)])
def test_nothing_is_cut_off_at_any_size(qtbot: QtBot, wardrobe: Wardrobe, size: tuple[int, int]) -> None:
    window, _ = opened(qtbot, desk.storm(), size)
    assert (window.width(), window.height()) == size
    card = window.incidents.card
    column = window.findChild(QScrollArea, "right column")
    assert column is not None
    assert column.widget().width() <= column.viewport().width()
    for button in (card.acknowledge, card.snooze, card.transfer, window.header.move_button):
        assert button.width() >= button.minimumSizeHint().width()
    for word in (window.watchlist.title, window.watchlist.add, window.watchlist.right):
        assert word.width() >= word.minimumSizeHint().width()
    for bar in card.factors:
        assert bar.height() == 35
    tops = [bar.y() for bar in card.factors]
    assert all(b - a >= 35 for a, b in pairwise(tops))
    assert window.chart.width() > 400


def test_both_themes_are_worn_at_once_and_by_every_painter(qtbot: QtBot, wardrobe: Wardrobe) -> None:
    window, _ = opened(qtbot, desk.storm())
    for choice, palette in (("light", LIGHT), ("dark", DARK)):
        wardrobe.wear(choice)  # type: ignore[arg-type]
        assert theme.colours() is palette
        assert QApplication.palette().color(QPalette.ColorRole.Window) == palette.window
        picture = window.grab().toImage()
        tint = picture.pixelColor(window.header.level.width() // 2, window.banner.height() + 90)
        assert tint == palette.tint_warning


def test_the_desk_before_the_first_picture_claims_nothing(qtbot: QtBot) -> None:
    window = MainWindow(desk.FakeEngineDoor())
    qtbot.addWidget(window)
    window.show()
    assert "No picture yet" in window.header.level.accessibleName()
