"""What the scenarios share: the device manager, the people, the devices, and waiting for what the kernel does."""

from __future__ import annotations

import contextlib
import grp
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.kernel.guest.gadget import FIDO_PAGE, WALLET_PAGE, Gadget, Looks
from tests.kernel.guest.people import Person, Program
from tests.kernel.guest.wallet_device import WalletDevice

ROOT = Path(__file__).resolve().parents[3]
_OWN_RULES = Path("/etc/udev/rules.d")
USB, HID = 0, 1  # the two ports
MEMBER = Person("member", 4242, ("plugdev",))
SECOND = Person("second", 4242, ("plugdev",))  # the same person's second program
SEATED = Person("seated", 4444)
STRANGER = Person("stranger", 4343)
_SEATS = Path("/run/systemd/seats")
_PATIENCE_S = 20.0


class Bench:
    """The machine's devices and people. `usb` is a OneKey as shipped; `hid` speaks the same reports over HID."""

    def __init__(self) -> None:
        _let_people_in()
        _start_device_manager()
        wire = Gadget("onekey", USB, Looks())
        ends = wire.add_wire()
        wire.add_reports("fido", FIDO_PAGE)
        self.usb = WalletDevice(wire, ends)
        reports = Gadget("reports", HID, Looks(product="OneKey HID", serial="HID0001"))
        self.hid = WalletDevice(reports, reports.add_reports("wallet", WALLET_PAGE))
        people = (MEMBER, SECOND, SEATED, STRANGER)
        self.programs = {person.name: Program(person) for person in people}
        for program in self.programs.values():
            program.wait_until_ready()
        self.member, self.second = self.programs["member"], self.programs["second"]

    def device(self, carrier: str) -> WalletDevice:
        """Return the device of this carrier."""
        return self.usb if carrier == "usb" else self.hid

    def plugged(self, carrier: str) -> str:
        """Make sure that the device is in, and nobody holds it; return its path."""
        device = self.device(carrier)
        device.unplug()
        device.plug()
        return self.path_of(carrier)

    def path_of(self, carrier: str) -> str:
        """Return the path of the device, once the system lists it and has given it its rights."""
        serial = self.device(carrier).gadget.looks.serial
        if carrier == "usb":
            _given_rights(usb_node(serial))
            return f"usb:{serial}"
        return f"hid:{_given_rights(wait_for(lambda: hidraw_node(serial)))}"

    def settle(self) -> None:
        """Wait until the device manager has nothing left to do."""
        subprocess.run(["udevadm", "settle", "--timeout=20"], check=True)

    def clear(self) -> None:
        """Let every program let go of everything, before the next scenario."""
        for program in self.programs.values():
            program.ask("let_go_of_all")


def wait_for(found: Callable[[], Any]) -> Any:
    """Return what `found` finds, asking it until it finds something. Raises TimeoutError.

    What the kernel describes may come or go while it is read: then it is asked again.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() <= deadline:
        with contextlib.suppress(OSError):
            if what := found():
                return what
        time.sleep(0.02)
    raise TimeoutError("what the kernel should do did not happen")


def usb_folder(serial: str) -> Path | None:
    """Return where the kernel describes the USB device with this serial, or None."""
    for file in Path("/sys/bus/usb/devices").glob("*/serial"):
        try:
            if file.read_text().strip() == serial:
                return file.parent
        except OSError:  # leaving
            continue
    return None


def _usb_node(serial: str) -> Path | None:
    folder = usb_folder(serial)
    if folder is None:
        return None
    bus, place = (int((folder / name).read_text()) for name in ("busnum", "devnum"))
    node = Path(f"/dev/bus/usb/{bus:03}/{place:03}")
    return node if node.exists() else None


def hidraw_node(serial: str) -> Path | None:
    """Return the node of the HID interface of the device with this serial, or None."""
    folder = usb_folder(serial)
    names = [path.name for path in folder.glob("*/*/hidraw/hidraw*")] if folder else []
    return Path("/dev") / names[0] if names and (Path("/dev") / names[0]).exists() else None


def usb_node(serial: str) -> Path:
    """Return the node of the USB device with this serial. Raises TimeoutError."""
    node: Path = wait_for(lambda: _usb_node(serial))
    return node


def _given_rights(node: Path) -> Path:
    subprocess.run(["udevadm", "wait", "--timeout=20", node], check=True)
    return node


def _let_people_in() -> None:
    """Open the way to the program for users who are not root, wherever it lies; the host's disk is not touched."""
    for place in (ROOT, Path(sys.prefix), Path(sys.executable).resolve(), Path(sys.base_prefix)):
        for folder in place.parents:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o055)


def _start_device_manager() -> None:
    # As a login at the first seat leaves it: the rule's `uaccess` gives that person the devices.
    _SEATS.mkdir(parents=True)
    (_SEATS / "seat0").write_text(f"IS_SEAT0=1\nACTIVE=c1\nACTIVE_UID={SEATED.uid}\n")
    if "plugdev" not in {group.gr_name for group in grp.getgrall()}:
        with Path("/etc/group").open("a") as groups:
            groups.write("plugdev:x:46:\n")
    for old in _OWN_RULES.glob("*.rules"):
        old.unlink()  # the host's own rules are not on trial
    daemon = next(
        path for path in ("/lib/systemd/systemd-udevd", "/usr/lib/systemd/systemd-udevd") if os.path.exists(path)
    )
    subprocess.run([daemon, "--daemon"], check=True)
    subprocess.run(["udevadm", "trigger"], check=True)
    subprocess.run(["udevadm", "settle", "--timeout=20"], check=True)
