"""The one place where objects meet: arguments in, a world opened, engine and window joined."""

from __future__ import annotations

import argparse


def open_window(args: argparse.Namespace) -> int:
    """Open the window on the world the arguments name; return the exit code when it is closed."""
    # Late, because it imports Qt.
    from desktop.wiring.window import run

    return run(args)
