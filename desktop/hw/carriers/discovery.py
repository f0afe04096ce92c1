"""Which wallets are connected, and the way to one that is named."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.errors import WrongUsage
from desktop.hw.carriers import hid_transport, usb_transport
from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.udp_transport import simulators, udp_at
from desktop.hw.errors import NoDevice, SeveralDevices


def connected() -> list[Transport]:
    """Return the OneKeys connected by cable, closed, bootloaders too. Raises LibraryMissing.

    One that is reached both ways is listed once, by USB. Simulators are only found by name.
    """
    by_usb = usb_transport.on_the_bus()
    serials = {found.serial for found in by_usb if found.serial}
    return [*by_usb, *(found for found in hid_transport.listed() if found.serial not in serials)]


def at_path(path: str) -> Transport:
    """Return the way to the device named `usb:SERIAL`, `hid:PATH` or `udp:HOST:PORT`, closed.

    `udp:HOST` is the simulator that answers at one of the usual ports there. Raise WrongUsage for another form,
    NoDevice if no such USB or HID device is connected, or nothing answers at the usual ports.
    """
    kind, _, rest = path.partition(":")
    if kind == "udp":
        return _simulator(path, rest)
    if kind not in ("usb", "hid") or not rest:
        raise WrongUsage(f"{path!r} names no device", "Write usb:SERIAL, hid:PATH or udp:HOST:PORT.")
    for transport in connected():
        if transport.path == path:
            return transport
    raise NoDevice(path)


def only_one() -> Transport:
    """Return the only wallet connected by cable. Raise NoDevice or SeveralDevices."""
    return the_wallet(connected())


def the_wallet(found: Sequence[Transport]) -> Transport:
    """Return the only wallet of these; a bootloader counts only where there is nothing else.

    Raise NoDevice or SeveralDevices.
    """
    wallets = [transport for transport in found if not transport.bootloader] or list(found)
    if not wallets:
        raise NoDevice
    if len(wallets) > 1:
        raise SeveralDevices(tuple(transport.path for transport in wallets))
    return wallets[0]


def _simulator(path: str, place: str) -> Transport:
    if not place or ":" in place:
        return udp_at(place)
    found = simulators(place)
    if not found:
        raise NoDevice(path)
    return found[0]
