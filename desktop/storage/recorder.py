"""Writes recordings: compressed, a new file when one is full or an hour old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

import zstandard

from desktop.domain.errors import SeawallError
from desktop.domain.raw_frame import RawFrame
from desktop.storage.recordings import RecordedWorld, frame_line, header_line

_MOST_BYTES = 256 * 1024 * 1024
_LONGEST_NS = 3600 * 1_000_000_000
_FLUSH_NS = 1_000_000_000


def _opened(path: Path) -> BinaryIO:
    return path.open("xb", buffering=0)


class CannotRecord(SeawallError):
    """The recording cannot be written any further."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(f"{path}: {words}", "Free some space or choose another folder with --out.")
        self.path = path


class Recorder:
    """Write raw frames into `folder`. One thread at a time.

    A file begins with its header, holds at most `most_bytes` before compression, and what is older than a second is
    on disk in whole blocks: a program that dies leaves a file that reads up to there. `on_begin` hears of each new
    file, which `open_new` makes.
    """

    def __init__(
        self,
        folder: Path,
        world: RecordedWorld,
        *,
        most_bytes: int = _MOST_BYTES,
        longest_ns: int = _LONGEST_NS,
        on_begin: Callable[[Path], None] = lambda path: None,
        open_new: Callable[[Path], BinaryIO] = _opened,
    ) -> None:
        self._folder = folder
        self._world = world
        self._most_bytes = most_bytes
        self._longest_ns = longest_ns
        self._on_begin = on_begin
        self._open = open_new
        self._file: BinaryIO | None = None
        self._pack: zstandard.ZstdCompressionWriter | None = None
        self._bytes = 0
        self._began_ns = 0
        self._flushed_ns = 0
        self.files: list[Path] = []
        """The files written so far, oldest first."""
        self.frames = 0
        """How many messages were written, events not counted."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, raw: RawFrame) -> None:
        """Add a message or an event. Raise CannotRecord naming the file if the disk refuses it."""
        try:
            self._write(raw)
        except OSError as error:
            path = self.files[-1] if self.files else self._folder
            raise CannotRecord(path, error.strerror or type(error).__name__) from error

    def close(self) -> None:
        """Finish the file. Raise CannotRecord if the disk refuses that."""
        file, self._file = self._file, None
        pack, self._pack = self._pack, None
        if pack is None or file is None:
            return
        try:
            with file:
                pack.close()  # type: ignore[no-untyped-call]
        except OSError as error:
            raise CannotRecord(self.files[-1], error.strerror or type(error).__name__) from error

    def _write(self, raw: RawFrame) -> None:
        line = frame_line(raw)
        # Both ways: a system clock that is set back must not hold a file open, or keep its lines from the disk.
        aged = abs(raw.received_ns - self._began_ns) > self._longest_ns
        full = aged or self._bytes + len(line) > self._most_bytes
        if self._pack is None or full:
            self.close()
            self._begin(raw.received_ns)
        assert self._pack is not None
        self._pack.write(line)
        self._bytes += len(line)
        self.frames += not raw.event
        if abs(raw.received_ns - self._flushed_ns) > _FLUSH_NS:
            self._flushed_ns = raw.received_ns
            self._pack.flush(zstandard.FLUSH_BLOCK)

    def _begin(self, at_ns: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        stamp = datetime.fromtimestamp(at_ns // 1_000_000_000, UTC).strftime("%Y%m%dT%H%M%SZ")
        number = len(self.files) + 1
        # Never over an older recording, and only for this person's eyes until they share it.
        while (path := self._folder / f"seawall-{stamp}-{number:04d}.jsonl.zst").exists():
            number += 1
        file = self._open(path)
        pack = zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(file, closefd=False)
        header = header_line(self._world, at_ns)
        try:
            path.chmod(0o600)
            pack.write(header)
            # A disk that is full says so now: a file without even its header is left to nobody.
            pack.flush(zstandard.FLUSH_BLOCK)
        except OSError as error:
            file.close()
            path.unlink(missing_ok=True)
            raise CannotRecord(path, error.strerror or type(error).__name__) from error
        self._file, self._pack = file, pack
        self.files.append(path)
        self._bytes = len(header)
        self._began_ns = self._flushed_ns = at_ns
        self._on_begin(path)
