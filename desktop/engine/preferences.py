"""What a person may choose of the window and the network beside the rules: the port that keeps it, and its view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import msgspec

ThemeName = Literal["system", "light", "dark"]


class Preferences(msgspec.Struct, frozen=True):
    """Theme, proxy and other hosts of venues, as they are kept; `hosts` by venue and name of the address.

    All of it counts at once.
    """

    theme: ThemeName = "system"
    proxy: str = ""
    hosts: dict[str, dict[str, str]] = {}


class VenueAddresses(msgspec.Struct, frozen=True):
    """The addresses of a venue that can be replaced: as shipped, by name, and the domains they may lie under."""

    venue: str
    shipped: dict[str, str]
    domains: tuple[str, ...]


class PreferencesView(msgspec.Struct, frozen=True):
    """What is kept, what can be replaced, and what was wrong with the last wish (empty: it was kept).

    `saved` counts what was kept since the start.
    """

    kept: Preferences
    addresses: tuple[VenueAddresses, ...] = ()
    trouble: str = ""
    saved: int = 0


class PreferenceKeeper(Protocol):
    """Keeps preferences over a restart."""

    addresses: tuple[VenueAddresses, ...]

    async def load(self) -> Preferences:
        """Return what is kept. Raise SeawallError."""

    async def keep(self, wanted: Preferences) -> None:
        """Keep them, whole or not at all. Raise BadInput naming what cannot be, and the remedy."""


TakeWays = Callable[[Preferences], Awaitable[frozenset[str]]]
"""Lets everything that asks a host go the ways of these preferences; returns the feeds that are to be opened anew."""


class PreferenceDesk:
    """Keeps what the window asks for and says how it went. Engine thread."""

    def __init__(self, keeper: PreferenceKeeper) -> None:
        self._keeper = keeper
        self.view: PreferencesView | None = None

    async def start(self) -> None:
        """Load what is kept. Raise SeawallError."""
        self.view = PreferencesView(await self._keeper.load(), self._keeper.addresses)

    def refused(self, words: str) -> None:
        """Say what was wrong with the last wish."""
        if self.view is not None:
            self.view = msgspec.structs.replace(self.view, trouble=words)

    async def keep(self, wanted: Preferences) -> None:
        """Keep it. Raise BadInput, with what was kept before unchanged."""
        await self._keeper.keep(wanted)
        saved = 0 if self.view is None else self.view.saved
        self.view = PreferencesView(wanted, self._keeper.addresses, saved=saved + 1)
