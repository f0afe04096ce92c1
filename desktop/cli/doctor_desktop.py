"""The doctor on the window: Python, Qt, display, tray, notifications. Qt is asked in child processes alone."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from desktop.cli.finding import Check, Finding, missing, ok, unknown
from desktop.cli.system_libraries import QT_LIBRARIES, X_LIBRARIES, install_line, packages_of, system_family

_CHILD_SECONDS = 20.0
_OLDEST_PYTHON = (3, 11)
_LIBRARY = re.compile(r"([\w.+-]+\.so(?:\.\d+)*): cannot open shared object file")
_UNSEEN = ("offscreen", "minimal", "minimalegl", "vnc")
_INSTALL = "python3 start.py installs what is missing."

_IMPORT_QT = """
import json
import PySide6.QtNetwork, PySide6.QtSvg, PySide6.QtWidgets
print(json.dumps({"version": PySide6.__version__}))
"""
# Loading the plugin's file names a missing library; Qt itself only says that it could not load it.
_LOAD_PLUGIN = """
import ctypes, json, sys
import PySide6.QtGui
from PySide6.QtCore import QLibraryInfo
folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)
ctypes.CDLL(f"{folder}/platforms/{sys.argv[1]}")
print(json.dumps({}))
"""
_OPEN_DISPLAY = """
import json
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
application = QApplication(["seawall-doctor"])
print(json.dumps({
    "platform": application.platformName(),
    "screens": [f"{s.size().width()}x{s.size().height()}" for s in application.screens()],
    "tray": QSystemTrayIcon.isSystemTrayAvailable(),
}))
"""
_PLUGINS = {"xcb": "libqxcb.so", "wayland": "libqwayland.so", "offscreen": "libqoffscreen.so"}


class ChildFailed(Exception):
    """A child process did not answer; `words` are its last ones, `library` the shared library it lacked, or ""."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words
        found = _LIBRARY.search(words)
        self.library = found[1] if found else ""


def desktop_checks() -> list[Check]:
    """Return the checks of what the window stands on."""
    patience = _CHILD_SECONDS + 5
    return [
        Check("python", look_at_python),
        Check("qt", look_at_qt, patience),
        Check("qt-platform", look_at_platform, patience),
        Check("display", look_at_display, patience),
        Check("tray", look_at_tray, patience),
        Check("notifications", look_at_notifications),
    ]


def look_at_python() -> Finding:
    """Return whether this interpreter is recent enough."""
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.version_info < _OLDEST_PYTHON:
        return missing(found, "Install Python 3.11 or later and run start.py with it.", needed=True)
    return ok(found)


def look_at_qt() -> Finding:
    """Return whether Qt can be imported, and is not the release that breaks on Python 3.11."""
    try:
        version = str(asked_of_child(_IMPORT_QT)["version"])
    except ChildFailed as failure:
        return _qt_is_missing(failure)
    if version.startswith("6.12.0") and sys.version_info < (3, 12):
        words = f"PySide6 {version}, which ends by itself on Python 3.11"
        return missing(words, _INSTALL, needed=True)
    return ok(f"PySide6 {version}")


def look_at_platform() -> Finding:
    """Return whether the libraries of the platform plugin that this session needs are there."""
    name = wanted_platform()
    if not sys.platform.startswith("linux") or name not in _PLUGINS:
        return (
            ok(f"{name}, part of Qt") if name in ("cocoa", "windows") else unknown(f"{name}: not one Seawall knows")
        )
    try:
        asked_of_child(_LOAD_PLUGIN, _PLUGINS[name])
    except ChildFailed as failure:
        return _qt_is_missing(failure)
    return ok(name)


def look_at_display() -> Finding:
    """Return whether a window can be shown."""
    if not has_display():
        return missing(
            "neither DISPLAY nor WAYLAND_DISPLAY is set", "Start Seawall in a desktop session.", needed=True
        )
    try:
        answer = asked_of_child(_OPEN_DISPLAY)
    except ChildFailed as failure:
        return missing(f"Qt opens no window: {failure.words}", "See the lines 'qt' and 'qt-platform'.", needed=True)
    name, screens = str(answer["platform"]), answer["screens"]
    if name in _UNSEEN:
        words = f"Qt draws with {name}, where nobody sees it"
        return missing(words, "Unset QT_QPA_PLATFORM.", needed=True)
    if not isinstance(screens, list) or not screens:
        return missing(f"{name} without a screen", "Connect a screen.", needed=True)
    return ok(f"{name}, {', '.join(map(str, screens))}")


def look_at_tray() -> Finding:
    """Return whether a tray would show the icon. Without one the window alone tells."""
    if not has_display():
        return unknown("there is no display to ask", "See the line 'display'.")
    try:
        answer = asked_of_child(_OPEN_DISPLAY)
    except ChildFailed:
        return unknown("Qt could not be asked", "See the line 'display'.")
    if answer["tray"]:
        return ok("a tray is there")
    remedy = "Switch on your desktop's tray (on GNOME the extension 'AppIndicator'); the window works without it."
    return missing("no tray", remedy)


def look_at_notifications() -> Finding:
    """Return whether the session's notification service answers."""
    if not sys.platform.startswith("linux"):
        return unknown("shown by the system itself", "Allow notifications of Seawall in the system's settings.")
    try:
        from desktop.notify.notification_service import service_name
    except ImportError as error:
        return unknown(f"it cannot be asked: {error}", _INSTALL)
    try:
        return ok(service_name())
    except OSError as error:
        remedy = "Start your desktop's notification service; until then alerts show in the window and the tray."
        return missing(f"no notification service: {error}", remedy)


def wanted_platform() -> str:
    """Return the Qt platform plugin this session leads to."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if chosen:
        return "wayland" if chosen.startswith("wayland") else chosen
    if sys.platform in ("darwin", "win32"):
        return {"darwin": "cocoa", "win32": "windows"}[sys.platform]
    return "wayland" if os.environ.get("WAYLAND_DISPLAY") and not os.environ.get("DISPLAY") else "xcb"


def has_display() -> bool:
    """Return whether this session has something to draw on, as far as its environment tells."""
    if not sys.platform.startswith("linux") or wanted_platform() in _UNSEEN:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def asked_of_child(code: str, *arguments: str) -> dict[str, object]:
    """Return the JSON object that this code prints in a Python of its own. Raise ChildFailed with its last words."""
    command = [sys.executable, "-P", "-c", code, *arguments]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CHILD_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise ChildFailed(f"no answer within {_CHILD_SECONDS:.0f} s") from None
    except OSError as error:
        raise ChildFailed(f"no child process: {error.strerror}") from None
    if done.returncode != 0:
        raise ChildFailed(_last_words(done.stderr, done.returncode))
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _last_words(text: str, code: int) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if _LIBRARY.search(line) or "could not" in line.lower()]
    return (telling or lines or [f"it ended with code {code}"])[-1]


def _qt_is_missing(failure: ChildFailed) -> Finding:
    if failure.library:
        return missing(f"the shared library {failure.library} is missing", _line_for(failure.library), needed=True)
    return missing(failure.words, _INSTALL, needed=True)


def _line_for(library: str) -> str:
    release = Path("/etc/os-release")
    family = system_family(release.read_text(encoding="utf-8", errors="replace")) if release.exists() else ""
    if family and library in {**QT_LIBRARIES, **X_LIBRARIES}:
        packages = packages_of(family, [library])
        return install_line(family, packages, as_root=os.geteuid() == 0)
    return f"Install the package of your system that holds {library}."
