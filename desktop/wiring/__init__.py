"""The one place where objects meet: arguments in, a world opened, engine and window joined."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.cli.doctor_desktop import has_display
from desktop.domain.errors import SeawallError
from desktop.storage.recordings import recording_header


def open_window(args: argparse.Namespace) -> int:
    """Open the window on the world the arguments name; return the exit code when it is closed.

    Raise SeawallError where there is no display, BadInput naming a file that is no recording: before Qt is loaded,
    which ends the process itself where it cannot draw.
    """
    if args.replay:
        recording_header(Path(args.replay))
    if not has_display():
        words = "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set"
        raise SeawallError(words, "Start it in a desktop session. `seawall --help` names what works without one.")
    # Late, because it imports Qt.
    from desktop.wiring.window import run

    return run(args)
