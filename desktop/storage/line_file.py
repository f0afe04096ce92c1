"""Files of JSON lines, plain or zstd-compressed, read line by line as far as they are good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from desktop.domain.errors import BadInput

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 18
_LONGEST_LINE = 64 * 1024 * 1024
_BROKEN_OFF = "What stands before that line was read; the rest is lost."


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, bytes without the line's end); blank lines are skipped but counted.

    Raise BadInput naming file and line where the file cannot be read on, after everything before has been yielded.
    """
    number, rest = 0, b""
    try:
        with path.open("rb") as file:
            for chunk in _chunks(file, path):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    number += 1
                    if line.strip():
                        yield number, line.removesuffix(b"\r")
                if len(rest) > _LONGEST_LINE:
                    raise _Damaged(f"a line of more than {_LONGEST_LINE} bytes")
    except OSError as error:
        raise BadInput(f"it cannot be read ({error.strerror})", "Check the path.", where=str(path)) from None
    except _Damaged as damage:
        raise BadInput(str(damage), _BROKEN_OFF, where=f"{path}, line {number + 1}") from None
    if rest.strip():
        yield number + 1, rest


class _Damaged(Exception):
    """The file cannot be read on from here."""


def _chunks(file: BinaryIO, path: Path) -> Iterator[bytes]:
    first = file.read(len(_ZSTD_MAGIC))
    if first == _ZSTD_MAGIC or path.suffix == ".zst":
        yield from _unpacked(first, file)
        return
    yield first
    while chunk := file.read(_CHUNK):
        yield chunk


def _unpacked(first: bytes, file: BinaryIO) -> Iterator[bytes]:
    unpack = zstandard.ZstdDecompressor().decompressobj()
    packed = first
    fresh = True
    while packed or (packed := file.read(_CHUNK)):
        try:
            plain = unpack.decompress(packed)
        except zstandard.ZstdError as error:
            raise _Damaged(f"the compressed data is damaged ({error})") from None
        fresh = False
        if plain:
            yield plain
        packed = b""
        if unpack.eof:
            # A file may hold several frames one after the other.
            packed = unpack.unused_data
            unpack, fresh = zstandard.ZstdDecompressor().decompressobj(), True
    if not fresh:
        raise _Damaged("the compressed file is cut off")
