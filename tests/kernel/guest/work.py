"""What the wallet is for: addresses and signatures, over each carrier."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.kernel.guest.bench import Bench

MESSAGE = "Seawall on a real kernel: " + "a text of several packets " * 6


def address(bench: Bench, carrier: str) -> dict[str, Any]:
    """Let the person confirm an address; return what was shown and what came back."""
    path = bench.plugged(carrier)
    began = bench.member.ask("begin", path=path)
    bench.member.send("address", path=path)
    bench.device(carrier).wait_until_asks()
    shown = bench.device(carrier).emulator.screen()
    bench.device(carrier).press(True)
    return {
        "began": began,
        "shown": shown,
        "address": bench.member.reply(),
        "end": bench.member.ask("end", path=path),
    }


def signature(bench: Bench, carrier: str) -> dict[str, Any]:
    """Let the person sign a message."""
    path = bench.plugged(carrier)
    bench.member.ask("begin", path=path)
    bench.member.send("sign", path=path, message=MESSAGE)
    bench.device(carrier).press(True)
    return {"message": MESSAGE, "signed": bench.member.reply(), "end": bench.member.ask("end", path=path)}


def refusal(bench: Bench, carrier: str) -> dict[str, Any]:
    """Let the person press No, then ask again."""
    path = bench.plugged(carrier)
    bench.member.ask("begin", path=path)
    bench.member.send("address", path=path)
    bench.device(carrier).press(False)
    refused = bench.member.reply()
    return {"refused": refused, "after": bench.member.ask("quick_address", path=path), **_let_go(bench, path)}


def command_line(bench: Bench, carrier: str) -> dict[str, Any]:
    """Let the person ask for an address by the command line."""
    path = bench.plugged(carrier)
    asking = bench.member.start(
        *("wallet", "address", "--coin", "btc", "--path", "m/84h/0h/0h/0/0", "--show"),
        *("--device", path, "--yes-on-device-only", "--json"),
    )
    bench.device(carrier).press(True)
    answer = asking.communicate(timeout=120)
    return {"answer": answer, "code": asking.returncode}


def _let_go(bench: Bench, path: str) -> dict[str, Any]:
    return {"end": bench.member.ask("end", path=path)}


SCENARIOS = {
    f"{name} {carrier}": partial(play, carrier=carrier)
    for carrier in ("usb", "hid")
    for name, play in (("address", address), ("signature", signature), ("refusal", refusal))
} | {"command line usb": partial(command_line, carrier="usb")}
