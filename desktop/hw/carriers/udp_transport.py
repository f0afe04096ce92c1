"""Packets over UDP, as firmware simulators speak them: one datagram is one 64-byte report.

A simulator answers the eight bytes PINGPING with PONGPONG.
"""

from __future__ import annotations

import socket
import time

from desktop.domain.errors import WrongUsage
from desktop.hw.errors import DeviceGone, NoDevice
from desktop.hw.wire.framing import PACKET_SIZE

_PING = b"PINGPING"
_PONG = b"PONGPONG"
# Core firmware is deaf for more than half a second after each operation, while it clears its memory; on a machine
# with much else to do for more than seven.
_PING_PATIENCE_S = 10.0
_PING_EVERY_S = 0.25
_KNOCK_EVERY_S = 1.0
_LARGEST_DATAGRAM = 2048
USUAL_PORTS = (54935, 21324)
"""Where OneKey's firmware simulators listen, and where Trezor's do, whose code they share."""


class UdpTransport:
    """A simulator at a host and port."""

    product = ""
    serial = ""
    bootloader = False
    second_protocol = False

    def __init__(self, host: str, port: int) -> None:
        self.path = f"udp:{host}:{port}"
        self._where = (host, port)
        self._socket: socket.socket | None = None
        self._heard_s = 0.0

    def open(self) -> None:
        """Connect and see that somebody answers. Raises NoDevice."""
        self.close()
        try:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.connect(self._where)
        except OSError:
            self.close()
            raise NoDevice(self.path) from None
        if not self.present():
            self.close()
            raise NoDevice(self.path)
        self._heard_s = time.monotonic()

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def write(self, packet: bytes) -> None:
        """Send one packet. Raises DeviceGone."""
        if not 0 < len(packet) <= PACKET_SIZE:
            raise ValueError(f"a packet has up to {PACKET_SIZE} bytes, not {len(packet)}")
        try:
            self._held().send(packet)
        except OSError:
            raise DeviceGone("nobody listens at its port") from None

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next datagram, or None. In long silence it knocks, so that a vanished simulator is noticed."""
        deadline = time.monotonic() + timeout_s
        while True:
            datagram = self._received(deadline - time.monotonic())
            if datagram is None:
                self._knock_if_silent()
                return None
            self._heard_s = time.monotonic()
            if datagram != _PONG:
                return datagram

    def present(self) -> bool:
        """Return whether the simulator answers pings within 10 s. Call it only while no answer is awaited."""
        deadline = time.monotonic() + _PING_PATIENCE_S
        try:
            while time.monotonic() < deadline:
                self._held().send(_PING)
                if self._pong_within(_PING_EVERY_S):
                    return True
        except (OSError, DeviceGone):
            return False
        return False

    def _pong_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while (datagram := self._received(deadline - time.monotonic())) is not None:
            if datagram == _PONG:
                return True
        return False

    def _received(self, timeout_s: float) -> bytes | None:
        held = self._held()
        try:
            held.settimeout(max(timeout_s, 0.0))
            return held.recv(_LARGEST_DATAGRAM)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError:
            raise DeviceGone("nobody listens at its port") from None

    def _knock_if_silent(self) -> None:
        now = time.monotonic()
        if now - self._heard_s > _KNOCK_EVERY_S:
            self._heard_s = now
            try:
                self._held().send(_PING)  # a closed port answers with a refusal, seen by the next read
            except OSError:
                raise DeviceGone("nobody listens at its port") from None

    def _held(self) -> socket.socket:
        if self._socket is None:
            raise DeviceGone("the link is closed")
        return self._socket


def udp_at(text: str) -> UdpTransport:
    """Return the transport for HOST:PORT. Raise WrongUsage if it is not of that form."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise WrongUsage(f"udp:{text} is not of the form udp:HOST:PORT", "Write udp:127.0.0.1:54935.")
    return UdpTransport(host, int(port))


def answering(host: str, port: int) -> list[UdpTransport]:
    """Return the simulator at this place if it answers now, closed, as a list of one or none."""
    transport = UdpTransport(host, port)
    try:
        transport.open()
    except NoDevice:
        return []
    transport.close()
    return [transport]


def simulators(host: str) -> list[UdpTransport]:
    """Return the simulators that answer at the usual ports of this host, closed."""
    return [found for port in USUAL_PORTS for found in answering(host, port)]
