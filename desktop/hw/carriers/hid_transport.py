"""Packets over HID, for devices of that class that speak the wallet's 64-byte reports. The one door to hidapi.

No OneKey has its wallet here; its only HID interface is FIDO, which is never opened.
"""

from __future__ import annotations

import sys
from typing import Any

from desktop.hw import errors
from desktop.hw.wire.framing import PACKET_SIZE

_FIDO_PAGE = 0xF1D0
_IDS = frozenset({(0x534C, 0x0001), (0x1209, 0x53C1), (0x1209, 0x4F4B)})
_REPORT_ID = b"\0"


class HidTransport:
    """One HID device, known by its system path; the serial is checked again after opening, since paths are reused."""

    def __init__(self, path: str, serial: str = "", product: str = "") -> None:
        self.path = f"hid:{path}"
        self.product = product
        self._where = path.encode()
        self._serial = serial
        self._device: Any = None

    def open(self) -> None:
        """Open the device. Raises NoDevice, AccessDenied or WrongWallet."""
        self.close()
        if not self.present():
            raise errors.NoDevice(self.path)
        self._device = _library().device()
        try:
            self._device.open_path(self._where)
            serial = self._device.get_serial_number_string() or ""
        except OSError:
            self.close()
            raise errors.AccessDenied(self.path) from None
        if self._serial and serial != self._serial:
            self.close()
            raise errors.WrongWallet(f"serial {self._serial}", f"serial {serial}")

    def close(self) -> None:
        """Let go of the device."""
        if self._device is not None:
            self._device.close()
            self._device = None

    def write(self, packet: bytes) -> None:
        """Send one report. Raises DeviceGone; hidapi tells an unplugged device by a short count alone."""
        if len(packet) != PACKET_SIZE:
            raise ValueError(f"a packet has {PACKET_SIZE} bytes, not {len(packet)}")
        try:
            written = self._held().write(_REPORT_ID + packet)
        except (OSError, ValueError):
            raise errors.DeviceGone("it does not take reports any more") from None
        if written < PACKET_SIZE:
            raise errors.DeviceGone(f"it took {written} of {PACKET_SIZE} bytes")

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next report, or None. Raises DeviceGone."""
        try:
            return bytes(self._held().read(PACKET_SIZE, max(1, round(timeout_s * 1000)))) or None
        except (OSError, ValueError):
            raise errors.DeviceGone("it was disconnected while reading") from None

    def present(self) -> bool:
        """Return whether the system still lists it."""
        return any(found["path"] == self._where for found in _library().enumerate())

    def _held(self) -> Any:
        if self._device is None:
            raise errors.DeviceGone("the link is closed")
        return self._device


def listed() -> list[HidTransport]:
    """Return the wallets of HID class, closed; FIDO interfaces are left out."""
    return [
        HidTransport(found["path"].decode(), found["serial_number"] or "", found["product_string"] or "")
        for found in _library().enumerate()
        if (found["vendor_id"], found["product_id"]) in _IDS and found["usage_page"] != _FIDO_PAGE
    ]


def _library() -> Any:
    """Load hidapi when it is first needed: on Linux the kernel's own interface, which tells why something failed."""
    try:
        if sys.platform == "linux":
            import hidraw as library
        else:
            import hid as library
    except (ImportError, OSError):
        raise errors.LibraryMissing("hidapi", "Install Seawall's dependencies again.") from None
    return library
