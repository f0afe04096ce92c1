"""Bitcoin's binary forms, read step by step: little-endian numbers and compact sizes (BIP 144, 174). Pure.

Every complaint is a BadInput that names the byte, counted from the start of the file.
"""

from __future__ import annotations

from desktop.domain.errors import BadInput

_WIDE = {0xFD: (2, 0xFD), 0xFE: (4, 0x10000), 0xFF: (8, 0x100000000)}  # mark: (bytes that follow, least value)


class ByteStream:
    """Bytes and a place in them. `base` is where the bytes begin in the file, `what` the thing they are called."""

    def __init__(self, data: bytes, what: str, base: int = 0) -> None:
        self._data = data
        self._what = what
        self._base = base
        self._place = 0

    @property
    def at(self) -> int:
        """Return the place in the file."""
        return self._base + self._place

    @property
    def left(self) -> int:
        """Return how many bytes are still to be read."""
        return len(self._data) - self._place

    def take(self, count: int, part: str) -> bytes:
        """Return the next bytes; `part` names them for the complaint if they are not there."""
        if count > self.left:
            raise self.complaint(
                f"{self._what} ends inside {part}: {count} bytes are announced, {self.left} are there"
            )
        self._place += count
        return self._data[self._place - count : self._place]

    def number(self, size: int, part: str) -> int:
        """Return the next little-endian unsigned number of `size` bytes."""
        return int.from_bytes(self.take(size, part), "little")

    def compact_size(self, part: str) -> int:
        """Return the next compact size; one written longer than it needs is refused."""
        start = self.at
        first = self.number(1, part)
        if first not in _WIDE:
            return first
        size, least = _WIDE[first]
        value = self.number(size, part)
        if value < least:
            raise BadInput(f"{part} is written longer than it needs", _COPY_AGAIN, where=f"byte {start}")
        return value

    def sized(self, part: str) -> bytes:
        """Return the next bytes that are preceded by their compact size."""
        return self.take(self.compact_size(f"the length of {part}"), part)

    def finish(self) -> None:
        """Raise BadInput if anything is left."""
        if self.left:
            raise self.complaint(f"{self._what} has {self.left} bytes too many")

    def complaint(self, what: str) -> BadInput:
        """Return an error about this place."""
        return BadInput(what, _COPY_AGAIN, where=f"byte {self.at}")


_COPY_AGAIN = "Export the file again; it was damaged, or cut short, on its way."


def compact_size(value: int) -> bytes:
    """Return the compact size form of a number."""
    for mark in (0xFF, 0xFE, 0xFD):
        size, least = _WIDE[mark]
        if value >= least:
            return bytes([mark]) + value.to_bytes(size, "little")
    return bytes([value])


def with_size(data: bytes) -> bytes:
    """Return the bytes preceded by their compact size."""
    return compact_size(len(data)) + data
