"""Keeps the person's coins, closed venues and being offline in the profile's settings."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from desktop.storage.settings import change_settings


class SettingsWatchList:
    """The watch list in the profile's settings; fills the port WatchList. The file is written on a thread of its own.

    Not on the loop's shared threads: while names cannot be looked up, look-ups hold all of them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="settings")

    async def keep_coins(self, coins: tuple[str, ...]) -> None:
        """Keep the coins, in their order. Raise BadInput."""
        await self._change(coins=coins)

    async def keep_venues_off(self, venues: tuple[str, ...]) -> None:
        """Keep which venues the person has closed. Raise BadInput."""
        await self._change(venues_off=venues)

    async def keep_offline(self, offline: bool) -> None:
        """Keep whether the person has closed every connection. Raise BadInput."""
        await self._change(offline=offline)

    async def close(self) -> None:
        """Finish what is being written."""
        self._thread.shutdown(wait=True)

    async def _change(self, **changes: object) -> None:
        change = partial(change_settings, self._folder, **changes)
        await asyncio.get_running_loop().run_in_executor(self._thread, change)
