"""One Seawall at a time for each wallet: a lock file in the person's runtime folder, which ends with the process."""

from __future__ import annotations

import contextlib
import logging
import os
import urllib.parse
from pathlib import Path
from typing import IO

import platformdirs

from desktop.hw.errors import HeldBySeawall

_log = logging.getLogger(__name__)


class OwnLock:
    """The lock of one device, by the name it keeps from plug to plug. `folder` is the runtime folder unless given."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self._name = urllib.parse.quote(name, safe="")
        self._folder = folder
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock, or keep it if it is held here. Raises HeldBySeawall, naming the other process.

        Where no file can be written there is no lock: the wallet is worth more than the guard, and the log tells it.
        """
        if self._file is not None:
            return
        try:
            file = self._opened()
        except OSError as error:
            _log.warning("no lock for the wallet: %s cannot be written (%s)", error.filename, error.strerror)
            return
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise HeldBySeawall(holder if holder.isdecimal() else "") from None
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; releasing twice does nothing. The file stays: removing it would let two hold it."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                _unlock(file)
            file.close()

    def _opened(self) -> IO[str]:
        folder = self._folder or Path(platformdirs.user_runtime_dir("seawall", appauthor=False))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (folder / f"wallet-{self._name}.lock").open("a+", encoding="ascii", errors="replace")


if os.name == "nt":
    import msvcrt

    _FAR = 1 << 20  # a byte far behind the text, which stays readable while it is locked

    def _lock(file: IO[str]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        file.seek(0)

    def _unlock(file: IO[str]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.seek(0)

    def _unlock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
