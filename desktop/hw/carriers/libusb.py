"""The bus as libusb shows it: OneKeys, their names, and where their wire is. The one door to libusb.

Names come from the kernel on Linux, which tells them without the right to open the device; elsewhere from the device.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from desktop.hw import errors
from desktop.hw.carriers.bus_identity import ONEKEY_VENDOR, BusLook, Role, role_of
from desktop.hw.wire.framing import PACKET_SIZE

INTERFACE = 0
_VENDOR_CLASS = 0xFF
_DIRECTION, _IN = 0x80, 0x80
_TRANSFER_TYPE, _INTERRUPT = 0x03, 0x03
_KERNEL_NAMES = Path("/sys/bus/usb/devices")


class Wire(NamedTuple):
    """The endpoints of the wallet's interface, by address."""

    inward: int
    outward: int


class OnBus(NamedTuple):
    """A OneKey on the bus. A bootloader needs no wire."""

    look: BusLook
    role: Role
    wire: Wire | None
    device: Any


def library() -> Any:
    """Load libusb when it is first needed; the program runs without it. Raises LibraryMissing."""
    try:
        import usb1
    except (ImportError, OSError):
        raise errors.LibraryMissing("libusb", "On Debian: apt-get install libusb-1.0-0.") from None
    return usb1


def onekeys(context: Any) -> Iterator[OnBus]:
    """Find the OneKeys on the bus; a wallet without its wire's interface is left out."""
    for device in context.getDeviceIterator(skip_on_error=True):
        if device.getVendorID() != ONEKEY_VENDOR:
            continue
        look = _look(device)
        role, wire = role_of(look), wire_of(device)
        if role == "bootloader" or (role is not None and wire is not None):
            yield OnBus(look, role, wire, device)


def wire_of(device: Any) -> Wire | None:
    """Return the endpoints as the device's own descriptor gives them: interface 0, class "vendor", interrupt."""
    for setting in device.iterSettings():
        if setting.getNumber() != INTERFACE or setting.getClass() != _VENDOR_CLASS:
            continue
        usable = [
            endpoint.getAddress()
            for endpoint in setting.iterEndpoints()
            if endpoint.getAttributes() & _TRANSFER_TYPE == _INTERRUPT and endpoint.getMaxPacketSize() >= PACKET_SIZE
        ]
        inward = next((address for address in usable if address & _DIRECTION == _IN), None)
        outward = next((address for address in usable if address & _DIRECTION != _IN), None)
        if inward is not None and outward is not None:
            return Wire(inward, outward)
    return None


def device_text(ask: Callable[[], str | None]) -> str:
    """Return a name the device itself tells, or "" where it may not be asked."""
    try:
        return ask() or ""
    except library().USBError:
        return ""


def _look(device: Any) -> BusLook:
    folder = _kernel_folder(device)
    names = {
        "maker": (device.getManufacturer, "manufacturer"),
        "product": (device.getProduct, "product"),
        "serial": (device.getSerialNumber, "serial"),
    }
    told = {
        name: device_text(ask) if folder is None else _kernel_text(folder / file)
        for name, (ask, file) in names.items()
    }
    return BusLook(
        vendor_id=device.getVendorID(),
        product_id=device.getProductID(),
        place=f"{device.getBusNumber()}:{device.getDeviceAddress()}",
        **told,
    )


def _kernel_folder(device: Any) -> Path | None:
    if not sys.platform.startswith("linux"):
        return None
    ports = ".".join(map(str, device.getPortNumberList()))
    folder = _KERNEL_NAMES / f"{device.getBusNumber()}-{ports}"
    return folder if ports and folder.is_dir() else None


def _kernel_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # it has no such name, or is leaving
        return ""
