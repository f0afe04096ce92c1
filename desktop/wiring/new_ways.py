"""Ways into the network that a person chose while everything runs: who goes another way and is opened anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

from desktop.engine.preferences import Preferences
from desktop.storage.proxy_login import proxy_login
from desktop.storage.secrets import Secrets
from desktop.venues.catalogue import LIVE_HOSTS
from desktop.venues.outbound import Outbound
from desktop.venues.regional_hosts import moved_bases


class NewWays:
    """Lets one world's `outbound` take the chosen ways. Engine thread; the keychain is asked on another."""

    def __init__(self, outbound: Outbound, feeds: Collection[str], secrets: Callable[[], Secrets] = Secrets) -> None:
        self._outbound, self._feeds, self._secrets = outbound, frozenset(feeds), secrets

    async def take(self, wanted: Preferences) -> frozenset[str]:
        """Ask by these ways from now on and return the feeds whose sockets must be opened anew.

        Another proxy concerns all, another host its venue. Raise BadInput for a host that is none of its venue's.
        """
        outbound, moved = self._outbound, moved_bases(wanted.hosts)
        before, proxied_before = outbound.moved, outbound.way_to(_ANYWHERE).proxy
        login = await self._login(wanted.proxy) if wanted.proxy else ""
        # A keychain that is locked by now takes no login away that counts already.
        await outbound.change(wanted.proxy, moved, login=login or None)
        if outbound.way_to(_ANYWHERE).proxy != proxied_before:
            return self._feeds
        return frozenset(venue for venue, where in LIVE_HOSTS.items() if _differs(where.urls, before, moved))

    async def _login(self, proxy: str) -> str:
        """Return the login; none if the keychain waits for the person: other commands wait for this one."""
        try:
            async with asyncio.timeout(KEYCHAIN_SECONDS):
                return await asyncio.to_thread(lambda: proxy_login(self._secrets(), proxy))
        except TimeoutError:
            return ""


_ANYWHERE = "https://example.org"
KEYCHAIN_SECONDS = 10.0


def _differs(urls: Collection[str], before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    return any(before.get(url) != now.get(url) for url in urls)
