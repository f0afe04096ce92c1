"""Refuses what a test must not touch: hosts beyond loopback, and the folder `shared` beside the checkout."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

_SHARED = str(Path(__file__).resolve().parents[3] / "shared")
_ADDRESS_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_NAME_EVENTS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class OutOfBounds(Exception):
    """A test reached for something it must not touch."""


class Watch:
    """Refuse and remember. It asks Python's own audit events, so no library slips past it."""

    def __init__(self) -> None:
        self.offences: list[str] = []
        self.awake = False

    def start(self) -> None:
        """Begin to watch; audit hooks stay until the process ends, so there is one watch a process."""
        self.awake = True
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if not self.awake:
            return
        if event == "open":
            self._judge_path(args[0])
        elif event in _ADDRESS_EVENTS:
            self._judge_host(args[1][0] if isinstance(args[1], tuple) else None, event)
        elif event in _NAME_EVENTS:
            self._judge_host(args[0], event)

    def _judge_path(self, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.path.abspath(os.fsdecode(path))
        if name == _SHARED or name.startswith(_SHARED + os.sep):
            self._refuse(f"read {name}")

    def _judge_host(self, host: object, event: str) -> None:
        # Local sockets have a path instead of a host; an empty host or None means this machine when asked by name.
        if host is None or (host in ("", b"") and event in _NAME_EVENTS):
            return
        name = os.fsdecode(host) if isinstance(host, str | bytes) else str(host)
        if name.lower() in _LOOPBACK_NAMES:
            return
        try:
            if ipaddress.ip_address(name.partition("%")[0]).is_loopback:
                return
        except ValueError:
            pass
        self._refuse(f"{event} {name!r}")

    def _refuse(self, what: str) -> None:
        self.offences.append(what)
        raise OutOfBounds(f"a test must not {what}")
