"""The ways to a wallet that Seawall looks at, from their written form to a transport."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.udp_transport import answering
from desktop.hw.doctor import RULE_NAME
from desktop.hw.udev_rule import fitted_here, install
from desktop.storage.resource_files import resource

SIMULATORS = ("udp:127.0.0.1:54935", "udp:127.0.0.1:21324")
"""Where the vendor's firmware simulators listen on this machine."""


def present(paths: Sequence[str]) -> list[Transport]:
    """Return the transports of these paths behind which a device answers now, closed. Device thread."""
    found: list[Transport] = []
    for path in paths:
        kind, _, place = path.partition(":")
        host, _, port = place.rpartition(":")
        if kind == "udp":
            found.extend(answering(host, int(port)))
    return found


def no_cable() -> list[Transport]:
    """Return no wallet by cable: a practice world never touches a real one."""
    return []


def install_shipped_rule() -> None:
    """Put the shipped udev rule in place, fitted to this system. Blocks while the system asks for a password.

    Raises RuleNotInstalled, BadInput if Seawall's own file is missing.
    """
    install(fitted_here(resource(f"udev/{RULE_NAME}").read_text(encoding="utf-8")))
