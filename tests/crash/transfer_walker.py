"""Walks transfers in child processes that are killed at a given journal write, and goes on in new ones.

Run as `python -m tests.crash.transfer_walker FOLDER [NETWORK]`; with ETH, TRX or SOL a token moves, else Bitcoin. The
process imports everything once and forks one child for each life, so that a life costs milliseconds. Exchange, chain
and clock lie in a file outside of the children. One JSON object a line on standard output: first the undisturbed
walk, then one for every kill.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from desktop.custody.transfer import DestinationProof
from desktop.engine.ports import JournalEntry
from desktop.storage.transfer_journal import SqliteTransferJournal, open_journal
from tests.fakes.outside_world import Outside
from tests.fakes.transfer_walk import TransferScene

WORLD = "practice"
NETWORK = sys.argv[2] if len(sys.argv) > 2 else ""


class DeadlyJournal:
    """The real journal, in which the process dies right before or right after its write number `at`."""

    def __init__(self, journal: SqliteTransferJournal, when: str, at: int) -> None:
        self._journal = journal
        self._when, self._at = when, at
        self.writes = 0

    def _die(self, when: str) -> None:
        if (self._when, self._at) == (when, self.writes):
            os.kill(os.getpid(), signal.SIGKILL)

    async def append(self, transfer_id: str, at_ms: int, body: bytes) -> int:
        self.writes += 1
        self._die("before")
        seq = await self._journal.append(transfer_id, at_ms, body)
        self._die("after")
        return seq

    async def keep_destination(self, proof: DestinationProof) -> None:
        self.writes += 1
        self._die("before")
        await self._journal.keep_destination(proof)
        self._die("after")

    async def entries(self) -> list[JournalEntry]:
        return await self._journal.entries()

    async def destinations(self) -> list[DestinationProof]:
        return await self._journal.destinations()

    async def close(self) -> None:
        await self._journal.close()


class Life:
    """One life of the program: from opening the journal to Verified, or to its death."""

    def __init__(self, folder: Path, when: str, at: int) -> None:
        self._folder, self._when, self._at = folder, when, at
        self._scene: TransferScene | None = None
        self.pages: list[str] = []

    def live(self) -> None:
        asyncio.run(self._walk())

    async def _walk(self) -> None:
        journal = DeadlyJournal(await open_journal(self._folder / "transfers.sqlite", WORLD), self._when, self._at)
        outside = Outside.at(self._folder / "outside.json", NETWORK)
        outside.now_ms += 1000  # a start takes its time
        self._scene = TransferScene(journal=journal, outside=outside, on_change=self._note_page, hurried=True)
        async with self._scene as scene:
            if not scene.runner.views() or scene.view.transfer.state != "verified":
                await scene.walk_to_verified()
            assert scene.runner.views()[-1].refusal == ""
        told = {"pages": self.pages, "writes": journal.writes, "withdrawn": len(outside.withdrawn)}
        (self._folder / "told.json").write_text(json.dumps(told))

    def _note_page(self) -> None:
        views = self._scene.runner.views() if self._scene is not None else ()
        page = views[-1].page if views else "none"
        if not self.pages:
            (self._folder / "opened").write_text(page)
        if not self.pages or self.pages[-1] != page:
            self.pages.append(page)
            (self._folder / "shown").write_text(page)


def lived(folder: Path, when: str = "never", at: int = 0) -> int:
    """Live one life in a forked child and return what ended it: 0, or the number of a signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            Life(folder, when, at).live()
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)


def read(folder: Path, name: str) -> str:
    """Return what a life noted, or nothing if it did not come so far."""
    path = folder / name
    return path.read_text() if path.exists() else ""


def events(folder: Path) -> list[str]:
    """Return the tags of the journal, in order."""

    async def tags() -> list[str]:
        journal = await open_journal(folder / "transfers.sqlite", WORLD, read_only=True)
        found = [json.loads(entry.body)["event"] for entry in await journal.entries()]
        await journal.close()
        return found

    return asyncio.run(tags())


def undisturbed(folder: Path) -> dict[str, object]:
    """Return what a walk without a kill told."""
    folder.mkdir()
    ended = lived(folder)
    return {"ended": ended, "events": events(folder), **json.loads(read(folder, "told.json") or "{}")}


def killed(folder: Path, when: str, at: int) -> dict[str, object]:
    """Return what a kill and the life after it told."""
    folder.mkdir()
    died_of = lived(folder, when, at)
    shown = read(folder, "shown")
    before = events(folder) if (folder / "transfers.sqlite").exists() else []
    ended = lived(folder)
    told = json.loads(read(folder, "told.json") or "{}")
    return {
        "when": when,
        "at": at,
        "died_of": died_of,
        "shown": shown,
        "opened": read(folder, "opened"),
        "before": before,
        "ended": ended,
        "events": events(folder),
        **told,
    }


def main(root: Path) -> None:
    """Walk undisturbed, then with a kill before and after every write of that walk."""
    first = undisturbed(root / "undisturbed")
    sys.stdout.write(json.dumps(first) + "\n")
    for at in range(1, int(str(first["writes"])) + 1):
        for when in ("before", "after"):
            sys.stdout.write(json.dumps(killed(root / f"{when}-{at}", when, at)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
