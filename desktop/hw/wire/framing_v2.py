"""Messages as checked frames and back: wire protocol version 2, of the Pro 2 and the Neo. Experimental.

A frame: 0x5A, its whole length (2 bytes, little-endian), a checksum of these three bytes, the channel (0 is USB), a
byte whose lowest two bits tell a message (0) from an acknowledgement (1), a sequence number of 1 to 255, then the
message's type (2 bytes, little-endian) and body, and a checksum of all before it. The checksum is the CRC of eight
bits with the polynomial x⁸+x⁵+x⁴+1, lowest bit first, that begins with 0x30. A frame travels in packets of 64 bytes,
the last one shorter. Source: the frame as OneKey's own client reads and writes it; no firmware was at hand. Pure.
"""

from __future__ import annotations

from desktop.hw.errors import Garbage, TooBig
from desktop.hw.wire.framing import PACKET_SIZE, RawMessage

LONGEST_FRAME = 4200
ACKNOWLEDGEMENT, MESSAGE = 1, 0
_START = 0x5A
_HEAD_SIZE, _AROUND = 4, 8  # the checked beginning; all bytes that are not type or body
_KIND_MASK = 0x03
_HIGHEST_SEQUENCE = 255
_POLYNOMIAL, _FIRST = 0x8C, 0x30


def _after_byte(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = tuple(map(_after_byte, range(256)))


def checksum(data: bytes) -> int:
    """Return the checksum of these bytes."""
    value = _FIRST
    for byte in data:
        value = _TABLE[value ^ byte]
    return value


def frame(payload: bytes, sequence: int, kind: int = MESSAGE, length: int | None = None) -> bytes:
    """Return one frame. `length` is declared instead of the true one, for tests of the other end."""
    declared = len(payload) + _AROUND if length is None else length
    head = bytes((_START, declared & 0xFF, declared >> 8 & 0xFF))
    body = head + bytes((checksum(head), 0, kind, sequence)) + payload
    return body + bytes((checksum(body),))


class FramingV2:
    """Version 2 as one conversation has it. What came before, or acknowledges nothing, is Garbage.

    So is a message that comes before the acknowledgement of ours, from an end that has acknowledged any.
    """

    protocol = 2

    def __init__(self, longest: int = LONGEST_FRAME) -> None:
        self._longest = longest
        self._buffer = bytearray()
        self._sent = 0
        self._heard = 0
        self._acknowledged = 0

    @property
    def midway(self) -> bool:
        """Return whether a frame has begun and is not whole yet."""
        return bool(self._buffer)

    def packets(self, number: int, body: bytes) -> list[bytes]:
        """Return the packets that carry this message. Raises TooBig for one that no frame holds."""
        if len(body) + 2 + _AROUND > self._longest:
            raise TooBig(number, len(body))
        return self._cut(frame(number.to_bytes(2, "little") + body, self._next()))

    def lying(self, number: int, body: bytes, length: int) -> list[bytes]:
        """Return the packets of a message that declares this length."""
        return self._cut(frame(number.to_bytes(2, "little") + body, self._next(), length=min(length, 0xFFFF)))

    def acknowledgement(self) -> list[bytes]:
        """Return what tells the other end that its last message came whole."""
        return self._cut(frame(b"", self._heard, ACKNOWLEDGEMENT))

    def forget(self) -> None:
        """Stand ready for a fresh start."""
        self._buffer.clear()

    def feed(self, packet: bytes) -> list[RawMessage]:
        """Take one packet; return the messages it completes. After Garbage it stands ready for a fresh start."""
        try:
            return self._taken(packet)
        except Garbage:
            self.forget()
            raise

    def _taken(self, packet: bytes) -> list[RawMessage]:
        if not 0 < len(packet) <= PACKET_SIZE:
            raise Garbage(f"a packet of {len(packet)} bytes instead of 1 to {PACKET_SIZE}")
        self._buffer += packet
        found: list[RawMessage] = []
        while (size := self._size()) and len(self._buffer) >= size:
            whole = bytes(self._buffer[:size])
            del self._buffer[:size]
            message = self._message(whole)
            if message is not None:
                found.append(message)
        return found

    def _size(self) -> int:
        """Return the declared length of the frame that has begun, 0 while it is not known."""
        if self._buffer and self._buffer[0] != _START:
            raise Garbage(f"a frame that begins with {self._buffer[0]:#04x} instead of {_START:#04x}")
        if len(self._buffer) < _HEAD_SIZE:
            return 0
        size = int.from_bytes(self._buffer[1:3], "little")
        if self._buffer[3] != checksum(bytes(self._buffer[:3])):
            raise Garbage("a frame whose first checksum is wrong")
        if size > self._longest:
            raise TooBig(0, size)
        if size < _AROUND:
            raise Garbage(f"a frame of {size} bytes")
        return size

    def _message(self, whole: bytes) -> RawMessage | None:
        if whole[-1] != checksum(whole[:-1]):
            raise Garbage("a frame whose checksum is wrong")
        sequence, payload = whole[6], whole[7:-1]
        match whole[5] & _KIND_MASK:
            case 1:
                if payload or sequence != self._sent:
                    raise Garbage("an acknowledgement of what was not sent")
                self._acknowledged = sequence
                return None
            case 0 if len(payload) > 1 and sequence and sequence != self._heard:
                if self._acknowledged and self._acknowledged != self._sent:  # whoever acknowledges does so first
                    raise Garbage("an answer to an earlier request")
                self._heard = sequence
                return RawMessage(int.from_bytes(payload[:2], "little"), payload[2:])
        raise Garbage("a frame that came before, or of an unknown kind")

    def _next(self) -> int:
        self._sent = self._sent % _HIGHEST_SEQUENCE + 1
        return self._sent

    @staticmethod
    def _cut(whole: bytes) -> list[bytes]:
        return [whole[start : start + PACKET_SIZE] for start in range(0, len(whole), PACKET_SIZE)]
