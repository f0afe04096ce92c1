"""Who may hold a device that we cannot have: the process that has it open, or programs that are likely to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PROCESSES = Path("/proc")
# As the kernel cuts program names; a browser holds a wallet for a page that spoke to it.
_LIKELY = (
    *("onekey", "trezord", "trezor-suite", "electrum", "sparrow", "exodus", "ledger live"),
    *("chrome", "chromium", "brave", "msedge", "opera", "vivaldi"),
)
_NAMELESS = "another program holds it: the OneKey app, its bridge, another wallet program or a browser tab"


class Program(NamedTuple):
    """A running program."""

    name: str
    pid: int

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid})"


def holder_words(node: Path | None = None, processes: Path = _PROCESSES) -> str:
    """Return who holds the device with this node, as far as the system tells us: in doubt who is likely to."""
    holding = [] if node is None else holding_programs(node, processes)
    if holding:
        return f"{_listed(holding)} {'holds' if len(holding) == 1 else 'hold'} it"
    likely = likely_programs(processes)
    if likely:
        return f"another program holds it, perhaps one of those running: {_listed(likely)}"
    return _NAMELESS


def holding_programs(node: Path, processes: Path = _PROCESSES) -> list[Program]:
    """Return the other programs that have this node open; those of other people cannot be seen."""
    return [
        program
        for program, folder in _programs(processes)
        if program.pid != os.getpid() and _has_open(folder / "fd", str(node))
    ]


def likely_programs(processes: Path = _PROCESSES) -> list[Program]:
    """Return the running programs that are known to use wallets, one of each name."""
    found: dict[str, Program] = {}
    for program, _ in _programs(processes):
        if program.name.lower().startswith(_LIKELY):
            found.setdefault(program.name, program)
    return list(found.values())


def _programs(processes: Path) -> Iterator[tuple[Program, Path]]:
    try:
        folders = [folder for folder in processes.iterdir() if folder.name.isdecimal()]
    except OSError:  # no such system
        return
    for folder in sorted(folders, key=lambda folder: int(folder.name)):
        with contextlib.suppress(OSError):  # it has ended
            name = (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
            yield Program(name, int(folder.name)), folder


def _has_open(descriptors: Path, node: str) -> bool:
    try:
        for descriptor in descriptors.iterdir():
            with contextlib.suppress(OSError):
                if str(descriptor.readlink()) == node:
                    return True
    except OSError:  # not ours to see, or it has ended
        pass
    return False


def _listed(programs: list[Program]) -> str:
    return ", ".join(map(str, programs))
