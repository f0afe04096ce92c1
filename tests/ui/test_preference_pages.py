"""Appearance and network in the settings: filled once, saved as typed, and what is wrong is said with its remedy."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.domain.errors import BadInput
from desktop.engine.commands import KeepPreferences, SetOffline
from desktop.engine.preferences import PreferenceDesk, Preferences, PreferencesView
from desktop.storage.preferences import SettingsPreferences
from desktop.storage.settings import Settings, load_settings, save_settings
from desktop.ui.settings.settings_window import SettingsWindow
from desktop.ui.theme import Wardrobe
from desktop.venues.regional_hosts import chosen_hosts
from desktop.wiring.engine_parts import addresses
from tests.fakes import whole_desk
from tests.fakes.desk import FakeEngineDoor

KEPT = Preferences("dark", "", {"bybit": {"rest": "https://api.bybit.eu"}})


def opened(qtbot: QtBot, view: PreferencesView) -> tuple[SettingsWindow, FakeEngineDoor]:
    """Return the settings as they open, and their door."""
    door = FakeEngineDoor()
    window = SettingsWindow(door)
    qtbot.addWidget(window)
    window.show_view(whole_desk.storm(plans=whole_desk.PLANS, preferences=view))
    window.show()
    return window, door


def test_a_theme_is_chosen_and_nothing_else_changes(qtbot: QtBot) -> None:
    window, door = opened(qtbot, PreferencesView(KEPT, addresses()))
    window.choosers["Appearance"].click()
    assert window.appearance.isVisible()
    window.appearance.theme.setCurrentIndex(window.appearance.theme.findData("light"))
    window.appearance.save.click()
    assert door.commands == [KeepPreferences(msgspec.structs.replace(KEPT, theme="light"))]


def test_proxy_and_hosts_are_saved_as_typed_and_an_empty_field_takes_the_shipped_one(qtbot: QtBot) -> None:
    window, door = opened(qtbot, PreferencesView(KEPT, addresses()))
    window.choosers["Network"].click()
    page = window.network
    assert page.isVisible()
    assert page.hosts["bybit", "rest"].text() == "https://api.bybit.eu"
    assert page.hosts["bybit", "ws"].placeholderText().startswith("wss://stream.bybit.com")
    assert "bybit.kz" in page.hosts["bybit", "ws"].toolTip()
    page.hosts["bybit", "rest"].clear()
    page.hosts["okx", "rest"].setText("https://eea.okx.com/")
    page.proxy.setText(" socks5://127.0.0.1:1080 ")
    page.save.click()
    wanted = Preferences("dark", "socks5://127.0.0.1:1080", {"okx": {"rest": "https://eea.okx.com"}})
    assert door.commands == [KeepPreferences(wanted)]
    page.offline.click()
    assert door.commands[-1] == SetOffline(True)


def test_what_was_wrong_is_said_beside_save_and_the_fields_stay(qtbot: QtBot) -> None:
    view = PreferencesView(KEPT, addresses())
    window, _ = opened(qtbot, view)
    window.network.proxy.setText("nonsense")
    window.network.save.click()
    wrong = msgspec.structs.replace(view, trouble="'nonsense' is no proxy. Write it as http://127.0.0.1:3128.")
    window.show_view(whole_desk.storm(preferences=wrong))
    assert "no proxy" in window.network.verdict.text()
    assert window.network.proxy.text() == "nonsense"
    assert window.appearance.verdict.text() == ""
    window.network.save.click()
    window.show_view(whole_desk.storm(preferences=msgspec.structs.replace(view, saved=1)))
    assert "opened anew" in window.network.verdict.text()


def test_a_world_without_settings_has_nothing_to_save(qtbot: QtBot) -> None:
    window = SettingsWindow(FakeEngineDoor())
    qtbot.addWidget(window)
    window.show_view(whole_desk.storm())
    assert not window.network.save.isEnabled()


def test_a_chosen_theme_is_put_on_at_once(qapp: QApplication) -> None:
    before = qapp.styleSheet()
    wardrobe = Wardrobe(qapp, "dark")
    worn = qapp.styleSheet()
    wardrobe.change("light")
    assert qapp.styleSheet() != worn
    wardrobe.deleteLater()
    qapp.setStyleSheet(before)


@pytest.mark.parametrize(
    ("wanted", "words", "remedy"),
    [
        (Preferences(proxy="ftp://x"), "'ftp://x' is no proxy", "socks5://127.0.0.1:1080"),
        (Preferences(proxy="http://me:secret@host:1"), "is no proxy", "without name and password"),
        (Preferences(hosts={"bybit": {"rest": "https://evil.test"}}), "evil.test is no host of bybit", "bybit.kz"),
        (Preferences(hosts={"bybit": {"rest": "http://api.bybit.com"}}), "rest is 'http://api", "begins with https"),
    ],
)
def test_what_cannot_be_is_named_with_its_remedy_and_not_kept(
    tmp_path: Path, wanted: Preferences, words: str, remedy: str
) -> None:
    save_settings(tmp_path, Settings(theme="dark"))
    keeper = SettingsPreferences(tmp_path, addresses(), chosen_hosts)
    with pytest.raises(BadInput) as caught:
        asyncio.run(keeper.keep(wanted))
    assert words in caught.value.message
    assert remedy in caught.value.remedy
    assert load_settings(tmp_path) == Settings(theme="dark")


def test_preferences_are_kept_beside_everything_else_and_told(tmp_path: Path) -> None:
    save_settings(tmp_path, Settings(coins=("BTC", "PEPE"), offline=True))

    async def run() -> None:
        desk = PreferenceDesk(SettingsPreferences(tmp_path, addresses(), chosen_hosts))
        await desk.start()
        assert desk.view is not None
        assert desk.view.kept == Preferences()
        desk.refused("no")
        assert desk.view.trouble == "no"
        await desk.keep(KEPT)
        assert desk.view == PreferencesView(KEPT, addresses(), saved=1)

    asyncio.run(run())
    kept = load_settings(tmp_path)
    assert (kept.theme, kept.hosts, kept.coins, kept.offline) == ("dark", KEPT.hosts, ("BTC", "PEPE"), True)
