"""How requests leave this machine: to which of a venue's hosts, through which proxy, and within which budgets."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import Clock
from desktop.venues.budget import Budgets

_AGAIN = "It is asked again."
_PROXY_DOWN = "Start it, or choose another one in the settings, Network."
_PROXY_REFUSES = (
    "See what the proxy allows and whether it wants a name and password (keychain: proxy-login), or choose another "
    "one in the settings, Network."
)


class Way(NamedTuple):
    """The way to an address: the address itself, and the proxy before it ("" for none).

    `proxy` may hold a name and a password: only `via` belongs in words.
    """

    url: str
    proxy: str = ""

    @property
    def via(self) -> str:
        """Return host and port of the proxy; empty for none."""
        return urlsplit(self.proxy).netloc.rpartition("@")[2]

    @property
    def words(self) -> str:
        """Return the host, and the proxy on the way to it."""
        host = urlsplit(self.url).netloc
        return f"{host} through the proxy {self.via}" if self.proxy else host

    def blocked(self, why: str, *, at_proxy: bool = False, remedy: str = _AGAIN) -> NetworkTrouble:
        """Return the trouble of a way that leads nowhere; `at_proxy`: the proxy itself cannot be reached."""
        if at_proxy:
            words = f"the proxy {self.via} on the way to {urlsplit(self.url).netloc} cannot be reached: {why}"
            return NetworkTrouble(f"{words}. {_PROXY_DOWN}", _PROXY_DOWN)
        return NetworkTrouble(f"{self.words} cannot be reached: {why}", _PROXY_REFUSES if self.proxy else remedy)


def straight(url: str) -> Way:
    """Return the way without a proxy, to the address itself."""
    return Way(url)


class Outbound:
    """One for each world, handed to everything that asks a host. One event loop.

    `proxy` is the person's own, such as http://127.0.0.1:3128 or socks5://127.0.0.1:1080, or empty: then hosts are
    asked directly. It serves REST and sockets alike and resolves the names of hosts; loopback is never reached
    through it. `login` is "name:password" for a proxy that wants one; it is held in memory only. `moved` leads from
    a shipped base address to the one that a person would rather use.
    """

    def __init__(
        self, clock: Clock, proxy: str = "", moved: Mapping[str, str] | None = None, *, login: str = ""
    ) -> None:
        self.clock = clock
        self.proxy = proxy
        self.budgets = Budgets(clock)
        self.offline = False
        """While it is True no REST request leaves: a person wants none to."""
        self._moved = dict(moved or {})
        self._login = login
        self._renewals: list[Callable[[], Awaitable[None]]] = []

    def set_offline(self, offline: bool) -> None:
        """Let no request out from now on, or let them out again."""
        self.offline = offline

    @property
    def moved(self) -> Mapping[str, str]:
        """Return which base address stands in for which shipped one."""
        return self._moved

    def way_to(self, url: str) -> Way:
        """Return how an address is reached now."""
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        there = self._moved.get(base, base) + url[len(base) :]
        beside = is_loopback(urlsplit(there).hostname or "")
        return Way(there, "" if beside else with_login(self.proxy, self._login))

    def joined(self, renew: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Call `renew` whenever the ways have changed, until what is returned is called."""
        self._renewals.append(renew)

        def leave() -> None:
            if renew in self._renewals:
                self._renewals.remove(renew)

        return leave

    async def change(self, proxy: str, moved: Mapping[str, str], *, login: str | None = None) -> None:
        """Take other ways from now on: everything that asks is opened anew; budgets and what is known stay.

        Without a `login` the same proxy keeps the one it has.
        """
        if login is None:
            login = self._login if proxy == self.proxy else ""
        if (proxy, moved, login) == (self.proxy, self._moved, self._login):
            return
        self.proxy, self._moved, self._login = proxy, dict(moved), login
        for renew in tuple(self._renewals):
            await renew()


def with_login(proxy: str, login: str) -> str:
    """Return the proxy's address with "name:password" in it; as it is without a proxy or a login."""
    if not proxy or not login:
        return proxy
    scheme, _, place = proxy.partition("://")
    name, _, password = login.partition(":")
    return f"{scheme}://{quote(name, safe='')}:{quote(password, safe='')}@{place}"


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
