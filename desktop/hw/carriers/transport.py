"""What carries packets of 64 bytes to a device and back."""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """One way to one device. Used by a single thread; only `path` and what names it may be read from others.

    `path` is `usb:SERIAL`, `hid:PATH` or `udp:HOST:PORT`. `product` is its name on the bus, `serial` its serial
    there, each "" where the carrier knows none. A `bootloader` waits for an update: opening it raises InBootloader.
    `second_protocol`: its number says that it speaks wire protocol version 2.
    """

    path: str
    product: str
    serial: str
    bootloader: bool
    second_protocol: bool

    def open(self) -> None:
        """Take hold of the device. Raises NoDevice, InBootloader, DeviceBusy, AccessDenied or WrongWallet."""

    def close(self) -> None:
        """Let go; closing twice does nothing."""

    def write(self, packet: bytes) -> None:
        """Send one packet of up to 64 bytes, whole; shorter ones end a frame of version 2. Raises DeviceGone."""

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next packet as it came, or None if none came in time. Raises DeviceGone."""

    def present(self) -> bool:
        """Return whether the device is still there, without asking its wallet anything; brief."""
