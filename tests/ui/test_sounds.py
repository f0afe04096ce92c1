"""The sound of a ring: by level, by the platform's own player, and silent when it is off."""

from __future__ import annotations

import wave

import pytest
from PySide6.QtWidgets import QApplication

from desktop.risk.reading import Level
from desktop.ui.sounds import Sounds, player, sound_file


@pytest.mark.parametrize("level", [Level.NOTABLE, Level.WARNING, Level.CRITICAL])
def test_each_level_has_a_short_sound_of_its_own(level: Level) -> None:
    with wave.open(str(sound_file(level))) as heard:
        assert 0.2 < heard.getnframes() / heard.getframerate() < 2.0
    others = {sound_file(other) for other in Level if other not in (level, Level.CALM)}
    assert sound_file(level) not in others


def test_the_first_player_that_is_installed_is_taken() -> None:
    assert player("linux", lambda name: "/x" if name in ("paplay", "aplay") else None) == ("paplay",)
    assert player("linux", lambda _name: None) == ()
    assert player("plan9", lambda _name: "/x") == ()


def test_a_ring_starts_the_player_with_the_levels_file(qapp: QApplication) -> None:
    started: list[tuple[str, list[str]]] = []

    def start(program: str, arguments: list[str]) -> bool:
        started.append((program, arguments))
        return True

    sounds = Sounds(start, ("aplay", "-q"))
    sounds.ring(Level.CRITICAL)
    sounds.on = False
    sounds.ring(Level.CRITICAL)
    assert started == [("aplay", ["-q", str(sound_file(Level.CRITICAL))])]
