"""Plugging in and pulling out while a program waits: noticed by the system's own news."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.kernel.guest.bench import Bench

_PATIENCE_S = 20.0


def hot_plug(bench: Bench, carrier: str, poll_s: float) -> dict[str, Any]:
    """Plug the device in, pull it out, plug it in again, while the program looks by itself every `poll_s` only."""
    device = bench.device(carrier)
    bench.usb.unplug()
    bench.hid.unplug()
    bench.settle()
    bench.member.ask("watch", poll_s=poll_s)
    facts = {}
    for step, act, state in (
        ("in", device.plug, "ready"),
        ("out", device.unplug, "absent"),
        ("in again", device.plug, "ready"),
    ):
        act()
        facts[step] = bench.member.ask("watched", state=state, patience_s=_PATIENCE_S)["answer"]
    bench.member.ask("unwatch")
    return facts


SCENARIOS = {
    # With half a minute between looks only news can explain a wallet that is ready at once.
    "hot-plug usb": partial(hot_plug, carrier="usb", poll_s=30.0),
    # The reports' node comes a moment after the device the news are about: the looks right after news find it.
    "hot-plug hid": partial(hot_plug, carrier="hid", poll_s=1.0),
}
