"""A device that answers what a test tells it to, byte for byte: for everything a real one must not do."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable

from desktop.hw.errors import DeviceGone, NoDevice
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.messages import Features, Initialize, Ping, Success
from desktop.hw.wire.codec import Message, decoded, encoded
from desktop.hw.wire.framing import MessageReader, packets

Reply = Message | bytes | None
SOUND_FEATURES = Features(
    vendor="trezor.io", device_id="D1", initialized=True, session_id=b"s1", onekey_device_type=1
)


class ScriptedDevice:
    """A transport whose far end is `answers`: from each message received to what is sent back.

    bytes are one packet as it stands, None pulls the cable. `heard` holds every message received, in order.
    """

    path = "fake:1"
    product = ""
    serial = ""
    bootloader = False
    second_protocol = False

    def __init__(self, answers: Callable[[Message], Iterable[Reply]]) -> None:
        self.answers = answers
        self.heard: list[Message] = []
        self.closed = 0
        self.held = False
        self.there = True
        self._reader = MessageReader()
        self._waiting: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def open(self) -> None:
        if not self.there:
            raise NoDevice(self.path)
        self.held = True

    def close(self) -> None:
        self.closed += 1
        self.held = False

    def write(self, packet: bytes) -> None:
        if packet.startswith(b"\x5a") and not self._reader.midway:
            return  # as every device of the first protocol does with the second
        assert len(packet) == 64
        raw = self._reader.feed(packet)
        if raw is not None:
            message = decoded(BY_NUMBER[raw.number], raw.body)
            self.heard.append(message)
            for reply in self._replies(message):
                self.send(reply)

    def send(self, reply: Reply) -> None:
        """Send something now, asked or not."""
        for packet in packets(reply.number, encoded(reply)) if isinstance(reply, Message) else [reply]:
            self._waiting.put(packet)

    def read(self, timeout_s: float) -> bytes | None:
        try:
            packet = self._waiting.get(timeout=timeout_s) if timeout_s else self._waiting.get_nowait()
        except queue.Empty:
            return None
        if packet is None:
            raise DeviceGone
        return packet

    def present(self) -> bool:
        return self.there

    def times_heard(self, kind: type[Message]) -> int:
        return sum(isinstance(message, kind) for message in self.heard)

    def _replies(self, message: Message) -> Iterable[Reply]:
        if isinstance(message, Initialize) and not self.times_heard(Initialize) > 1:
            return [SOUND_FEATURES]
        if isinstance(message, Ping):
            return [Success(message=message.message)]
        return self.answers(message)
