"""Packets over USB: interface 0 of class "vendor", interrupt endpoints, 64 bytes. Every OneKey speaks here.

hidapi never sees this interface; libusb does. One program at a time may hold it.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw.carriers.bus_identity import BusLook, hints_second_protocol, role_of
from desktop.hw.carriers.holders import holder_words
from desktop.hw.carriers.libusb import INTERFACE, OnBus, Wire, device_text, library, onekeys
from desktop.hw.carriers.own_lock import OwnLock
from desktop.hw.wire.framing import PACKET_SIZE

_WRITE_TIMEOUT_MS = 5000
_STALE_S = 0.05  # an old packet arrives within this time after the interface is claimed
_MOST_STALE = 4096


class UsbTransport:
    """One OneKey on the bus, known by its serial, or by its place on the bus if it has none."""

    def __init__(self, look: BusLook) -> None:
        self.path = f"usb:{look.name}"
        self.look = look
        self.product = look.words
        self.serial = look.serial
        self.bootloader = role_of(look) == "bootloader"
        self.second_protocol = hints_second_protocol(look)
        self._lock = OwnLock(look.name)
        self._context: Any = None
        self._handle: Any = None
        self._wire = Wire(0, 0)
        self._place = ""

    def open(self) -> None:
        """Claim the wallet's interface and throw away what an earlier program left in it.

        Raises NoDevice, InBootloader, AccessDenied, DeviceBusy, or WrongWallet if the device that was opened tells
        another serial than the one that was found.
        """
        self.close()
        self._lock.take()
        try:
            self._context = library().USBContext()
            self._context.open()
            self._claim(self._found())
            self._drain()
        except DeviceTrouble:
            self.close()
            raise

    def close(self) -> None:
        """Release the interface, the bus and our lock."""
        handle, self._handle = self._handle, None
        context, self._context = self._context, None
        if handle is not None:
            with contextlib.suppress(library().USBError):  # the device may be gone already
                handle.releaseInterface(INTERFACE)
            handle.close()
        if context is not None:
            context.close()
        self._lock.release()

    def write(self, packet: bytes) -> None:
        """Send one packet, whole. Raises DeviceGone."""
        if not 0 < len(packet) <= PACKET_SIZE:
            raise ValueError(f"a packet has up to {PACKET_SIZE} bytes, not {len(packet)}")
        try:
            written = self._held().interruptWrite(self._wire.outward, packet, timeout=_WRITE_TIMEOUT_MS)
        except library().USBError as error:
            raise errors.DeviceGone(f"{type(error).__name__} while writing") from None
        if written != len(packet):
            raise errors.DeviceGone(f"it took {written} of {len(packet)} bytes")

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next packet, or None. Raises DeviceGone."""
        usb1 = library()
        patience_ms = max(1, round(timeout_s * 1000))  # 0 would wait for ever
        try:
            return bytes(self._held().interruptRead(self._wire.inward, PACKET_SIZE, timeout=patience_ms))
        except usb1.USBErrorTimeout as late:
            return bytes(getattr(late, "received", b"")) or None
        except usb1.USBError as error:
            raise errors.DeviceGone(f"{type(error).__name__} while reading") from None

    def present(self) -> bool:
        """Return whether it is still on the bus, at the place where it was opened: put back, it is elsewhere."""
        if self._context is None:
            return False
        return any(
            found.look.name == self.look.name and found.look.place == self._place for found in onekeys(self._context)
        )

    def _found(self) -> OnBus:
        found = next((one for one in onekeys(self._context) if one.look.name == self.look.name), None)
        if found is None:
            raise errors.NoDevice(self.path)
        if found.role == "bootloader":
            raise errors.InBootloader
        return found

    def _claim(self, found: OnBus) -> None:
        usb1 = library()
        assert found.wire is not None
        try:
            self._handle = found.device.open()
            self._handle.claimInterface(INTERFACE)
        except usb1.USBError as error:
            raise self._refused(error, found.look) from None
        self._wire, self._place = found.wire, found.look.place
        self._recheck(found.device)

    def _refused(self, error: Exception, look: BusLook) -> DeviceTrouble:
        usb1 = library()
        # Windows and macOS say "access" where another program has the device; only Linux means rights by it.
        denied = isinstance(error, usb1.USBErrorAccess)
        if denied and sys.platform.startswith("linux"):
            return errors.AccessDenied(self.path)
        if denied or isinstance(error, usb1.USBErrorBusy):
            return errors.DeviceBusy(holder_words(node_of(look)))
        if isinstance(error, usb1.USBErrorNotSupported):
            return errors.NoDriver(self.path)
        return errors.DeviceGone(f"{type(error).__name__} while opening")

    def _recheck(self, device: Any) -> None:
        """Ask the opened device itself: numbers and places are used again by whatever is plugged in next."""
        told = BusLook(
            vendor_id=self.look.vendor_id,
            product_id=self.look.product_id,
            maker=device_text(device.getManufacturer),
            serial=device_text(device.getSerialNumber),
        )
        if told.maker_is_another:
            raise errors.WrongWallet("a OneKey", f"a device made by {told.maker}")
        if self.look.serial and not told.serial:
            raise errors.DeviceGone("it does not tell its serial any more")
        if self.look.serial and told.serial != self.look.serial:
            raise errors.WrongWallet(f"serial {self.look.serial}", f"serial {told.serial}")

    def _drain(self) -> None:
        for _ in range(_MOST_STALE):
            if self.read(_STALE_S) is None:
                return
        raise errors.Garbage("packets without end that nobody asked for")

    def _held(self) -> Any:
        if self._handle is None:
            raise errors.DeviceGone("the link is closed")
        return self._handle


def on_the_bus() -> list[UsbTransport]:
    """Return the OneKeys on the bus, closed, bootloaders too. Raises LibraryMissing."""
    with library().USBContext() as context:
        return [UsbTransport(found.look) for found in onekeys(context)]


def node_of(look: BusLook) -> Path | None:
    """Return the file that stands for the device on Linux, or None elsewhere."""
    bus, _, address = look.place.partition(":")
    if not sys.platform.startswith("linux") or not (bus.isdecimal() and address.isdecimal()):
        return None
    return Path(f"/dev/bus/usb/{int(bus):03}/{int(address):03}")
