"""What the window remembers between starts: its place, and what was said once. A file in the profile's folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtWidgets import QWidget

_FRAME = QSize(8, 36)  # what a desktop puts round a window; it is not known before the window is shown
_PLACE, _NO_TRAY_TOLD = "window/place", "said/no_tray"


class WindowMemory:
    """The window's own notes. A file that cannot be read or written costs the memory, nothing else. GUI thread."""

    def __init__(self, profile_folder: Path) -> None:
        self._notes = QSettings(str(profile_folder / "window.ini"), QSettings.Format.IniFormat)

    def place(self, window: QWidget) -> None:
        """Put the window where it was; Qt moves it onto a screen that exists. The first time it fits the screen."""
        place = self._notes.value(_PLACE)
        if isinstance(place, QByteArray) and window.restoreGeometry(place):
            return
        room = window.screen().availableGeometry().size() - _FRAME
        window.resize(window.size().boundedTo(room))

    def keep(self, window: QWidget) -> None:
        """Remember where the window is."""
        self._notes.setValue(_PLACE, window.saveGeometry())
        self._notes.sync()

    def first_time_without_tray(self) -> bool:
        """Return True once in the life of a profile."""
        told = self._notes.value(_NO_TRAY_TOLD, False, bool)
        self._notes.setValue(_NO_TRAY_TOLD, True)
        self._notes.sync()
        return not told
