"""Keeps the person's coins and closed venues in the profile's settings."""

from __future__ import annotations

import asyncio
from pathlib import Path

from desktop.storage.settings import change_settings


class SettingsWatchList:
    """The watch list in the profile's settings; fills the port WatchList. The file is written on another thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep_coins(self, coins: tuple[str, ...]) -> None:
        """Keep the coins, in their order. Raise BadInput."""
        await asyncio.to_thread(change_settings, self._folder, coins=coins)

    async def keep_venues_off(self, venues: tuple[str, ...]) -> None:
        """Keep which venues the person has closed. Raise BadInput."""
        await asyncio.to_thread(change_settings, self._folder, venues_off=venues)
