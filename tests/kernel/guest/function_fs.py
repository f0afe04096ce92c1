"""A USB interface of class "vendor" served from this process: two interrupt endpoints of 64 bytes.

Layouts as in the kernel's `linux/usb/functionfs.h`; all numbers little-endian.
"""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

PACKET_SIZE = 64
_DESCRIPTORS_MAGIC, _STRINGS_MAGIC = 3, 2
_HAS_FULL_SPEED, _HAS_HIGH_SPEED = 1, 2
_INTERFACE, _ENDPOINT = 4, 5
_VENDOR_CLASS, _INTERRUPT, _ENGLISH = 0xFF, 3, 0x0409
_IN, _OUT = 0x81, 0x01


class FunctionFs:
    """One such interface, made by the instance `name` of a gadget. Reading and writing wait for the host."""

    def __init__(self, name: str) -> None:
        folder = Path("/run/ffs") / name
        folder.mkdir(parents=True)
        subprocess.run(["mount", "-t", "functionfs", name, folder], check=True)
        # The control endpoint stays open: the function leaves when it is closed.
        self._control = os.open(folder / "ep0", os.O_RDWR)
        os.write(self._control, _descriptors())
        os.write(self._control, _strings("OneKey Interface"))
        self._in = os.open(folder / "ep1", os.O_RDWR)
        self._out = os.open(folder / "ep2", os.O_RDWR)

    def read(self) -> bytes:
        """Wait for a packet from the host. Raises OSError when the device is unplugged."""
        return os.read(self._out, PACKET_SIZE)

    def write(self, packet: bytes) -> None:
        """Hand a packet out and wait until the host has taken it. Raises OSError when the device is unplugged."""
        os.write(self._in, packet)


def _descriptors() -> bytes:
    interface = struct.pack("<BBBBBBBBB", 9, _INTERFACE, 0, 0, 2, _VENDOR_CLASS, 0, 0, 1)
    full = [struct.pack("<BBBBHB", 7, _ENDPOINT, place, _INTERRUPT, PACKET_SIZE, 1) for place in (_IN, _OUT)]
    high = [struct.pack("<BBBBHB", 7, _ENDPOINT, place, _INTERRUPT, PACKET_SIZE, 4) for place in (_IN, _OUT)]
    body = interface + b"".join(full) + interface + b"".join(high)
    counts = struct.pack("<II", 3, 3)
    head = struct.pack("<III", _DESCRIPTORS_MAGIC, 12 + len(counts) + len(body), _HAS_FULL_SPEED | _HAS_HIGH_SPEED)
    return head + counts + body


def _strings(interface: str) -> bytes:
    body = struct.pack("<H", _ENGLISH) + interface.encode() + b"\0"
    return struct.pack("<IIII", _STRINGS_MAGIC, 16 + len(body), 1, 1) + body
