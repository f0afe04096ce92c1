"""USB devices that the kernel itself plays: put together through configfs, plugged into a port in software."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import NamedTuple

from tests.kernel.guest.function_fs import PACKET_SIZE, FunctionFs

_GADGETS = Path("/sys/kernel/config/usb_gadget")
_ENGLISH = "0x409"
FIDO_PAGE, WALLET_PAGE = 0xF1D0, 0xFF00


class Looks(NamedTuple):
    """What a device says of itself on the bus."""

    product_id: int = 0x53C1
    maker: str = "OneKey"
    product: str = "OneKey Classic 1S"
    serial: str = "CL1S0001"


class Gadget:
    """One device, unplugged until `plug`. Its functions are added before that, once."""

    def __init__(self, name: str, port: int, looks: Looks) -> None:
        self._name, self._port = name, f"dummy_udc.{port}"
        self._root = _GADGETS / name
        self._config = self._root / "configs/c.1"
        self._config.mkdir(parents=True)
        (self._root / "strings" / _ENGLISH).mkdir()
        (self._root / "idVendor").write_text("0x1209")
        (self._root / "bcdUSB").write_text("0x0200")
        self.look(looks)

    def look(self, looks: Looks) -> None:
        """Take on these looks; unplugged only."""
        self.looks = looks
        (self._root / "idProduct").write_text(hex(looks.product_id))
        strings = self._root / "strings" / _ENGLISH
        for name, text in (("manufacturer", looks.maker), ("product", looks.product), ("serialnumber", looks.serial)):
            (strings / name).write_text(text)

    def add_wire(self) -> FunctionFs:
        """Add an interface of class "vendor", served by this process."""
        function = self._root / "functions" / f"ffs.{self._name}"
        function.mkdir()
        served = FunctionFs(self._name)
        (self._config / function.name).symlink_to(function)
        return served

    def add_reports(self, name: str, usage_page: int) -> HidReports:
        """Add a HID interface with reports of 64 bytes both ways."""
        function = self._root / "functions" / f"hid.{name}"
        function.mkdir()
        for attribute, value in (("protocol", 0), ("subclass", 0), ("report_length", PACKET_SIZE)):
            (function / attribute).write_text(str(value))
        (function / "report_desc").write_bytes(_report_descriptor(usage_page))
        (self._config / function.name).symlink_to(function)
        return HidReports(function)

    def plug(self) -> None:
        """Connect it to its port."""
        (self._root / "UDC").write_text(self._port)

    def unplug(self) -> None:
        """Pull it out."""
        (self._root / "UDC").write_text("\n")


class HidReports:
    """The device's side of a HID interface; it exists while the device is plugged in."""

    def __init__(self, function: Path) -> None:
        self.function = function
        self._node = -1

    def read(self) -> bytes:
        """Wait for a report from the host. Raises OSError when the device is unplugged."""
        return os.read(self._open(), PACKET_SIZE)

    def write(self, report: bytes) -> None:
        """Hand a report out. Raises OSError when the device is unplugged."""
        os.write(self._open(), report)

    def _open(self) -> int:
        if self._node < 0:
            minor = (self.function / "dev").read_text().strip().partition(":")[2]
            self._node = os.open(f"/dev/hidg{minor}", os.O_RDWR)
        return self._node


def _report_descriptor(usage_page: int) -> bytes:
    """Return a collection with one report of 64 bytes in and one out, on this usage page."""
    report = bytes((0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, PACKET_SIZE))
    page = b"\x06" + struct.pack("<H", usage_page)
    usage = b"\x09\x01"
    return page + usage + b"\xa1\x01" + b"\x09\x20" + report + b"\x81\x02" + b"\x09\x21" + report + b"\x91\x02\xc0"
