"""The ways to a wallet that Seawall looks at, from their written form to a transport."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.udp_transport import answering

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
