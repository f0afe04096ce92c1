"""Who may open the wallet: without our rule, with it, at the seat and from afar."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from pathlib import Path
from typing import Any

from desktop.cli.doctor_rule import show_or_install
from desktop.cli.output import Output
from tests.kernel.guest.bench import Bench, hidraw_node, usb_node


def no_rule(bench: Bench) -> dict[str, Any]:
    """Return what people see of both devices while the system has no rule for them."""
    paths = {carrier: bench.plugged(carrier) for carrier in ("usb", "hid")}
    return {
        "nodes": [_rights(node) for node in _nodes(bench)],
        "listed": bench.member.ask("listing"),
        "doctor": bench.member.ask("doctor", ask=True),
        **{carrier: bench.member.ask("begin", path=path) for carrier, path in paths.items()},
    }


def rule(bench: Bench) -> dict[str, Any]:
    """Put the rule in place and return who may open which device then."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        code = show_or_install("install", Output(as_json=True))
    bench.settle()
    paths = {carrier: bench.plugged(carrier) for carrier in ("usb", "hid")}
    facts: dict[str, Any] = {
        "installed": [code, printed.getvalue()],
        "nodes": [_rights(node) for node in _nodes(bench)],
        "doctor": bench.member.ask("doctor", ask=True),
    }
    for name in ("member", "seated", "stranger"):
        program = bench.programs[name]
        for carrier, path in paths.items():
            facts[f"{name} {carrier}"] = program.ask("begin", path=path)
            program.ask("let_go", path=path)
    return facts


def _nodes(bench: Bench) -> list[Path]:
    node = hidraw_node(bench.hid.gadget.looks.serial)
    assert node is not None
    return [usb_node(bench.usb.gadget.looks.serial), node]


def _rights(node: Path) -> dict[str, Any]:
    found = node.stat()
    return {
        "mode": stat.filemode(found.st_mode),
        "group": found.st_gid,
        "acl": "system.posix_acl_access" in os.listxattr(node),
    }


SCENARIOS = {"no rule": no_rule, "rule": rule}
