"""What is taken for a wallet: by the names on the bus and the interface, not by the numbers alone."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.kernel.guest.bench import Bench, usb_folder, wait_for
from tests.kernel.guest.gadget import Looks


def look_of(bench: Bench, looks: Looks) -> dict[str, Any]:
    """Plug a device in that looks like this and return what is listed."""
    bench.hid.unplug()
    bench.usb.unplug()
    gadget, usual = bench.usb.gadget, bench.usb.gadget.looks
    gadget.look(looks)
    gadget.plug()
    wait_for(lambda: usb_folder(looks.serial))
    bench.settle()
    listed = bench.member.ask("listing")
    opened = bench.member.ask("hold", path=f"usb:{looks.serial}")
    doctor = bench.member.ask("doctor", ask=False)
    gadget.unplug()
    gadget.look(usual)
    return {"listed": listed, "opened": opened, "doctor": doctor}


def endpoints(bench: Bench) -> dict[str, Any]:
    """Return the addresses of the wire's endpoints as the kernel gave them."""
    bench.hid.unplug()
    bench.plugged("usb")
    folder = usb_folder(bench.usb.gadget.looks.serial)
    assert folder is not None
    return {"endpoints": sorted(path.name for path in folder.glob("*:1.0/ep_*"))}


_LOOKS = {
    "as shipped": Looks(),
    "own mode": Looks(product_id=0x4F4B, product="OneKey Pro", serial="PRO0001"),
    "a Trezor": Looks(maker="SatoshiLabs", product="TREZOR", serial="TREZOR01"),
    "a newer Trezor": Looks(maker="Trezor Company", product="Safe 5", serial="TREZOR02"),
    "a bootloader": Looks(product_id=0x53C0, serial="BOOT0001"),
    "a stranger": Looks(product_id=0x0001, maker="Someone", product="Something", serial="X1"),
}

SCENARIOS = {
    "endpoints": endpoints,
    **{f"look {name}": partial(look_of, looks=looks) for name, looks in _LOOKS.items()},
}
