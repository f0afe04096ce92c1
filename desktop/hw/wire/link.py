"""Messages over a transport: written whole, read whole or not at all, with a stop that really tells the device."""

from __future__ import annotations

import threading
import time

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw.carriers.transport import Transport
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.messages import Cancel, Failure
from desktop.hw.wire.codec import Message, decoded, encoded
from desktop.hw.wire.framing import MessageReader, packets

_SLICE_S = 0.05  # how often a waiting read looks for a stop
_CANCEL_PATIENCE_S = 2.0
_MOST_STALE_PACKETS = 4096


class Link:
    """An open transport, used by one thread; only `stop` may be set from others.

    `quick_s` bounds what a machine answers without asking a person.
    """

    def __init__(self, transport: Transport, quick_s: float) -> None:
        self.over = False
        self.stop = threading.Event()
        self.quick_s = quick_s
        self._transport = transport
        self._reader = MessageReader()

    @property
    def product(self) -> str:
        """Return the device's name on the bus."""
        return self._transport.product

    def open(self) -> None:
        """Take hold of the device. Raises NoDevice, DeviceBusy or AccessDenied."""
        self._transport.open()

    def drop(self) -> None:
        """Let go of the device at once; nothing can be asked over this link any more."""
        self.over = True
        self._transport.close()

    def present(self) -> bool:
        """Return whether the device is still there. Only while nothing is asked of it."""
        return not self.over and self._transport.present()

    def clear(self) -> None:
        """Throw away what an earlier conversation left in the pipe."""
        for _ in range(_MOST_STALE_PACKETS):
            if self._waiting() is None:
                break
        self._reader = MessageReader()

    def expect_silence(self) -> None:
        """Raise Garbage if something waits to be read: it would be taken for the answer to the next request."""
        if self._waiting() is not None:
            raise errors.Garbage("a packet that nobody asked for")

    def send(self, message: Message) -> None:
        """Write one message, once. Raises DeviceGone."""
        for packet in packets(message.number, encoded(message)):
            self._transport.write(packet)

    def next(self, patience_s: float | None) -> Message | int:
        """Return the next message, or its bare number if its type is not known here; None waits for a person.

        Raises Cancelled (the device has been told), Silent, DeviceGone, or Garbage.
        """
        started = time.monotonic()
        while True:
            packet = self._transport.read(_SLICE_S)
            if self.stop.is_set():
                self.tell_cancel()
                raise errors.Cancelled
            raw = None if packet is None else self._reader.feed(packet)
            if raw is not None:
                table = BY_NUMBER.get(raw.number)
                return raw.number if table is None else decoded(table, raw.body)
            limit_s = self.quick_s if self._reader.midway else patience_s
            if limit_s is not None and time.monotonic() - started > limit_s:
                raise errors.Silent(limit_s)

    def tell_cancel(self) -> None:
        """Send Cancel and wait for the device's Failure; a device that ignores it loses the link."""
        deadline = time.monotonic() + _CANCEL_PATIENCE_S
        try:
            self.send(Cancel())
            while time.monotonic() < deadline:
                packet = self._transport.read(_SLICE_S)
                raw = None if packet is None else self._reader.feed(packet)
                if raw is not None and raw.number == Failure.number:
                    return
        except DeviceTrouble:
            pass  # out of step: dropped below
        self.drop()

    def _waiting(self) -> bytes | None:
        if self.over:
            raise errors.DeviceGone("the link was dropped")
        return self._transport.read(0)
