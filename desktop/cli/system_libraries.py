"""Which libraries of the system Seawall needs, which are missing, and the line that installs them.

Standard library only: `start.py` reads this before anything is installed.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping

# Library -> its package on Debian/Ubuntu, Fedora, Arch.
QT_LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2", "krb5-libs", "krb5"),
}
X_LIBRARIES = {
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
}
USB_LIBRARIES = {"libusb-1.0.so.0": ("libusb-1.0-0", "libusb1", "libusb")}
_SYSTEMS = ("debian", "fedora", "arch")
_INSTALLERS = {
    "debian": "apt-get install -y --no-install-recommends",
    "fedora": "dnf install -y",
    "arch": "pacman -S --needed --noconfirm",
}


def missing_libraries(wanted: Iterable[str]) -> list[str]:
    """Return those of the wanted libraries that the loader does not find."""
    known = _loader_list()
    return [name for name in wanted if name not in known and not _loads(name)]


def _loader_list() -> set[str]:
    # /sbin is not on everyone's path. Where there is no ldconfig, each library is loaded to see whether it is there.
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    try:
        listed = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return set()
    return {line.split()[0] for line in listed.splitlines() if "=>" in line}


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def system_family(os_release: str) -> str:
    """Return "debian", "fedora", "arch" or "" for the words of /etc/os-release."""
    fields = dict(re.findall(r'^(ID|ID_LIKE)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    names = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".split()
    for family, members in {"debian": {"debian", "ubuntu"}, "fedora": {"fedora", "rhel"}, "arch": {"arch"}}.items():
        if members & set(names):
            return family
    return ""


def packages_of(family: str, libraries: Iterable[str]) -> list[str]:
    """Return the packages of this family of systems that hold these libraries."""
    known = {**QT_LIBRARIES, **X_LIBRARIES, **USB_LIBRARIES}
    return sorted({known[name][_SYSTEMS.index(family)] for name in libraries})


def install_line(family: str, packages: Iterable[str], *, as_root: bool) -> str:
    """Return the command that installs these packages on this family of systems."""
    return ("" if as_root else "sudo ") + f"{_INSTALLERS[family]} {' '.join(packages)}"


def needed_for_window(surroundings: Mapping[str, str]) -> list[str]:
    """Return the libraries a window needs in these surroundings (environment variables), X's only under X."""
    off_screen = surroundings.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal")
    wayland_only = "WAYLAND_DISPLAY" in surroundings and "DISPLAY" not in surroundings
    return [*QT_LIBRARIES, *USB_LIBRARIES, *([] if off_screen or wayland_only else X_LIBRARIES)]
