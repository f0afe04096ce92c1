"""Packets over USB: interface 0 of class "vendor", interrupt endpoints, 64 bytes. Every OneKey speaks here.

hidapi never sees this interface; libusb does. One program at a time may hold it. The one door to libusb.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NoReturn

from desktop.hw import errors
from desktop.hw.wire.framing import PACKET_SIZE

_VENDOR = 0x1209
_PRODUCTS = frozenset({0x53C0, 0x53C1, 0x4F4A, 0x4F4B})
_OTHER_MAKERS = ("satoshilabs", "trezor")  # they share two of the numbers and newer ones speak another protocol
_INTERFACE, _VENDOR_CLASS = 0, 0xFF
_IN, _OUT = 0x81, 0x01
_WRITE_TIMEOUT_MS = 5000


class UsbTransport:
    """One wallet on the bus, known by its serial, or by its place on the bus if it has none."""

    def __init__(self, name: str, product: str) -> None:
        self.path = f"usb:{name}"
        self.product = product
        self._name = name
        self._context: Any = None
        self._handle: Any = None

    def open(self) -> None:
        """Claim the wallet's interface. Raises NoDevice, AccessDenied or DeviceBusy."""
        self.close()
        usb1 = _library()
        self._context = usb1.USBContext()
        try:
            self._context.open()
            found = next((device for name, _, device in _wallets(self._context) if name == self._name), None)
            if found is None:
                raise errors.NoDevice(self.path)
            self._handle = found.open()
            self._handle.claimInterface(_INTERFACE)
        except errors.NoDevice:
            self.close()
            raise
        except usb1.USBError as error:
            self.close()
            _raise_for(error, self.path)

    def close(self) -> None:
        """Release the interface and the bus."""
        handle, self._handle = self._handle, None
        context, self._context = self._context, None
        if handle is not None:
            with contextlib.suppress(_library().USBError):  # the device may be gone already
                handle.releaseInterface(_INTERFACE)
            handle.close()
        if context is not None:
            context.close()

    def write(self, packet: bytes) -> None:
        """Send one packet, whole. Raises DeviceGone."""
        if len(packet) != PACKET_SIZE:
            raise ValueError(f"a packet has {PACKET_SIZE} bytes, not {len(packet)}")
        try:
            written = self._held().interruptWrite(_OUT, packet, timeout=_WRITE_TIMEOUT_MS)
        except _library().USBError as error:
            raise errors.DeviceGone(f"{type(error).__name__} while writing") from None
        if written != PACKET_SIZE:
            raise errors.DeviceGone(f"it took {written} of {PACKET_SIZE} bytes")

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next packet, or None. Raises DeviceGone."""
        usb1 = _library()
        try:
            return bytes(self._held().interruptRead(_IN, PACKET_SIZE, timeout=max(1, round(timeout_s * 1000))))
        except usb1.USBErrorTimeout as late:
            return bytes(getattr(late, "received", b"")) or None
        except usb1.USBError as error:
            raise errors.DeviceGone(f"{type(error).__name__} while reading") from None

    def present(self) -> bool:
        """Return whether it is still on the bus."""
        if self._context is None:
            return False
        return any(name == self._name for name, _, _ in _wallets(self._context))

    def _held(self) -> Any:
        if self._handle is None:
            raise errors.DeviceGone("the link is closed")
        return self._handle


def on_the_bus() -> list[UsbTransport]:
    """Return the wallets on the bus, closed. Raises DeviceTrouble if libusb is missing."""
    with _library().USBContext() as context:
        return [UsbTransport(name, product) for name, product, _ in _wallets(context)]


def _wallets(context: Any) -> Iterator[tuple[str, str, Any]]:
    for device in context.getDeviceIterator(skip_on_error=True):
        if device.getVendorID() != _VENDOR or device.getProductID() not in _PRODUCTS or not _has_wire(device):
            continue
        maker, product, serial = (
            _text(ask) for ask in (device.getManufacturer, device.getProduct, device.getSerialNumber)
        )
        if not maker.lower().startswith(_OTHER_MAKERS):
            place = f"{device.getBusNumber()}:{device.getDeviceAddress()}"
            yield serial or place, f"{maker} {product}".strip(), device


def _has_wire(device: Any) -> bool:
    return any(
        setting.getNumber() == _INTERFACE and setting.getClass() == _VENDOR_CLASS for setting in device.iterSettings()
    )


def _text(ask: Any) -> str:
    try:
        return ask() or ""
    except _library().USBError:  # without the right to open it, its names cannot be read
        return ""


def _raise_for(error: Exception, path: str) -> NoReturn:
    usb1 = _library()
    if isinstance(error, usb1.USBErrorAccess):
        raise errors.AccessDenied(path) from None
    if isinstance(error, usb1.USBErrorBusy):
        raise errors.DeviceBusy from None
    raise errors.DeviceGone(f"{type(error).__name__} while opening") from None


def _library() -> Any:
    """Load libusb when it is first needed; the program runs without it."""
    try:
        import usb1
    except (ImportError, OSError):
        raise errors.LibraryMissing("libusb", "On Debian: apt-get install libusb-1.0-0.") from None
    return usb1
