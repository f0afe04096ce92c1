"""A home folder of their own for the tests, so that they neither read nor change a person's files and sessions."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

REAL_DISPLAY = "SEAWALL_TEST_DISPLAY"


def move_in() -> Path:
    """Point home, data, settings, cache and session bus to a new empty folder and return it.

    Without SEAWALL_TEST_DISPLAY windows are drawn off screen.
    """
    home = Path(tempfile.mkdtemp(prefix="seawall-tests-")).resolve()
    places = {
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home / "roaming",
        "LOCALAPPDATA": home / "local",
        "XDG_DATA_HOME": home / "data",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_STATE_HOME": home / "state",
    }
    if not os.environ.get(REAL_DISPLAY):
        places["XDG_RUNTIME_DIR"] = home / "run"
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.pop("WAYLAND_DISPLAY", None)
    for name, place in places.items():
        place.mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(place)
    # Named but not there: without any address some libraries would start a bus of their own.
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={home}/no-bus-here"
    return home


def move_out(home: Path) -> None:
    """Remove the folder."""
    shutil.rmtree(home, ignore_errors=True)
