"""The plug is pulled: while nothing is asked, before a person's answer, within a message, after it was taken."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.kernel.guest.bench import Bench

_PACKET = ("3f2323" + "00" * 61).lower()


def idle(bench: Bench, carrier: str) -> dict[str, Any]:
    """Pull the plug while nothing is asked."""
    path = _begun(bench, carrier)
    before = bench.member.ask("present", path=path)
    bench.device(carrier).unplug()
    bench.settle()
    after = bench.member.ask("present", path=path)
    return _facts(bench, path, before=before, after=after, asked=bench.member.ask("quick_address", path=path))


def quick_replug(bench: Bench, carrier: str) -> dict[str, Any]:
    """Pull the plug and put it back before anybody looked."""
    path = _begun(bench, carrier)
    bench.device(carrier).unplug()
    bench.device(carrier).plug()
    again = bench.path_of(carrier)
    present = bench.member.ask("present", path=path)
    asked = bench.member.ask("quick_address", path=path)
    bench.member.ask("let_go", path=path)
    return {"present": present, "asked": asked, "anew": bench.member.ask("begin", path=again)}


def waiting(bench: Bench, carrier: str) -> dict[str, Any]:
    """Pull the plug while a person is asked."""
    path = _begun(bench, carrier)
    bench.member.send("address", path=path)
    bench.device(carrier).wait_until_asks()
    bench.device(carrier).unplug()
    return _facts(bench, path, asked=bench.member.reply())


def within_answer(bench: Bench, carrier: str) -> dict[str, Any]:
    """Pull the plug after the first packet of an answer that has several."""
    path = _begun(bench, carrier)
    bench.device(carrier).unplug_when("given", 1)
    return _facts(bench, path, asked=bench.member.ask("quick_address", path=path))


def within_request(bench: Bench, carrier: str) -> dict[str, Any]:
    """Pull the plug while a long request is being written."""
    path = _begun(bench, carrier)
    bench.member.ask("quick_address", path=path)  # what signing asks before is known then
    bench.device(carrier).unplug_when("taken", 3)
    return _facts(bench, path, asked=bench.member.ask("sign", path=path, message="long " * 150))


def after_request(bench: Bench, carrier: str) -> dict[str, Any]:
    """Pull the plug once a request is taken whole, before its answer."""
    path = _begun(bench, carrier)
    bench.device(carrier).unplug_when("taken", 1)
    return _facts(bench, path, asked=bench.member.ask("quick_address", path=path))


def before_write(bench: Bench, carrier: str) -> dict[str, Any]:
    """Pull the plug, then write at once: some systems say so only by a short count."""
    path = bench.plugged(carrier)
    bench.member.ask("hold", path=path)
    bench.device(carrier).unplug()
    return {
        "asked": bench.member.ask("write", path=path, packet=_PACKET),
        "left": bench.member.ask("let_go", path=path),
    }


def _begun(bench: Bench, carrier: str) -> str:
    path = bench.plugged(carrier)
    began = bench.member.ask("begin", path=path)
    assert "answer" in began, began
    return path


def _facts(bench: Bench, path: str, **facts: Any) -> dict[str, Any]:
    left = bench.member.ask("let_go", path=path)
    bench.settle()
    return {**facts, "left": left, "listed": bench.member.ask("listing")}


SCENARIOS = {
    f"unplug {name} {carrier}": partial(play, carrier=carrier)
    for carrier in ("usb", "hid")
    for name, play in (
        ("idle", idle),
        ("quick re-plug", quick_replug),
        ("waiting", waiting),
        ("within answer", within_answer),
        ("within request", within_request),
        ("after request", after_request),
        ("before write", before_write),
    )
}
