"""A folder of recordings that stays within its budget: the oldest go first, the one being written never."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

FOLDER_NAME = "recordings"
# Only what the recorder itself named: whatever else a person keeps there is theirs.
_OURS = re.compile(r"seawall-(\d{8}T\d{6}Z)-(\d{4,})\.jsonl\.zst")


class Shelf(msgspec.Struct, frozen=True):
    """What lies in the folder: how many recordings and how many bytes."""

    recordings: int
    size: int


class RecordingShelf:
    """The recordings of `folder`, of `budget_mb` (10^6 bytes) together. Not for the engine thread: it waits."""

    def __init__(self, folder: Path, budget_mb: int) -> None:
        self.folder = folder
        self._budget = budget_mb * 1_000_000

    def holds(self) -> Shelf:
        """Return what lies in the folder now."""
        sizes = [size for _, _, size in self._recordings()]
        return Shelf(len(sizes), sum(sizes))

    def sweep(self, writing: Path | None = None) -> list[Path]:
        """Remove the oldest recordings until the rest is within the budget; return those removed.

        `writing` is never removed, nor what the disk does not let go of.
        """
        recordings = self._recordings()
        left = sum(size for _, _, size in recordings)
        gone = []
        for _, path, size in recordings:
            if left <= self._budget:
                break
            if path == writing:
                continue
            try:
                path.unlink()
            except OSError:
                continue  # held open by a reader, or gone already: it is tried again at the next sweep
            gone.append(path)
            left -= size
        return gone

    def _recordings(self) -> list[tuple[tuple[str, int], Path, int]]:
        """Return (age key, path, bytes), oldest first."""
        found = []
        try:
            paths = list(self.folder.iterdir())
        except OSError:
            return []
        for path in paths:
            named = _OURS.fullmatch(path.name)
            try:
                if named and not path.is_symlink():
                    found.append(((named[1], int(named[2])), path, path.stat().st_size))
            except OSError:
                continue
        return sorted(found)
