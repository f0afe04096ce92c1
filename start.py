#!/usr/bin/env python3
"""Sets Seawall up on a fresh machine and starts it. Standard library only; Python 3.11 or later.

    python3 start.py               set up if needed, then open Seawall
    python3 start.py --practice    the same, in the practice world; any other arguments go to `seawall` as well
    python3 start.py test [ARGS]   set up what the tests need, then run pytest with these arguments
    python3 start.py check         lint, format, types, import contracts and all tests

`--no-system` as the first argument: name missing system libraries, but install none.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)

WINDOWLESS = ("inspect", "replay", "backtest", "record", "wallet", "transfers", "readiness", "doctor")

# Shared library -> its package by distribution family. The window needs all of them under X, offscreen the first six.
LIBRARIES: dict[str, dict[str, str]] = {
    "libGL.so.1": {"debian": "libgl1", "fedora": "mesa-libGL", "arch": "libglvnd"},
    "libEGL.so.1": {"debian": "libegl1", "fedora": "mesa-libEGL", "arch": "libglvnd"},
    "libxkbcommon.so.0": {"debian": "libxkbcommon0", "fedora": "libxkbcommon", "arch": "libxkbcommon"},
    "libfontconfig.so.1": {"debian": "libfontconfig1", "fedora": "fontconfig", "arch": "fontconfig"},
    "libglib-2.0.so.0": {"debian": "libglib2.0-0", "fedora": "glib2", "arch": "glib2"},
    "libdbus-1.so.3": {"debian": "libdbus-1-3", "fedora": "dbus-libs", "arch": "dbus"},
    "libxcb-cursor.so.0": {"debian": "libxcb-cursor0", "fedora": "xcb-util-cursor", "arch": "xcb-util-cursor"},
    "libxkbcommon-x11.so.0": {
        "debian": "libxkbcommon-x11-0",
        "fedora": "libxkbcommon-x11",
        "arch": "libxkbcommon-x11",
    },
    "libxcb-icccm.so.4": {"debian": "libxcb-icccm4", "fedora": "xcb-util-wm", "arch": "xcb-util-wm"},
    "libxcb-keysyms.so.1": {"debian": "libxcb-keysyms1", "fedora": "xcb-util-keysyms", "arch": "xcb-util-keysyms"},
    "libxcb-shape.so.0": {"debian": "libxcb-shape0", "fedora": "libxcb", "arch": "libxcb"},
    "libxcb-xkb.so.1": {"debian": "libxcb-xkb1", "fedora": "libxcb", "arch": "libxcb"},
    "libgssapi_krb5.so.2": {"debian": "libgssapi-krb5-2", "fedora": "krb5-libs", "arch": "krb5"},
    "libusb-1.0.so.0": {"debian": "libusb-1.0-0", "fedora": "libusb1", "arch": "libusb"},
}
INSTALLERS = {
    "debian": ("apt-get", "install", "-y"),
    "fedora": ("dnf", "install", "-y"),
    "arch": ("pacman", "-S", "--needed", "--noconfirm"),
}


def main(argv: Sequence[str]) -> int:
    """Set up what these arguments need, run it, and return its exit code."""
    arguments = list(argv)
    may_install = "--no-system" not in arguments[:1]
    if not may_install:
        arguments.pop(0)
    if sys.version_info < OLDEST:
        say(f"Seawall needs Python {OLDEST[0]}.{OLDEST[1]} or later; this is {sys.version.split()[0]}.")
        say("Install a newer Python (python.org, or your system's packages) and start with that one.")
        return 2
    wish = arguments[0] if arguments else ""
    if wish not in WINDOWLESS and not system_libraries(needed_by(wish), may_install=may_install):
        return 1
    try:
        set_up(ROOT / ("requirements-test.lock" if wish in ("test", "check") else "requirements.lock"))
    except SetUpFailed as failure:
        say(f"Set-up stopped: {failure}")
        return 1
    if wish == "test":
        return run([PYTHON, "-m", "pytest", *arguments[1:]])
    if wish == "check":
        return check()
    return replaced_by([PYTHON, "-m", "desktop", *arguments])


class SetUpFailed(Exception):
    """The environment could not be made; says why and what to do."""


def say(words: str) -> None:
    """Tell the person something, beside the output of the program."""
    print(words, file=sys.stderr, flush=True)


# --- system libraries ---------------------------------------------------------------------------------------------


def needed_by(wish: str) -> list[str]:
    """Return the libraries this start needs: tests draw offscreen and do without those of X."""
    offscreen = wish in ("test", "check")
    return [name for name in LIBRARIES if not (offscreen and ("xcb" in name or "x11" in name))]


def missing_libraries(names: Sequence[str]) -> list[str]:
    """Return those that the system's loader does not find."""
    return [name for name in names if not loads(name)]


def loads(name: str) -> bool:
    """Return whether the loader finds this shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def family(os_release: str) -> str:
    """Return debian, fedora or arch for the text of /etc/os-release; "" for any other."""
    words = set(re.findall(r"[a-z]+", " ".join(re.findall(r"(?m)^ID(?:_LIKE)?=(.*)$", os_release))))
    for name, members in (
        ("debian", {"debian", "ubuntu"}),
        ("fedora", {"fedora", "rhel", "centos"}),
        ("arch", {"arch"}),
    ):
        if words & members:
            return name
    return ""


def install_line(missing: Sequence[str], system: str) -> list[str]:
    """Return the command that installs the packages of these libraries; empty for an unknown system."""
    if system not in INSTALLERS:
        return []
    packages = list(dict.fromkeys(LIBRARIES[name][system] for name in missing))
    return [*INSTALLERS[system], *packages]


def system_libraries(needed: Sequence[str], *, may_install: bool) -> bool:
    """See to it that the window's libraries are there. Return False when the program could not start."""
    if not sys.platform.startswith("linux"):
        return True
    missing = missing_libraries(needed)
    if not missing:
        return True
    release = Path("/etc/os-release")
    system = family(release.read_text(encoding="utf-8", errors="replace")) if release.exists() else ""
    line = install_line(missing, system)
    say(f"Missing system libraries: {', '.join(missing)}")
    if not line:
        say("Install the packages of your system that contain them, then start again.")
        return False
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    say("This installs them:\n  " + ("" if is_root else "sudo ") + " ".join(line))
    if not (is_root and system == "debian" and may_install):
        return False
    run(["apt-get", "update", "-q"], quiet=True)
    if run(line, environment={"DEBIAN_FRONTEND": "noninteractive"}, quiet=True) != 0:
        say("That did not work; its own words stand above.")
        return False
    left = missing_libraries(missing)
    if left:
        say(f"Still missing: {', '.join(left)}")
    return not left


# --- the environment ----------------------------------------------------------------------------------------------


def set_up(lock: Path) -> None:
    """Make the environment hold what `lock` names; return at once when it does already. Raise SetUpFailed."""
    stamp = ENVIRONMENT / f"{lock.stem}.stamp"
    wanted = fingerprint_of(lock)
    if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    begin = time.monotonic()
    if not environment_is_usable():
        make_environment()
    install(lock)
    if subprocess.run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
        check=False, stdout=sys.stderr,
    ).returncode:  # fmt: skip
        raise SetUpFailed("Seawall itself could not be installed; the words above say why.")
    stamp.write_text(wanted, encoding="utf-8")
    say(f"Set up in {time.monotonic() - begin:.0f} s.")


def fingerprint_of(lock: Path) -> str:
    """Return what an environment must have been made from: lock, project file, interpreter and place."""
    digest = hashlib.sha256()
    for part in (lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes()):
        digest.update(part)
    digest.update(f"{sys.version}|{sysconfig.get_platform()}|{ROOT}".encode())
    return digest.hexdigest()


def environment_is_usable() -> bool:
    """Return whether the environment's Python starts, is this version, and has pip."""
    if not PYTHON.exists():
        return False
    code = "import sys, pip; print(sys.version)"
    answer = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == sys.version.strip()


def make_environment() -> None:
    """Create the environment anew. Raise SetUpFailed with the remedy."""
    say(f"Creating the environment in {ENVIRONMENT.name} …")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(ENVIRONMENT)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetUpFailed(
            f"no virtual environment could be made: {(made.stderr or made.stdout).strip()}\n"
            f"On Debian and Ubuntu this helps:  sudo apt-get install python{version}-venv"
        )


def install(lock: Path) -> None:
    """Install everything the lock names, with its hashes, and show how far it is. Raise SetUpFailed."""
    total = len(re.findall(r"(?m)^[A-Za-z0-9][\w.-]*==", lock.read_text(encoding="utf-8")))
    say(f"Installing the parts Seawall is made of (at most {total}) …")
    command = [
        PYTHON, "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check", "--no-color",
        "--progress-bar", "off", "-r", str(lock),
    ]  # fmt: skip
    counted, last = 0, []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            last = [*last[-15:], line.rstrip()]
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                counted += 1
                name = re.split("[=<>! (]", line.split(": ")[-1].removeprefix("Collecting "))[0]
                say(f"  [{counted:>3}/{total}] {name}")
            elif line.startswith("Installing collected"):
                say("  unpacking …")
    if pip.returncode:
        raise SetUpFailed("the parts could not be installed:\n  " + "\n  ".join(last))


# --- running ------------------------------------------------------------------------------------------------------


def check() -> int:
    """Run every check, all of them even when one fails; return 0 only if all are content."""
    steps = (
        ("lint", [PYTHON, "-m", "ruff", "check", "."]),
        ("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        ("types", [PYTHON, "-m", "mypy"]),
        ("import contracts", [BIN / "lint-imports"]),
        ("tests", [PYTHON, "-m", "pytest"]),
    )
    failed = []
    for name, command in steps:
        say(f"== {name}")
        if run(command) != 0:
            failed.append(name)
    say("All checks pass." if not failed else f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def run(command: Sequence[object], *, environment: dict[str, str] | None = None, quiet: bool = False) -> int:
    """Run a command in the project's root and return its exit code; `quiet`: its words go to standard error."""
    words = [str(word) for word in command]
    output = sys.stderr if quiet else None
    return subprocess.run(
        words, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=output, check=False
    ).returncode


def replaced_by(command: Sequence[object]) -> int:
    """Become this program where the platform can, so that signals and exit codes are its own."""
    words = [str(word) for word in command]
    if os.name != "nt":
        os.execv(words[0], words)
    return subprocess.run(words, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(130)
