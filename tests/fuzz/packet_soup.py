"""Packets that no sound device or program would send, made from sound ones by a seeded random source."""

from __future__ import annotations

import random
from collections.abc import Callable

from desktop.hw import messages as m
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.wire.codec import fields_of
from desktop.hw.wire.framing import Framing, FramingV1
from desktop.hw.wire.framing_v2 import FramingV2

_TABLES = tuple(BY_NUMBER.values())
_OFTEN = (
    *(m.Features, m.Failure, m.Success, m.ButtonRequest, m.PinMatrixRequest, m.PassphraseRequest, m.PublicKey),
    *(m.Initialize, m.ButtonAck, m.Cancel, m.GetPublicKey, m.PinMatrixAck, m.PassphraseAck, m.Ping),
)
_MOST_FIELDS, _LONGEST_VALUE = 6, 90
_WIRE_TYPES = 8
_PACKET = 64

Packets = list[bytes]


class Soup:
    """A pot of packets for one version of the wire; the same seed gives the same packets."""

    def __init__(self, seed: int, protocol: int) -> None:
        self.random = random.Random(seed)
        self._protocol = protocol
        self._framing = self.fresh_framing()
        self._spoilers: tuple[Callable[[Packets], Packets], ...] = (
            *(self._sound,) * 12,
            *(self._truncated, self._longer, self._flipped, self._out_of_order),
            *(self._one_missing, self._twice, self._lying, self._foreign, self._noise, self._other_protocol),
        )

    def fresh_framing(self) -> Framing:
        """Return a framing of this version, for one conversation."""
        return FramingV1() if self._protocol == 1 else FramingV2()

    def begin(self, framing: Framing | None = None) -> None:
        """Begin a conversation, whose sequence numbers start anew."""
        self._framing = framing or self.fresh_framing()

    def ladle(self) -> Packets:
        """Return the packets of one message, sound or spoiled."""
        number, body = self._message()
        return self.random.choice(self._spoilers)(self._framing.packets(number, body))

    def _message(self) -> tuple[int, bytes]:
        table = self.random.choice(_OFTEN if self.random.random() < 0.5 else _TABLES)
        number = table.number if self.random.random() < 0.9 else self.random.randrange(1 << 16)
        return number, self._body(table)

    def _body(self, table: type[m.Message]) -> bytes:
        if self.random.random() < 0.1:
            return self.random.randbytes(self.random.randrange(300))
        fields = fields_of(table)
        out = bytearray()
        for _ in range(self.random.randrange(_MOST_FIELDS)):
            known = bool(fields) and self.random.random() < 0.9
            number, kind = self.random.choice(fields) if known else (self.random.randrange(1, 9000), int)
            wire = (
                (0 if kind in (int, bool) else 2)
                if self.random.random() < 0.9
                else self.random.randrange(_WIRE_TYPES)
            )
            out += _varint(number << 3 | wire) + self._value(wire)
        return bytes(out)

    def _value(self, wire: int) -> bytes:
        if wire == 0:
            return _varint(self.random.getrandbits(self.random.choice((1, 7, 32, 64, 70))))
        raw = self.random.randbytes(self.random.randrange(_LONGEST_VALUE))
        declared = len(raw) if self.random.random() < 0.95 else self.random.getrandbits(self.random.choice((8, 40)))
        return _varint(declared) + raw

    def _sound(self, packets: Packets) -> Packets:
        return packets

    def _truncated(self, packets: Packets) -> Packets:
        place = self.random.randrange(len(packets))
        packets[place] = packets[place][: self.random.randrange(len(packets[place]))]
        return packets

    def _longer(self, packets: Packets) -> Packets:
        packets[self.random.randrange(len(packets))] += self.random.randbytes(self.random.randrange(1, 100))
        return packets

    def _flipped(self, packets: Packets) -> Packets:
        place = self.random.randrange(len(packets))
        spoiled = bytearray(packets[place])
        for _ in range(self.random.randrange(1, 4)):
            spoiled[self.random.randrange(len(spoiled))] ^= 1 << self.random.randrange(8)
        packets[place] = bytes(spoiled)
        return packets

    def _out_of_order(self, packets: Packets) -> Packets:
        self.random.shuffle(packets)
        return packets

    def _one_missing(self, packets: Packets) -> Packets:
        del packets[self.random.randrange(len(packets))]
        return packets

    def _twice(self, packets: Packets) -> Packets:
        return packets + packets

    def _lying(self, packets: Packets) -> Packets:
        number, body = self._message()
        return self._framing.lying(number, body, self.random.getrandbits(self.random.choice((4, 8, 14, 16, 32))))

    def _foreign(self, packets: Packets) -> Packets:
        packets.insert(self.random.randrange(len(packets) + 1), self.random.randbytes(_PACKET))
        return packets

    def _noise(self, packets: Packets) -> Packets:
        return [self.random.randbytes(self.random.randrange(1, 70)) for _ in range(self.random.randrange(1, 4))]

    def _other_protocol(self, packets: Packets) -> Packets:
        other: Framing = FramingV2() if self._protocol == 1 else FramingV1()
        return other.packets(*self._message())


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
