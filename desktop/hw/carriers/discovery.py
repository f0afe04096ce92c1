"""Which wallets are connected, and the way to one that is named."""

from __future__ import annotations

from desktop.domain.errors import WrongUsage
from desktop.hw.carriers import hid_transport, usb_transport
from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.udp_transport import udp_at
from desktop.hw.errors import NoDevice, SeveralDevices


def connected() -> list[Transport]:
    """Return the wallets connected by cable, closed. Raises LibraryMissing. Simulators are only found by name."""
    return [*usb_transport.on_the_bus(), *hid_transport.listed()]


def at_path(path: str) -> Transport:
    """Return the way to the device named `usb:SERIAL`, `hid:PATH` or `udp:HOST:PORT`, closed.

    Raise WrongUsage for another form, NoDevice if no such USB or HID device is connected.
    """
    kind, _, rest = path.partition(":")
    if kind == "udp":
        return udp_at(rest)
    if kind not in ("usb", "hid") or not rest:
        raise WrongUsage(f"{path!r} names no device", "Write usb:SERIAL, hid:PATH or udp:HOST:PORT.")
    for transport in connected():
        if transport.path == path:
            return transport
    raise NoDevice(path)


def only_one() -> Transport:
    """Return the only wallet connected by cable. Raise NoDevice or SeveralDevices."""
    found = connected()
    if not found:
        raise NoDevice
    if len(found) > 1:
        raise SeveralDevices(tuple(transport.path for transport in found))
    return found[0]
