"""How requests leave this machine: through which proxy, and within which budgets."""

from __future__ import annotations

from desktop.engine.ports import Clock
from desktop.venues.budget import Budgets


class Outbound:
    """One for each world, handed to everything that asks a host. One event loop.

    `proxy` is an address such as http://127.0.0.1:3128, or empty: the hosts are asked directly.
    """

    def __init__(self, clock: Clock, proxy: str = "") -> None:
        self.clock = clock
        self.proxy = proxy
        self.budgets = Budgets(clock)
