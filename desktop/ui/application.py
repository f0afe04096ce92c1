"""Starts Qt, joins window, tray and engine, and ends them together."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Qt, QTimer, Slot
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

import desktop
from desktop.engine.alerting import alert_delivery
from desktop.engine.commands import Acknowledge, Snooze
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor, FallbackNotification, Rang
from desktop.ui import icons
from desktop.ui.engine_bridge import EngineBridge
from desktop.ui.frame_clock import FrameClock
from desktop.ui.garbage import GuiThreadGarbage
from desktop.ui.main_window import HOUR_S, MainWindow
from desktop.ui.notices import balloon_body
from desktop.ui.one_instance import OneInstance
from desktop.ui.sounds import Sounds
from desktop.ui.theme import Choice, Wardrobe
from desktop.ui.tray import Tray
from desktop.ui.window_memory import WindowMemory
from desktop.ui.wording import tr

FIRST_PAINT_MS = 50
MakeTransferPage = Callable[[EngineDoor], QWidget]


@dataclass(frozen=True)
class WindowOptions:
    """How the window opens. `profile_folder` is claimed: one window per profile."""

    profile_folder: Path
    minimized: bool = False
    theme: Choice = "system"


def make_application() -> QApplication:
    """Return the one application object, dressed and named."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("seawall")
    app.setApplicationDisplayName("Seawall")
    app.setApplicationVersion(desktop.__version__)
    app.setDesktopFileName("seawall")
    app.setQuitOnLastWindowClosed(False)
    return app


def run_window(
    door: EngineDoor,
    *,
    options: WindowOptions,
    make_transfer_page: MakeTransferPage | None,
    start: Callable[[], None],
) -> int:
    """Open the window and return the exit code when the program ends. `start` starts the engine behind `door`.

    A second start for the same profile raises the first window and returns 0 without starting anything. Raise
    Refused when the first one does not answer.
    """
    app = make_application()
    instance = OneInstance(options.profile_folder)
    if not instance.claim():
        return 0
    try:
        shell = Shell(app, door, options, make_transfer_page)
        instance.raised.connect(shell.come_forward)
        _quit_on_signals(shell)
        shell.open(minimized=options.minimized)
        # The window is painted first: opening a world keeps the interpreter busy for a while.
        QTimer.singleShot(FIRST_PAINT_MS, start)
        return app.exec()
    finally:
        instance.release()


class Shell(QObject):
    """Window, tray, news and frame clock of one run. GUI thread."""

    def __init__(
        self, app: QApplication, door: EngineDoor, options: WindowOptions, make_transfer_page: MakeTransferPage | None
    ) -> None:
        super().__init__(app)
        self._app, self._door = app, door
        self._wardrobe = Wardrobe(app, options.theme)
        app.setWindowIcon(icons.app_icon())
        self._memory = WindowMemory(options.profile_folder)
        self.window = MainWindow(door)
        if make_transfer_page is not None:
            page = make_transfer_page(door)
            self.window.set_transfer_page(page, page)  # type: ignore[arg-type]
            page.closed.connect(self.window.show_market)  # type: ignore[attr-defined]
        self.tray = Tray(door, self)
        self.bridge = EngineBridge(door, self)
        self.frames = FrameClock(door, self.window.show_lines, self._words, self, silent=self.window.show_quiet)
        self.sounds = Sounds()
        self._garbage = GuiThreadGarbage(self)
        self._garbage.take_over()
        self._connect()
        self._shortcuts()

    def _connect(self) -> None:
        self.window.closing.connect(self.quit)
        self.tray.show_wanted.connect(self.come_forward)
        self.tray.transfer_wanted.connect(self.open_transfer)
        self.tray.practice_wanted.connect(self._practise)
        self.tray.quit_wanted.connect(self.quit)
        self.bridge.transfer_wanted.connect(self.open_transfer)
        self.bridge.fallback.connect(self._fall_back)
        self.bridge.rang.connect(self._ring)
        self.bridge.rule_tried.connect(self.window.take_trial)
        self.bridge.stalled.connect(self._stalled)
        self.bridge.stopped.connect(self._engine_stopped)
        self.window.notices.chosen.connect(self._notice_answered)

    def _shortcuts(self) -> None:
        for keys, act in (
            ("Ctrl+M", lambda: self._door.submit(Snooze(seconds=HOUR_S))),
            ("Ctrl+Q", self.quit),
            ("Ctrl+Y", self._to_tray),
            ("F11", self._full_screen),
        ):
            QShortcut(QKeySequence(keys), self.window).activated.connect(act)

    def open(self, *, minimized: bool) -> None:
        """Show the window, the tray where there is one, and begin to pull pictures."""
        has_tray = self.tray.appear()
        self.window.keeps_running = has_tray
        self._memory.place(self.window)
        if not (minimized and has_tray):
            self.window.show()
        if not has_tray and self._memory.first_time_without_tray():
            self.window.notices.show_note(
                tr("This desktop shows no tray: the window stays, and closing it stops watching.")
            )
        self.frames.start()

    def _words(self, view: DeskView) -> None:
        if view.preferences is not None and view.preferences.saved:
            self._wardrobe.change(view.preferences.kept.theme)
        self.window.show_words(view)
        self.tray.show_view(view)

    @Slot()
    def come_forward(self) -> None:
        """Bring the window to the front."""
        state = self.window.windowState() & ~Qt.WindowState.WindowMinimized
        self.window.setWindowState(state | Qt.WindowState.WindowActive)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    @Slot(str)
    def open_transfer(self, incident_id: str) -> None:
        """Bring the window to the front with the transfer for this incident."""
        self.come_forward()
        self.window.open_transfer(incident_id)

    @Slot(float)
    def _stalled(self, seconds: float) -> None:
        if seconds > 0:
            self.window.show_quiet(seconds)

    @Slot(object)
    def _ring(self, news: Rang) -> None:
        self.sounds.ring(news.level)

    @Slot(object)
    def _fall_back(self, news: FallbackNotification) -> None:
        note = news.notification
        if not self.window.shows_transfer:  # there the risk strip says it, and nothing may cover a step
            self.window.notices.show_notification(note)
        if self.tray.icon is not None and not self.window.isActiveWindow():
            kind = QSystemTrayIcon.MessageIcon.Critical if note.urgent else QSystemTrayIcon.MessageIcon.Warning
            self.tray.icon.showMessage(note.title, balloon_body(note.body), kind)

    @Slot(str, str)
    def _notice_answered(self, incident_id: str, action: str) -> None:
        match action:
            case alert_delivery.ACTION_TRANSFER:
                self.open_transfer(incident_id)
            case alert_delivery.ACTION_SNOOZE:
                self._door.submit(Snooze(HOUR_S, incident_id))
            case alert_delivery.ACTION_ACKNOWLEDGE:
                self._door.submit(Acknowledge(incident_id))

    @Slot(str)
    def _engine_stopped(self, reason: str) -> None:
        if reason:
            self.frames.stop()
            self.window.show_silence(reason)

    @Slot()
    def _to_tray(self) -> None:
        if self.window.keeps_running:
            self.window.hide()
        else:
            self.window.notices.show_note(tr("This desktop shows no tray: the window stays."))

    @Slot()
    def _practise(self) -> None:
        # A world of its own in a process of its own: live watching goes on beside it.
        QProcess.startDetached(sys.executable, ["-m", "desktop", "--practice"])

    @Slot()
    def _full_screen(self) -> None:
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def close(self) -> None:
        """Take the window away and forget it. After the engine ended."""
        self._garbage.give_back()
        self.window.hide()
        self.window.deleteLater()
        self.tray.menu.deleteLater()
        self.deleteLater()

    @Slot()
    def quit(self) -> None:
        """End the program."""
        self.frames.stop()
        self._memory.keep(self.window)
        self.bridge.stop_listening()
        if self.tray.icon is not None:
            self.tray.icon.hide()
        self._app.quit()


def _quit_on_signals(shell: Shell) -> QTimer:
    """End cleanly on Ctrl+C. Python sees a signal only while its own code runs, hence the idle timer."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: shell.quit())
    timer = QTimer(shell)
    timer.timeout.connect(lambda: None)
    timer.start(500)
    return timer


def save_picture(window: QWidget, path: Path) -> None:
    """Write what the window shows as a PNG."""
    window.grab().save(str(path), "PNG")


__all__ = ["MainWindow", "QIcon", "Shell", "WindowOptions", "make_application", "run_window", "save_picture"]
