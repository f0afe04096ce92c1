"""How requests leave this machine: through which proxy, and within which budgets."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from desktop.engine.ports import Clock
from desktop.venues.budget import Budgets


class Outbound:
    """One for each world, handed to everything that asks a host. One event loop.

    `proxy` is the person's own, such as http://127.0.0.1:3128 or socks5://127.0.0.1:1080, or empty: then hosts are
    asked directly. It serves REST and sockets alike and resolves the names of hosts; loopback is never reached
    through it.
    """

    def __init__(self, clock: Clock, proxy: str = "") -> None:
        self.clock = clock
        self.proxy = proxy
        self.budgets = Budgets(clock)
        self.offline = False
        """While it is True no REST request leaves: a person wants none to."""

    def set_offline(self, offline: bool) -> None:
        """Let no request out from now on, or let them out again."""
        self.offline = offline

    def proxy_for(self, url: str) -> str:
        """Return the proxy on the way to this address; empty for none."""
        return "" if is_loopback(urlsplit(url).hostname or "") else self.proxy


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
