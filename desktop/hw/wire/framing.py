"""Messages as packets of 64 bytes and back: wire protocol version 1.

First packet: `?##`, type (2 bytes), length (4 bytes, both big-endian), 55 bytes of body. Every further packet: `?`,
63 bytes of body. The last is padded with zeros. Pure: no device, no time.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from desktop.hw.errors import Garbage, TooBig

PACKET_SIZE = 64
LONGEST_BODY = 64 * 1024
_MAGIC = b"?##"
_MORE = b"?"
_HEADER_SIZE = 9


class RawMessage(NamedTuple):
    """A message by its type number, its body not yet read."""

    number: int
    body: bytes


class Framing(Protocol):
    """How messages travel: packets of one end, put together again at the other. One object for one conversation."""

    protocol: int

    @property
    def midway(self) -> bool:
        """Return whether a message has begun and is not whole yet."""

    def packets(self, number: int, body: bytes) -> list[bytes]:
        """Return the packets that carry this message."""

    def lying(self, number: int, body: bytes, length: int) -> list[bytes]:
        """Return the packets of a message that declares this length, whatever it has: for tests of the other end."""

    def feed(self, packet: bytes) -> list[RawMessage]:
        """Take one packet; return the messages it completes. After Garbage it stands ready for a fresh start."""

    def acknowledgement(self) -> list[bytes]:
        """Return what tells the other end that its last message came whole."""

    def forget(self) -> None:
        """Stand ready for a fresh start."""


def packets(number: int, body: bytes, *, length: int | None = None) -> list[bytes]:
    """Return the packets that carry this message, each of exactly 64 bytes. `length` is declared instead of the true
    one, for tests of the other end.
    """
    head = _MAGIC + number.to_bytes(2, "big") + (len(body) if length is None else length).to_bytes(4, "big")
    room = PACKET_SIZE - len(head)
    cut = [head + body[:room]]
    step = PACKET_SIZE - len(_MORE)
    cut.extend(_MORE + body[start : start + step] for start in range(room, len(body), step))
    return [packet.ljust(PACKET_SIZE, b"\0") for packet in cut]


class MessageReader:
    """Put packets together into messages. After an error it stands ready for a fresh first packet."""

    def __init__(self, longest: int = LONGEST_BODY) -> None:
        self._longest = longest
        self._number = 0
        self._missing = 0
        self._parts: list[bytes] = []

    @property
    def midway(self) -> bool:
        """Return whether a message has begun and is not whole yet."""
        return self._missing > 0

    def feed(self, packet: bytes) -> RawMessage | None:
        """Take one packet; return the message it completes, or None.

        Raise Garbage for a packet of wrong size or mark, TooBig as soon as a length beyond the limit is declared.
        """
        try:
            return self._taken(packet)
        except Garbage:
            self._missing = 0
            self._parts = []
            raise

    def _taken(self, packet: bytes) -> RawMessage | None:
        if len(packet) != PACKET_SIZE:
            raise Garbage(f"a packet of {len(packet)} bytes instead of {PACKET_SIZE}")
        if self.midway:
            if not packet.startswith(_MORE):
                raise Garbage(f"a packet that begins with byte {packet[0]:#04x} inside a message")
            return self._with(packet[len(_MORE) :])
        if not packet.startswith(_MAGIC):
            raise Garbage(f"a packet that begins with {packet[:3].hex()} instead of {_MAGIC.hex()}")
        self._number = int.from_bytes(packet[3:5], "big")
        length = int.from_bytes(packet[5:_HEADER_SIZE], "big")
        if length > self._longest:
            raise TooBig(self._number, length)
        self._missing, self._parts = length, []
        return self._with(packet[_HEADER_SIZE:])

    def _with(self, chunk: bytes) -> RawMessage | None:
        self._parts.append(chunk[: self._missing])
        self._missing -= len(self._parts[-1])
        return None if self._missing else RawMessage(self._number, b"".join(self._parts))


class FramingV1:
    """Version 1 as one conversation has it."""

    protocol = 1

    def __init__(self, longest: int = LONGEST_BODY) -> None:
        self._longest = longest
        self._reader = MessageReader(longest)

    @property
    def midway(self) -> bool:
        """Return whether a message has begun and is not whole yet."""
        return self._reader.midway

    def packets(self, number: int, body: bytes) -> list[bytes]:
        """Return the packets that carry this message."""
        return packets(number, body)

    def lying(self, number: int, body: bytes, length: int) -> list[bytes]:
        """Return the packets of a message that declares this length."""
        return packets(number, body, length=length)

    def feed(self, packet: bytes) -> list[RawMessage]:
        """Take one packet; return the message it completes, if it does. Raises Garbage."""
        raw = self._reader.feed(packet)
        return [] if raw is None else [raw]

    def acknowledgement(self) -> list[bytes]:
        """Return nothing: this version has no acknowledgements."""
        return []

    def forget(self) -> None:
        """Stand ready for a fresh start."""
        self._reader = MessageReader(self._longest)
