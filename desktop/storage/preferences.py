"""Keeps the window's theme and the ways into the network in the profile's settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from desktop.domain.errors import BadInput
from desktop.engine.preferences import Preferences, VenueAddresses
from desktop.storage.settings import change_settings, load_settings

_PROXY = (
    "Write it as http://127.0.0.1:3128 or socks5://127.0.0.1:1080, without name and password (these belong into the "
    "keychain, as proxy-login), or leave it empty."
)


class SettingsPreferences:
    """Fills the port `PreferenceKeeper`. `check_hosts` raises BadInput for a host that is none of a venue's."""

    def __init__(
        self,
        folder: Path,
        addresses: tuple[VenueAddresses, ...],
        check_hosts: Callable[[Mapping[str, Mapping[str, str]]], object],
    ) -> None:
        self._folder, self._check = folder, check_hosts
        self.addresses = addresses

    async def load(self) -> Preferences:
        """Return what is kept. Raise BadInput for a file that cannot be read."""
        kept = await asyncio.to_thread(load_settings, self._folder)
        return Preferences(kept.theme, kept.proxy, dict(kept.hosts))

    async def keep(self, wanted: Preferences) -> None:
        """Keep them, whole or not at all. Raise BadInput naming what cannot be, and the remedy."""
        self._check(wanted.hosts)
        try:
            await asyncio.to_thread(
                change_settings, self._folder, theme=wanted.theme, proxy=wanted.proxy, hosts=wanted.hosts
            )
        except BadInput as error:
            if "$.proxy" in error.message:
                raise BadInput(f"{wanted.proxy!r} is no proxy", _PROXY, where="proxy") from None
            raise
