"""What carries packets of 64 bytes to a device and back."""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """One way to one device. Used by a single thread; only `path` and the strings may be read from others.

    `path` is `usb:SERIAL`, `hid:PATH` or `udp:HOST:PORT`. `product` is its name on the bus, or "".
    """

    path: str
    product: str

    def open(self) -> None:
        """Take hold of the device. Raises NoDevice, DeviceBusy or AccessDenied."""

    def close(self) -> None:
        """Let go; closing twice does nothing."""

    def write(self, packet: bytes) -> None:
        """Send one packet of 64 bytes, whole. Raises DeviceGone."""

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next packet as it came, or None if none came in time. Raises DeviceGone."""

    def present(self) -> bool:
        """Return whether the device is still there, without asking its wallet anything; brief."""
