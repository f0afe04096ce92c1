"""Packets over HID, for devices of that class that speak the wallet's 64-byte reports. The one door to hidapi.

No OneKey as sold has its wallet here; its only HID interface is FIDO, which is seen and never opened.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw.carriers.bus_identity import FIDO_PAGE, BusLook, hints_second_protocol, role_of
from desktop.hw.carriers.holders import holder_words
from desktop.hw.carriers.own_lock import OwnLock
from desktop.hw.wire.framing import PACKET_SIZE

_REPORT_ID = b"\0"
_STALE_S = 0.05
_MOST_STALE = 4096


class HidTransport:
    """One HID device, known by its system path; the serial is checked again after opening, since paths are reused."""

    bootloader = False

    def __init__(self, path: str, look: BusLook) -> None:
        self.path = f"hid:{path}"
        self.look = look
        self.product = look.words
        self.serial = look.serial
        self.second_protocol = hints_second_protocol(look)
        self._where = path.encode()
        self._lock = OwnLock(look.serial or path)
        self._device: Any = None

    def open(self) -> None:
        """Open the device and throw away what an earlier program left in it.

        Raises NoDevice, AccessDenied, DeviceBusy or WrongWallet.
        """
        self.close()
        if not any(found["path"] == self._where for found in _library().enumerate()):
            raise errors.NoDevice(self.path)
        self._lock.take()
        try:
            self._device = self._opened()
            self._drain()
        except DeviceTrouble:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the device and of our lock."""
        if self._device is not None:
            self._device.close()
            self._device = None
        self._lock.release()

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
        """Return whether the system still lists it, and as the same device."""
        return any(
            found["path"] == self._where and (found["serial_number"] or "") == self.serial
            for found in _library().enumerate()
        )

    def _opened(self) -> Any:
        device = _library().device()
        try:
            device.open_path(self._where)
            serial = device.get_serial_number_string() or ""
        except OSError:
            device.close()
            raise self._why_not() from None
        if self.serial and serial != self.serial:
            device.close()
            raise errors.WrongWallet(f"serial {self.serial}", f"serial {serial or 'unknown'}")
        return device

    def _why_not(self) -> DeviceTrouble:
        """Return why the device did not open; hidapi itself says no more than that it did not."""
        node = Path(os.fsdecode(self._where))
        if not sys.platform.startswith("linux"):
            return errors.DeviceBusy(holder_words())
        if not node.exists():
            return errors.DeviceGone("it was disconnected while opening")
        return errors.AccessDenied(self.path)

    def _drain(self) -> None:
        for _ in range(_MOST_STALE):
            if self.read(_STALE_S) is None:
                return
        raise errors.Garbage("reports without end that nobody asked for")

    def _held(self) -> Any:
        if self._device is None:
            raise errors.DeviceGone("the link is closed")
        return self._device


def listed() -> list[HidTransport]:
    """Return the wallets of HID class, closed; FIDO interfaces are left out. Raises LibraryMissing."""
    return [
        HidTransport(found["path"].decode(), look)
        for found in _library().enumerate()
        if role_of(look := _look(found)) == "wallet" and found["usage_page"] != FIDO_PAGE
    ]


def fido_seen() -> list[BusLook]:
    """Return the OneKeys whose FIDO interface the system shows; that tells nothing of the wallet's own interface."""
    return [
        look
        for found in _library().enumerate()
        if role_of(look := _look(found)) == "wallet" and found["usage_page"] == FIDO_PAGE
    ]


def _look(found: dict[str, Any]) -> BusLook:
    return BusLook(
        vendor_id=found["vendor_id"],
        product_id=found["product_id"],
        maker=found["manufacturer_string"] or "",
        product=found["product_string"] or "",
        serial=found["serial_number"] or "",
    )


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
