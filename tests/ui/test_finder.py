"""Finding a coin, switching venues: what is handed in, and what is shown."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.symbol_catalogue import CatalogueHit
from desktop.engine.commands import AddCoin, FindCoins, RemoveCoin, SetOffline, SetVenue
from desktop.engine.market.catalogue_view import CatalogueView
from desktop.ui.feed_health import FeedHealth
from desktop.ui.finder import Finder
from desktop.ui.main_window import MainWindow
from tests.fakes import desk, whole_desk

HITS = (
    CatalogueHit("BTC", (("binance", "BTCUSDT"), ("okx", "BTC-USDT-SWAP")), 2.1e10),
    CatalogueHit("PEPE", (("binance", "1000PEPEUSDT"),), None),
)


def opened(qtbot: QtBot, words: str = "") -> tuple[Finder, desk.FakeEngineDoor]:
    """Return the finder over two coins, of which BTC is watched."""
    door = desk.FakeEngineDoor()
    finder = Finder(door)
    qtbot.addWidget(finder)
    finder.show()
    found = CatalogueView(words, HITS, ("BTC", "ETH"), 512)
    finder.show_view(whole_desk.storm(catalogue=found))
    return finder, door


def test_what_is_typed_is_asked_once_after_a_moment(qtbot: QtBot) -> None:
    finder, door = opened(qtbot)
    qtbot.keyClicks(finder.field, "pep")
    qtbot.waitUntil(lambda: len(door.commands) == 2)
    assert door.commands == [FindCoins(""), FindCoins("pep")]


def test_a_world_without_a_list_finds_among_its_own_coins_and_asks_nobody(qtbot: QtBot) -> None:
    door = desk.FakeEngineDoor()
    finder = Finder(door)
    qtbot.addWidget(finder)
    finder.show()
    finder.show_view(msgspec.structs.replace(whole_desk.storm(), world="practice", catalogue=None))
    assert [row.hit.coin for row in finder.rows if not row.isHidden() and row.hit] == ["BTC", "ETH", "SOL"]
    assert "this world has these coins alone" in finder.told.words()
    qtbot.keyClicks(finder.field, "et")
    qtbot.waitUntil(lambda: sum(not row.isHidden() for row in finder.rows) == 1)
    qtbot.keyClick(finder, Qt.Key.Key_Delete)
    with qtbot.waitSignal(finder.chosen) as told:
        qtbot.keyClick(finder, Qt.Key.Key_Return)
    assert told.args == ["ETH"]
    assert door.commands == []


def test_rows_tell_venues_turnover_and_what_is_watched(qtbot: QtBot) -> None:
    finder, _ = opened(qtbot)
    names = [row.accessibleName() for row in finder.rows if not row.isHidden()]
    assert names == ["BTC, Binance, OKX, watched", "PEPE, Binance, not watched"]


def test_enter_watches_and_shows_the_marked_coin(qtbot: QtBot) -> None:
    finder, door = opened(qtbot)
    qtbot.keyClick(finder, Qt.Key.Key_Down)
    with qtbot.waitSignal(finder.chosen) as told:
        qtbot.keyClick(finder, Qt.Key.Key_Return)
    assert told.args == ["PEPE"]
    assert AddCoin("PEPE") in door.commands


def test_a_coin_that_is_watched_is_only_shown(qtbot: QtBot) -> None:
    finder, door = opened(qtbot)
    with qtbot.waitSignal(finder.chosen):
        qtbot.keyClick(finder, Qt.Key.Key_Return)
    assert not any(isinstance(command, AddCoin) for command in door.commands)


def test_delete_stops_watching_but_never_the_last_coin(qtbot: QtBot) -> None:
    finder, door = opened(qtbot)
    qtbot.keyClick(finder, Qt.Key.Key_Delete)
    assert RemoveCoin("BTC") in door.commands
    finder.show_view(whole_desk.storm(catalogue=CatalogueView("", HITS, ("BTC",), 512)))
    before = len(door.commands)
    qtbot.keyClick(finder, Qt.Key.Key_Delete)
    assert len(door.commands) == before


def test_nothing_found_says_among_how_many(qtbot: QtBot) -> None:
    finder, _ = opened(qtbot)
    finder.show_view(whole_desk.storm(catalogue=CatalogueView("zzz", (), ("BTC",), 512)))
    assert finder.told.words() == "nothing of that name among 512 coins"


def test_plus_coin_opens_the_finder_and_shows_the_chosen_coin(qtbot: QtBot) -> None:
    door = desk.FakeEngineDoor()
    window = MainWindow(door)
    qtbot.addWidget(window)
    window.show()
    view = whole_desk.storm(catalogue=CatalogueView("", HITS, ("BTC", "ETH"), 512))
    window.show_words(view)
    qtbot.mouseClick(window.watchlist.add, Qt.MouseButton.LeftButton)
    window.show_words(view)
    [finder] = [found for found in window.findChildren(QWidget) if isinstance(found, Finder)]
    qtbot.keyClick(finder, Qt.Key.Key_Return)
    assert any(getattr(command, "coin", "") == "BTC" for command in door.commands)


def test_a_removed_coin_leaves_the_watch_list(qtbot: QtBot) -> None:
    window = MainWindow(desk.FakeEngineDoor())
    qtbot.addWidget(window)
    view = whole_desk.storm()
    window.show_words(view)
    window.show_words(whole_desk.storm(coins=view.coins[:1]))
    assert list(window.watchlist.rows) == ["BTC"]


@pytest.mark.parametrize("on", [True, False])
def test_a_venue_is_switched_and_the_whole_goes_offline(qtbot: QtBot, on: bool) -> None:
    door = desk.FakeEngineDoor()
    window = FeedHealth(door)
    qtbot.addWidget(window)
    window.show_view(whole_desk.storm())
    window.cards[1].on.setChecked(not on)
    window.cards[1].on.click()
    window.offline.click()
    assert door.commands[-1] == SetOffline(True)
    assert SetVenue("bybit", on) in door.commands


def test_offline_is_said_over_every_page_and_can_be_ended_there(qtbot: QtBot) -> None:
    door = desk.FakeEngineDoor()
    window = MainWindow(door)
    qtbot.addWidget(window)
    window.show()
    window.show_words(whole_desk.storm())
    assert not window.offline.isVisible()
    window.show_words(whole_desk.storm(offline=True))
    assert window.offline.isVisible()
    assert "OFFLINE BY CHOICE" in window.offline.accessibleName()
    window.open_rules()
    window.show_words(whole_desk.storm(offline=True))
    assert window.offline.isVisible()
    window.offline.go_online.click()
    assert door.commands[-1] == SetOffline(False)
    health = FeedHealth(door)
    qtbot.addWidget(health)
    health.show_view(whole_desk.storm(offline=True))
    assert health.offline.isChecked()
