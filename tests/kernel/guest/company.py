"""Two programs at one device, what others left in its pipe, and another device in its place."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

from tests.kernel.guest.bench import SECOND, Bench
from tests.kernel.guest.gadget import Looks
from tests.kernel.guest.people import Program

_OLD_ANSWER = bytes.fromhex("3f232300110000000a").ljust(64, b"\x7e")


def second_program(bench: Bench, carrier: str) -> dict[str, Any]:
    """Let a second person's program reach for the device that is held; then once more when it is free."""
    path = bench.plugged(carrier)
    held = bench.member.ask("begin", path=path)
    meanwhile = bench.second.ask("begin", path=path)
    undisturbed = bench.member.ask("quick_address", path=path)
    bench.member.ask("end", path=path)
    afterwards = bench.second.ask("begin", path=path)
    bench.second.ask("let_go", path=path)
    return {"held": held, "meanwhile": meanwhile, "undisturbed": undisturbed, "afterwards": afterwards}


def foreign_program(bench: Bench, carrier: str) -> dict[str, Any]:
    """Let a program that knows nothing of Seawall hold the device."""
    path = bench.plugged(carrier)
    claimed = bench.second.ask("claim", path=path)
    refused = bench.member.ask("begin", path=path)
    doctor = bench.member.ask("doctor", ask=True)
    bench.second.ask("let_go", path=path)
    return {
        "doctor": doctor,
        "claimed": claimed,
        "pid": bench.second.pid,
        "refused": refused,
        "after": bench.member.ask("begin", path=path),
    }


def crash(bench: Bench, carrier: str) -> dict[str, Any]:
    """Kill a program that holds the device; the next one takes it at once."""
    path = bench.plugged(carrier)
    doomed = Program(SECOND)
    doomed.wait_until_ready()
    held = doomed.ask("begin", path=path)
    before = bench.member.ask("begin", path=path)
    doomed.kill()
    return {"held": held, "pid": doomed.pid, "before": before, "after": bench.member.ask("begin", path=path)}


def stale_report(bench: Bench, carrier: str) -> dict[str, Any]:
    """Leave half an old answer in the device's pipe, then begin."""
    path = bench.plugged(carrier)
    device = bench.device(carrier)
    left_behind = threading.Thread(target=device.leave_behind, args=(_OLD_ANSWER,), daemon=True)
    left_behind.start()
    began = bench.member.ask("begin", path=path)
    left_behind.join(10)
    after = bench.member.ask("quick_address", path=path)
    bench.member.ask("end", path=path)
    return {"began": began, "taken": not left_behind.is_alive(), "after": after}


def another_serial(bench: Bench, carrier: str) -> dict[str, Any]:
    """Change the device behind a known path for another one, then bring the known one back."""
    device, path = bench.device(carrier), bench.plugged(carrier)
    known = device.gadget.looks
    bench.member.ask("hold", path=path)
    bench.member.ask("put_away", path=path)
    changed = _plugged_as(bench, carrier, known._replace(serial="OTHER001"))
    refused = bench.member.ask("hold_again", path=path)
    bench.member.ask("put_away", path=path)
    back = _plugged_as(bench, carrier, known)
    same = bench.member.ask("hold_again", path=path)
    bench.member.ask("let_go", path=path)
    return {"changed": changed, "refused": refused, "back": back, "same": same}


def _plugged_as(bench: Bench, carrier: str, looks: Looks) -> str:
    device = bench.device(carrier)
    device.unplug()
    device.gadget.look(looks)
    device.plug()
    return bench.path_of(carrier)


SCENARIOS = {
    "foreign program usb": partial(foreign_program, carrier="usb"),
    **{
        f"{name} {carrier}": partial(play, carrier=carrier)
        for carrier in ("usb", "hid")
        for name, play in (
            ("second program", second_program),
            ("crash", crash),
            ("stale report", stale_report),
            ("another serial", another_serial),
        )
    },
}
