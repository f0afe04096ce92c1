"""The main window: market page and transfer page in one frame."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.engine.commands import Acknowledge, SetOffline, Snooze, WatchCoin
from desktop.engine.desk_view import CoinView, DeskView
from desktop.engine.door import EngineDoor, RuleTried
from desktop.ui import wording
from desktop.ui.market_page import MarketPage
from desktop.ui.next_step import open_transfer
from desktop.ui.notices import NoticeBar
from desktop.ui.offline_banner import OfflineBanner
from desktop.ui.parts import PracticeBanner
from desktop.ui.risk_answers import worst_open
from desktop.ui.rules.rules_page import RulesPage
from desktop.ui.side_windows import SideWindows
from desktop.ui.transfer_side import TransferSide
from desktop.ui.wording import tr

HOUR_S = 3600


class MainWindow(QMainWindow):
    """Market and transfer, one at a time, with the same banner over both. GUI thread.

    Signals:
        closing: the person closed the window (the application decides whether the program ends).
    """

    closing = Signal()

    def __init__(self, door: EngineDoor) -> None:
        super().__init__()
        self._door = door
        self._coin = ""
        self._interval_ms = 60_000
        self._view: DeskView | None = None
        self._transfer: QWidget | None = None
        self._transfer_side: TransferSide | None = None
        self._rules: RulesPage | None = None
        self._told: tuple[str, ...] = ()
        self.keeps_running = False
        self.banner = PracticeBanner()
        self.offline = OfflineBanner()
        self.notices = NoticeBar()
        self.market = page = MarketPage()
        self.header, self.tiles, self.context = page.header, page.tiles, page.context
        self.watchlist, self.feeds, self.chart = page.watchlist, page.feeds, page.chart
        self.incidents, self.exposure, self.next_step = page.incidents, page.exposure, page.next_step
        self.side = SideWindows(self, door)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.market)
        self._frame()
        self._connect()
        self._own_keys()
        self.chart.panes.setFocus()

    def _frame(self) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.offline)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(whole)
        self.notices.setParent(whole)
        self.notices.hide()
        self.setWindowTitle("Seawall")
        self.setMinimumSize(1100, 700)
        self.resize(1440, 900)

    def _connect(self) -> None:
        self.offline.online_wanted.connect(lambda: self._door.submit(SetOffline(False)))
        self.header.transfer_wanted.connect(self._move_to_wallet)
        self.header.wallet_wanted.connect(self.side.open_wallet)
        self.next_step.transfer_wanted.connect(self._move_to_wallet)
        self.watchlist.coin_chosen.connect(self.choose_coin)
        self.watchlist.find_wanted.connect(lambda: self.side.open_finder(self.choose_coin))
        self.feeds.health_wanted.connect(self.side.open_feeds)
        self.exposure.entry_wanted.connect(self.side.open_hand_entry)
        self.chart.interval_chosen.connect(self.choose_interval)
        self.chart.paused.connect(lambda _paused: self._say_words())
        self.chart.told.connect(self.notices.show_note)
        card = self.incidents.card
        card.acknowledged.connect(lambda incident: self._door.submit(Acknowledge(incident)))
        card.snoozed.connect(lambda incident: self._door.submit(Snooze(HOUR_S, incident)))
        card.transfer_wanted.connect(self.open_transfer)
        self.incidents.rules_wanted.connect(self.open_rules)

    # --- pages

    def set_transfer_page(self, page: QWidget, side: TransferSide) -> None:
        """Put the transfer page behind the market page."""
        self._transfer, self._transfer_side = page, side
        self.pages.addWidget(page)

    @Slot(str)
    def open_transfer(self, incident_id: str = "") -> None:
        """Show the transfer page: the open transfer, or a new one for this incident."""
        if self._transfer is None or self._transfer_side is None:
            return
        self._transfer_side.open_for(incident_id, "")
        if self._view is not None:
            self._transfer_side.show_view(self._view)
        self.notices.hide()
        self.pages.setCurrentWidget(self._transfer)
        self._transfer_side.take_focus()

    @Slot()
    def open_rules(self) -> None:
        """Show the rule editor; it is built when it is first asked for."""
        if self._rules is None:
            self._rules = RulesPage(self._door)
            self._rules.closed.connect(self.show_market)
            self.pages.addWidget(self._rules)
        if self._view is not None:
            self._rules.show_view(self._view)
        self.notices.hide()
        self.pages.setCurrentWidget(self._rules)
        self._rules.setFocus()

    @Slot(object)
    def take_trial(self, news: RuleTried) -> None:
        """Hand what came of a trial to the rule editor."""
        if self._rules is not None:
            self._rules.take_trial(news)

    @property
    def rules_page(self) -> RulesPage | None:
        """The rule editor, once it was opened."""
        return self._rules

    @property
    def shows_transfer(self) -> bool:
        """Whether the transfer page is in front."""
        return self._transfer is not None and self.pages.currentWidget() is self._transfer

    @Slot()
    def show_market(self) -> None:
        """Show the market page."""
        self.pages.setCurrentWidget(self.market)
        self.header.move_button.setFocus()

    @Slot()
    def _move_to_wallet(self) -> None:
        worst = worst_open(self._view) if self._view is not None else None
        going_on = open_transfer(self._view) is not None if self._view is not None else False
        self.open_transfer("" if going_on or worst is None else worst.id)

    # --- what is shown

    @Slot(str)
    def choose_coin(self, coin: str) -> None:
        """Show this coin in chart and tiles."""
        self._coin = coin
        self._door.submit(WatchCoin(coin, self._interval_ms))
        self._say_words()

    @Slot(int)
    def choose_interval(self, interval_ms: int) -> None:
        """Show bars of this width."""
        self._interval_ms = interval_ms
        self._door.submit(WatchCoin(self._coin, interval_ms))

    def show_lines(self, view: DeskView) -> None:
        """Show what changes at every frame: chart, device, transfer."""
        self._view = view
        if self.pages.currentWidget() is self.market:
            self.chart.show_view(view)
        elif self._transfer_side is not None and self.shows_transfer:
            self._transfer_side.show_view(view)

    def show_words(self, view: DeskView) -> None:
        """Show what is read as text: at most four times a second."""
        if view.notes != self._told and view.notes:
            self.notices.show_note(view.notes[-1])
        self._told = view.notes
        self._view = view
        if self._rules is not None and self.pages.currentWidget() is self._rules:
            self._rules.show_view(view)
        self._coin = self._coin or (view.coins[0].coin if view.coins else "")
        self.banner.show_view(view)
        self.offline.show_view(view)
        self._say_words()

    def _say_words(self) -> None:
        view = self._view
        if view is None:
            return
        coin = self._chosen(view)
        self.side.show_view(view, coin)
        if self.pages.currentWidget() is not self.market:
            return
        self.market.show_words(view, coin, self._coin)

    def _chosen(self, view: DeskView) -> CoinView | None:
        return next((coin for coin in view.coins if coin.coin == self._coin), None)

    @Slot(str)
    def show_silence(self, reason: str) -> None:
        """Say that the engine ended: nothing shown is live any more."""
        self.header.show_silence(tr("the engine stopped"), reason)
        self.notices.show_note(tr("Seawall has stopped watching: {reason}", reason=reason))

    def show_quiet(self, seconds: float) -> None:
        """Say that no new picture came for so long; the next one puts everything right."""
        self.header.show_silence(tr("no news from the engine"), tr("for {age}", age=wording.age(seconds * 1000)))

    def hide_amounts(self, hidden: bool) -> None:
        """Hide or show the person's own amounts."""
        self.market.hides_amounts = hidden
        self._say_words()

    def _own_keys(self) -> None:
        for keys, act in (
            ("Ctrl+Shift+H", lambda: self.hide_amounts(not self.header.hides_amounts)),
            ("Esc", self._leave_full_screen),
            ("Ctrl+I", self.side.open_indicators),
            ("Ctrl+D", self.side.open_feeds),
            ("Ctrl+K", lambda: self.side.open_finder(self.choose_coin)),
            ("Ctrl+,", self.side.open_settings),
            ("Ctrl+O", self.side.open_wallet),
            ("Ctrl+R", self.open_rules),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.market)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        # Space belongs to the chart alone: elsewhere it presses the button that has the focus.
        pause = QShortcut(QKeySequence("Space"), self.chart.panes)
        pause.setContext(Qt.ShortcutContext.WidgetShortcut)
        pause.activated.connect(lambda: self.chart.set_paused(not self.chart.is_paused))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the sheet of keys on '?', wherever that lies on the keyboard."""
        if event.text() == "?":
            self.side.open_keys()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _leave_full_screen(self) -> None:
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)

    # --- window

    def resizeEvent(self, event: object) -> None:
        """Let the market page fit itself into the window."""
        self.market.fit(self.width(), self.height())
        super().resizeEvent(event)  # type: ignore[arg-type]
        if self.notices.isVisible():
            self.notices.settle()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave closing to the application: with a tray the program goes on watching."""
        if self.keeps_running:
            event.ignore()
            self.hide()
            return
        self.closing.emit()
        event.accept()
