"""Messages over a transport: written whole, read whole or not at all, with a stop that really tells the device."""

from __future__ import annotations

import threading
import time
from collections import deque

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw.carriers.transport import Transport
from desktop.hw.message_numbers import BY_NUMBER
from desktop.hw.messages import Cancel, Features, Initialize
from desktop.hw.wire.codec import Message, decoded, encoded
from desktop.hw.wire.framing import Framing, FramingV1, RawMessage
from desktop.hw.wire.framing_v2 import FramingV2

FAILURES = frozenset({3, 60208})  # Failure in both versions of the protocol
_SLICE_S = 0.05  # how often a waiting read looks for a stop
_CANCEL_PATIENCE_S = 2.0
_AFTER_FAILURE_S = 0.3  # how long Features may follow the Failure of a flow that Initialize ended
_MOST_STALE_PACKETS = 4096


class Link:
    """An open transport, used by one thread; only `stop` may be set from others.

    `quick_s` bounds what a machine answers without asking a person. `stop_word` is what ends the question the device
    has open: Cancel, or Initialize while a PIN or passphrase is being typed on it.
    """

    def __init__(self, transport: Transport, quick_s: float) -> None:
        self.over = False
        self.stop = threading.Event()
        self.quick_s = quick_s
        self.stop_word: Message = Cancel()
        self._transport = transport
        self._framing: Framing = FramingV1()
        self._arrived: deque[RawMessage] = deque()

    @property
    def product(self) -> str:
        """Return the device's name on the bus."""
        return self._transport.product

    @property
    def second_protocol_first(self) -> bool:
        """Return whether its number on the bus says that it speaks version 2."""
        return self._transport.second_protocol

    @property
    def protocol(self) -> int:
        """Return the version of the protocol that is spoken."""
        return self._framing.protocol

    def open(self, protocol: int = 1) -> None:
        """Take hold of the device, to speak this version. Raises NoDevice, DeviceBusy or AccessDenied."""
        self._framing = FramingV1() if protocol == 1 else FramingV2()
        self._arrived.clear()
        self._transport.open()

    def let_go(self) -> None:
        """Let go of the device for now; `open` takes hold of it again."""
        self._transport.close()

    def drop(self) -> None:
        """Let go of the device at once; nothing can be asked over this link any more."""
        self.over = True
        self._transport.close()

    def present(self) -> bool:
        """Return whether the device is still there. Only while nothing is asked of it."""
        return not self.over and self._transport.present()

    def clear(self) -> int:
        """Throw away what an earlier conversation left in the pipe; return how many packets that was."""
        thrown = 0
        while thrown < _MOST_STALE_PACKETS and self._packet_waiting() is not None:
            thrown += 1
        self._framing.forget()
        self._arrived.clear()
        return thrown

    def expect_silence(self) -> None:
        """Raise Garbage if an answer waits to be read: it would be taken for the one to the next request.

        A whole Failure is thrown away: firmware under test sends one for each key that comes when no screen is open.
        """
        while self.went_on():
            if not self._arrived or self._arrived.popleft().number not in FAILURES:
                raise errors.Garbage("a packet that nobody asked for")

    def went_on(self, within_s: float = 0) -> bool:
        """Return whether the device has sent something already, or does so in this time; it is kept for `next`."""
        if not self._arrived:
            packet = self._packet_waiting(within_s)
            if packet is None:
                return False
            self._arrived.extend(self._framing.feed(packet))
        return bool(self._arrived) or self._framing.midway

    def send(self, message: Message) -> None:
        """Write one message, once. Raises DeviceGone."""
        for packet in self._framing.packets(message.number, encoded(message)):
            self._transport.write(packet)

    def next(self, patience_s: float | None) -> Message | int:
        """Return the next message, or its bare number if its type is not known here; None waits for a person.

        Raises Cancelled (the device has been told), Silent, DeviceGone, or Garbage.
        """
        started, midway = time.monotonic(), False
        while True:
            raw = self._read()
            if self.stop.is_set():
                self.tell_cancel()
                raise errors.Cancelled(still_asking=self.over)
            if raw is not None:
                table = BY_NUMBER.get(raw.number)
                return raw.number if table is None else decoded(table, raw.body)
            limit_s = patience_s
            if patience_s is None:
                # The person's time does not count: what ends is the device's, from an answer's first packet on.
                limit_s = self.quick_s if self._framing.midway else None
                started = started if midway else time.monotonic()
                midway = self._framing.midway
            if limit_s is not None and time.monotonic() - started > limit_s:
                raise errors.Silent(limit_s)

    def tell_cancel(self) -> None:
        """End what the device asks and wait until it is back home; a device that does not obey loses the link."""
        word, self.stop_word = self.stop_word, Cancel()
        ends_with = {Features.number} if isinstance(word, Initialize) else FAILURES
        deadline = time.monotonic() + _CANCEL_PATIENCE_S
        obeyed = False
        try:
            self.send(word)
            while time.monotonic() < deadline:
                raw = self._read()
                if raw is not None and raw.number in ends_with:
                    return
                if raw is not None and raw.number in FAILURES:  # the flow is over; Features may follow
                    obeyed, deadline = True, min(deadline, time.monotonic() + _AFTER_FAILURE_S)
        except DeviceTrouble:
            obeyed = False  # out of step: dropped below
        if not obeyed:
            self.drop()

    def _read(self) -> RawMessage | None:
        if not self._arrived:
            packet = self._transport.read(_SLICE_S)
            if packet is not None:
                self._arrived.extend(self._framing.feed(packet))
        return self._arrived.popleft() if self._arrived else None

    def _packet_waiting(self, within_s: float = 0) -> bytes | None:
        if self.over:
            raise errors.DeviceGone("the link was dropped")
        return self._transport.read(within_s)
