"""The window's one timer: pulls the engine's picture and hands it to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Slot

from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineDoor

FRAME_MS = 33
TEXT_MS = 250
SILENT_MS = 5_000
SLOWEST_MS = 3_000
COMPLAIN_MS = 1_000


class FrameClock(QObject):
    """Pull at most 30 pictures a second. GUI thread.

    `lines` gets every new picture (charts, device, transfers); `words` at most four a second (numbers as text),
    and at once when incidents or the worst level changed. `silent` is told, once a second, for how many seconds no
    new picture has come: an engine that hangs must not look like a calm market.
    """

    def __init__(
        self,
        door: EngineDoor,
        lines: Callable[[DeskView], None],
        words: Callable[[DeskView], None],
        parent: QObject | None = None,
        *,
        silent: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        super().__init__(parent)
        self._door, self._lines, self._words = door, lines, words
        self._shown: DeskView | None = None
        self._said: DeskView | None = None
        self._silent = silent
        self._since, self._heard, self._complained = QElapsedTimer(), QElapsedTimer(), QElapsedTimer()
        for timer in (self._since, self._heard, self._complained):
            timer.start()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.pull)

    def start(self) -> None:
        """Begin to pull."""
        self._heard.restart()
        self._timer.start(FRAME_MS)

    def stop(self) -> None:
        """Stop pulling."""
        self._timer.stop()

    @Slot()
    def pull(self) -> None:
        """Show the newest picture if it is a new one."""
        view = self._door.view()
        if view is None:
            return
        if view is not self._shown:
            self._shown = view
            self._heard.restart()
            self._lines(view)
        elif self._is_silent(view):
            return
        if self._is_due(view):
            self._said = view
            self._since.restart()
            self._words(view)

    def _is_silent(self, view: DeskView) -> bool:
        # The engine says at least the time once a second of its own clock.
        limit_ms = max(SILENT_MS, SLOWEST_MS / max(view.speed, 0.01))
        if self._heard.elapsed() <= limit_ms:
            return False
        self._said = None
        if self._complained.elapsed() >= COMPLAIN_MS:
            self._complained.restart()
            self._silent(self._heard.elapsed() / 1000)
        return True

    def _is_due(self, view: DeskView) -> bool:
        if view is self._said:
            return False
        if self._said is None or self._said.level is not view.level:
            return True
        if len(self._said.incidents) != len(view.incidents):
            return True
        return self._since.elapsed() >= TEXT_MS
