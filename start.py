#!/usr/bin/env python3
"""Set Seawall up on this machine if needed, then run it.

    python3 start.py [ARGS]         run `seawall ARGS`; without ARGS the window opens
    python3 start.py test [ARGS]    run the tests (pytest ARGS)
    python3 start.py check          run every check: style, types, floors, tests
    --no-system                     name missing system libraries, but install none and go on

Needs only Python 3.11 or newer. What it installs goes into `.venv` beside this file, locked by hash; what it says
goes to standard error. It may be stopped at any time and started again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop.cli.command_names import COMMANDS
from desktop.cli.system_libraries import (
    QT_LIBRARIES,
    USB_LIBRARIES,
    X_LIBRARIES,
    install_line,
    missing_libraries,
    needed_for_window,
    packages_of,
    system_family,
)

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SETTINGS = ENVIRONMENT / "pyvenv.cfg"
STAMP = ENVIRONMENT / "seawall-is-set-up.json"
UNFINISHED = ENVIRONMENT / "seawall-set-up-unfinished"
RUN_LOCK, TEST_LOCK = "requirements.lock", "requirements-test.lock"

CHECKS = {
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy"],
    "floors": ["-c", "from importlinter.cli import lint_imports_command as check; check()"],
    "tests": ["-m", "pytest"],
}


class SetUpFailed(Exception):
    """Set-up cannot go on; the words say why and what to do."""


def say(words: str) -> None:
    """Print for the person, on standard error: standard output belongs to what is run."""
    print(words, file=sys.stderr, flush=True)


# What the arguments ask for ---------------------------------------------------------------------------------------


def libraries_for(args: list[str], surroundings: dict[str, str]) -> list[str]:
    """Return the system libraries that this call needs. A command without a window needs none of Qt's."""
    first = args[0] if args else ""
    if first in ("test", "check"):
        on_screen = bool(surroundings.get("SEAWALL_TEST_DISPLAY"))
        return [*QT_LIBRARIES, *USB_LIBRARIES, *(X_LIBRARIES if on_screen else [])]
    if first in COMMANDS:
        return list(USB_LIBRARIES) if first == "wallet" else []
    return [] if {"--version", "--help", "-h"} & set(args) else needed_for_window(surroundings)


def locks_for(args: list[str]) -> tuple[str, ...]:
    """Return the lock files whose packages this call needs."""
    return (RUN_LOCK, TEST_LOCK) if args[:1] in (["test"], ["check"]) else (RUN_LOCK,)


# System libraries -------------------------------------------------------------------------------------------------


def _here() -> tuple[str, bool]:
    try:
        family = system_family(Path("/etc/os-release").read_text(encoding="utf-8"))
    except OSError:
        family = ""
    return family, hasattr(os, "geteuid") and os.geteuid() == 0


def mend_libraries(needed: list[str], *, may_install: bool) -> None:
    """Name what is missing with the line that installs it; as root on Debian run that line. Raise SetUpFailed."""
    missing = missing_libraries(needed) if sys.platform == "linux" and needed else []
    if not missing:
        return
    say("Missing system libraries: " + ", ".join(missing))
    family, as_root = _here()
    if not family:
        if may_install:
            raise SetUpFailed("Install them with this system's package manager, or go on without: --no-system.")
        return
    _install(family, packages_of(family, missing), as_root=as_root, may_install=may_install)


def _install(family: str, packages: list[str], *, as_root: bool, may_install: bool) -> None:
    line = install_line(family, packages, as_root=as_root)
    say(f"This installs them:\n    {line}")
    if not may_install:
        return
    if not (as_root and family == "debian"):
        raise SetUpFailed("Run that line, then start again (or go on without: --no-system).")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    codes = [
        subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode
        for command in (["apt-get", "update"], line.split())
    ]
    # One list of many that cannot be fetched makes the update fail, but not what comes from the others.
    if codes[-1]:
        raise SetUpFailed("That line failed; its words stand above.")


# Python -----------------------------------------------------------------------------------------------------------


def newer_python() -> str | None:
    """Return a Python on the path that is new enough, or None."""
    for minor in (13, 12, 11, 14):
        found = shutil.which(f"python3.{minor}")
        # Some version managers leave a stand-in behind that starts nothing.
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return None


def need_python() -> None:
    """Go on with a newer Python if this one is too old. Raise SetUpFailed if there is none."""
    if tuple(sys.version_info) >= (3, 11):
        return
    found = newer_python()
    if found and "SEAWALL_NEWER_PYTHON" not in os.environ:
        os.environ["SEAWALL_NEWER_PYTHON"] = found
        sys.exit(subprocess.run([found, *sys.argv], check=False).returncode)
    raise SetUpFailed(
        f"Seawall needs Python 3.11 or newer; this is {sys.version.split()[0]}.\n"
        "Install a newer one (Debian/Ubuntu: sudo apt-get install python3.11 python3.11-venv; Fedora: sudo dnf\n"
        "install python3.12; macOS and Windows: the installer of python.org), then: python3.11 start.py"
    )


def need_venv(*, may_install: bool) -> None:
    """Make sure that Python can make environments: Debian keeps that in a package of its own. Raise SetUpFailed."""
    if _can_make_environments():
        return
    family, as_root = _here()
    say("This Python cannot make environments: its modules venv and ensurepip are missing.")
    if family != "debian":
        raise SetUpFailed("Install the complete Python of your system, then start again.")
    _install(family, [f"python3.{sys.version_info[1]}-venv"], as_root=as_root, may_install=may_install)
    if not may_install:
        raise SetUpFailed("Run that line, then start again.")


def _can_make_environments() -> bool:
    # Asked in a child: what apt installs meanwhile is not seen by an interpreter that has looked before.
    asked = [sys.executable, "-c", "import venv, ensurepip"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


# The environment --------------------------------------------------------------------------------------------------


def fingerprint(lock: str) -> str:
    """Return a hash that changes with the lock file, the package's own description, the Python and the place."""
    digest = hashlib.sha256()
    for part in (ROOT / lock, ROOT / "pyproject.toml", SETTINGS):
        digest.update(part.read_bytes())
    digest.update(f"{ROOT} {PYTHON.resolve()}".encode())
    return digest.hexdigest()


def stamped() -> dict[str, str]:
    """Return which lock files the environment holds, by their fingerprints; empty if it is not complete."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    complete = isinstance(found, dict) and SETTINGS.exists() and PYTHON.exists() and not UNFINISHED.exists()
    return found if complete else {}


def is_set_up(locks: tuple[str, ...]) -> bool:
    """Return whether everything these lock files name is installed."""
    held = stamped()
    return all(lock in held and held[lock] == fingerprint(lock) for lock in locks)


def set_up(locks: tuple[str, ...], *, may_install: bool) -> None:
    """Make the environment and install what the lock files name. Raise SetUpFailed."""
    if is_set_up(locks):
        return
    need_venv(may_install=may_install)
    try:
        with _one_at_a_time() as keep:
            if not is_set_up(locks):  # unless another start has done it meanwhile
                _install_all(locks, keep)
    except OSError as error:
        place = error.filename or ENVIRONMENT
        raise SetUpFailed(
            f"Seawall cannot be set up here: {place}: {error.strerror}.\n"
            f"Mend that, or copy {ROOT} to a place of your own, then start again."
        ) from None


def _install_all(locks: tuple[str, ...], keep: tuple[int, ...]) -> None:
    _make_environment(keep)
    held = stamped()
    UNFINISHED.touch()
    # The lock of the tests names everything the lock of the program names.
    _pip(["install", "--require-hashes", "-r", str(ROOT / locks[-1])], count_names(ROOT / locks[-1]), keep)
    _pip(["install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)], 0, keep)
    held.update({lock: fingerprint(lock) for lock in locks})
    STAMP.write_text(json.dumps(held), encoding="utf-8")
    UNFINISHED.unlink()
    say("Seawall is set up.")


def _make_environment(keep: tuple[int, ...]) -> None:
    """Make the environment anew where it is absent, or where a set-up was cut short in the middle of a package."""
    broken = UNFINISHED.exists() and Path(sys.prefix) != ENVIRONMENT
    if not PYTHON.exists() or broken or not _has_pip():
        say(f"Making the environment {ENVIRONMENT}")
        making = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
        done = subprocess.run(making, check=False, stdout=sys.stderr, pass_fds=keep)
        if done.returncode:
            raise SetUpFailed(f"The environment could not be made. Is there room, and may you write to {ROOT}?")


def _has_pip() -> bool:
    return subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[tuple[int, ...]]:
    """Wait while another start sets up; the system lets go of the lock when a process ends, however it ends.

    Yield what children have to keep open: a start may be killed while its pip still writes.
    """
    if os.name == "nt":
        yield ()
        return
    import fcntl

    with Path(__file__).open(encoding="utf-8") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is setting up; waiting for it.")
            fcntl.flock(own, fcntl.LOCK_EX)
        yield (own.fileno(),)


def count_names(lock: Path) -> int:
    """Return how many packages a lock file names, those of other systems included."""
    return len(re.findall(r"^[A-Za-z0-9][\w.\-]*==", lock.read_text(encoding="utf-8"), re.MULTILINE))


_RETRYING = "WARNING: Retrying "


def progress(lines: Iterable[str], named: int) -> Iterator[str]:
    """Turn what pip prints into what a person wants to know: what is fetched, and how many there are."""
    seen = 0
    for line in lines:
        words = line.split()
        if line.startswith("Ignoring "):
            named -= 1
        elif line.startswith(("Collecting ", "Requirement already satisfied: ")) and named:
            seen += 1
            name = words[1] if words[0] == "Collecting" else words[3]
            yield f"[{min(seen, named):>3}/{named}] {name}"
        elif line.startswith("Downloading ") and line.endswith(" MB)"):
            yield f"          fetching {words[-2].lstrip('(')} MB"
        elif line.startswith(_RETRYING):
            yield "The packages cannot be reached; trying again."
        elif line.startswith("Installing collected packages: ") and named:
            yield f"Installing {line.count(',') + 1} packages; this takes a moment"


def _pip(args: list[str], named: int, keep: tuple[int, ...]) -> None:
    command = [str(PYTHON), "-m", "pip", *args[:1], "--no-input", "--progress-bar", "off", *args[1:]]
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    said: list[str] = []
    with subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", pass_fds=keep,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for words in progress(_kept(process.stdout, said), named):
            say(words)
    if process.returncode:
        raise SetUpFailed("\n".join([*said[-15:], "", *why_failed(said)]))


def why_failed(said: list[str]) -> Iterator[str]:
    """Turn what pip printed before it failed into what a person can do."""
    yield "Installing failed. A new start goes on from here."
    if any(line.startswith(_RETRYING) or "(from versions: none)" in line for line in said):
        yield "The packages could not be fetched: this machine has to be on the network for the first start."
        yield "Behind a proxy set HTTPS_PROXY; a package index of your own is named by PIP_INDEX_URL."
    elif any("No space left on device" in line for line in said):
        yield f"There is no room left: the environment needs about 1 GB in {ROOT}, and pip some in TMPDIR."


def _kept(lines: Iterable[str], said: list[str]) -> Iterator[str]:
    for line in lines:
        said.append(line.rstrip())
        yield line.strip()


# Running ----------------------------------------------------------------------------------------------------------


def run(args: list[str]) -> int:
    """Run what was asked for in the environment and return its exit code."""
    if args[:1] == ["test"]:
        return _run_in_root(["-m", "pytest", *args[1:]])
    if args[:1] == ["check"]:
        return run_checks()
    # -P: a folder called `desktop` where the person stands must not be taken for ours.
    command = [str(PYTHON), "-P", "-m", "desktop", *args]
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def run_checks() -> int:
    """Run every check, also after one failed, and say which did."""
    failed = []
    for name, command in CHECKS.items():
        say(f"--- {name}")
        if _run_in_root(command):
            failed.append(name)
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def _run_in_root(command: list[str]) -> int:
    return subprocess.run([str(PYTHON), "-P", *command], cwd=ROOT, check=False).returncode


def main(argv: list[str]) -> int:
    """Set up if needed, run, return the exit code."""
    may_install = "--no-system" not in argv
    args = [arg for arg in argv if arg != "--no-system"]
    try:
        need_python()
        mend_libraries(libraries_for(args, dict(os.environ)), may_install=may_install)
        set_up(locks_for(args), may_install=may_install)
        return run(args)
    except SetUpFailed as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say("Stopped. A new start goes on from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
