"""Windows beside the main one: feeds, indicators, wallet, settings, keys. One of each; the market goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QWidget

from desktop.engine.desk_view import CoinView, DeskView
from desktop.engine.door import EngineDoor
from desktop.ui.feed_health import FeedHealth
from desktop.ui.finder import Finder
from desktop.ui.indicator_sheet import IndicatorSheet
from desktop.ui.settings.hand_entry import HandEntry
from desktop.ui.settings.settings_window import SettingsWindow
from desktop.ui.shortcut_sheet import ShortcutSheet
from desktop.ui.wallet_window import WalletWindow


class SideWindows:
    """Opens each window once, raises it the next time, and keeps those that are open up to date. GUI thread."""

    def __init__(self, parent: QWidget, door: EngineDoor) -> None:
        self._parent = parent
        self._door = door
        self._open: dict[str, QDialog] = {}
        self._view: DeskView | None = None
        self._coin: CoinView | None = None

    def show_view(self, view: DeskView, coin: CoinView | None) -> None:
        """Show a view in every window that is open."""
        self._view, self._coin = view, coin
        feeds, sheet = self._open.get("feeds"), self._open.get("indicators")
        for window in self._open.values():
            if isinstance(window, SettingsWindow | HandEntry | Finder | WalletWindow):
                window.show_view(view)
        if isinstance(feeds, FeedHealth):
            feeds.show_view(view)
        if isinstance(sheet, IndicatorSheet) and coin is not None:
            sheet.show_coin(view, coin)

    def open_feeds(self) -> None:
        """Show all feeds in full."""
        self._show("feeds", lambda: FeedHealth(self._door, self._parent))

    def open_indicators(self) -> None:
        """Show every indicator of the chosen coin."""
        self._show("indicators", lambda: IndicatorSheet(self._parent))

    def open_hand_entry(self) -> None:
        """Let the person enter what they hold."""
        self._show("hand", lambda: HandEntry(self._door, self._parent))

    def open_finder(self, show: Callable[[str], None]) -> None:
        """Let the person find a coin; `show` gets the one that is chosen."""

        def make() -> Finder:
            finder = Finder(self._door, self._parent)
            finder.chosen.connect(show)
            return finder

        self._show("finder", make)

    def open_settings(self) -> None:
        """Show the settings."""
        self._show("settings", lambda: SettingsWindow(self._door, self._parent))

    def open_wallet(self) -> None:
        """Show the wallet in full."""
        self._show("wallet", lambda: WalletWindow(self._door, self._parent))

    def open_keys(self) -> None:
        """Show the sheet of keys."""
        self._show("keys", lambda: ShortcutSheet(self._parent))

    def _show(self, name: str, make: Callable[[], QDialog]) -> None:
        window = self._open.get(name)
        if window is None:
            window = self._open[name] = make()
            window.destroyed.connect(lambda: self._open.pop(name, None))
        if self._view is not None:
            self.show_view(self._view, self._coin)
        window.show()
        window.raise_()
