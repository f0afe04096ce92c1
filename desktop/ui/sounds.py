"""The sound of a ring: one a level, so that the ear knows before the eye; played by the platform's own player."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication

from desktop.risk.reading import Level
from desktop.ui import theme

_PLAYERS = {
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q")),
    "darwin": (("afplay",),),
    "win32": (("powershell", "-NoProfile", "-Command", "(New-Object Media.SoundPlayer $args[0]).PlaySync()"),),
}
_NAMES = {Level.CALM: "notable", Level.NOTABLE: "notable", Level.WARNING: "warning", Level.CRITICAL: "critical"}

Start = Callable[[str, list[str]], bool]


def sound_file(level: Level) -> Path:
    """Return the shipped sound of a level."""
    return theme.resource_path(f"sounds/{_NAMES[level]}.wav")


def player(platform: str = sys.platform, find: Callable[[str], str | None] = shutil.which) -> tuple[str, ...]:
    """Return the first player of this platform that is installed, empty if there is none."""
    for words in _PLAYERS.get(platform, ()):
        if find(words[0]) is not None:
            return words
    return ()


def _start(program: str, arguments: list[str]) -> bool:
    started, _ = QProcess.startDetached(program, arguments)
    return bool(started)


class Sounds:
    """Plays rings, one at a time a second; a beep of the desktop where there is no player. GUI thread."""

    def __init__(self, start: Start = _start, found: tuple[str, ...] | None = None) -> None:
        self._start = start
        self._player = player() if found is None else found
        self.on = True

    def ring(self, level: Level) -> None:
        """Play the sound of a level; it goes on by itself and waits for nobody."""
        if not self.on:
            return
        if self._player:
            program, *arguments = self._player
            if self._start(program, [*arguments, str(sound_file(level))]):
                return
        QApplication.beep()
