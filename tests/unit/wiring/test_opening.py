"""What keeps the window from opening is told in words, before Qt has a say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cli import command_line
from desktop.wiring import open_window

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_without_a_display_the_program_says_so_and_does_not_abort(tmp_path: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name not in SCREENS}
    command = [sys.executable, "-m", "desktop", "--practice", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings)
    assert done.returncode == 1
    assert done.stderr.startswith("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set\n")


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), (b"{}\n", "not the beginning")])
def test_a_file_that_is_no_recording_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str
) -> None:
    path = tmp_path / "storm.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert command_line.run(["--replay", str(path), "--data-dir", str(tmp_path)], open_window) == 3
    said = capsys.readouterr().err
    assert str(path) in said
    assert words in said
