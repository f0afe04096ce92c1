"""What Hyperliquid says only when asked: the state and list of all contracts, and which vaults are its own."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import Question, RestDoor
from desktop.venues.hyperliquid.instruments import META
from desktop.venues.hyperliquid.rows import BUILDER
from desktop.venues.hyperliquid.vaults import PARENT, children_of
from desktop.venues.poll import Poll

_WEIGHT = 20.0
CONTEXTS = Question("/info", body=msgspec.json.encode({"type": "metaAndAssetCtxs"}), weight=_WEIGHT)
BUILT = Question("/info", body=msgspec.json.encode({"type": "metaAndAssetCtxs", "dex": BUILDER}), weight=_WEIGHT)
VAULTS = Question("/info", body=msgspec.json.encode({"type": "vaultDetails", "vaultAddress": PARENT}), weight=_WEIGHT)
CONTEXT_SECONDS = 60.0
DAY_SECONDS = 86_400.0

Take = Callable[[RawFrame], None]


def contexts_poll(door: RestDoor, clock: Clock, take: Take) -> Poll:
    """Return the look at all contracts, and at gold, silver and shares: two requests a minute."""
    return Poll("hyperliquid", door, clock, take, CONTEXT_SECONDS, lambda coins: (CONTEXTS, BUILT))


def instruments_poll(door: RestDoor, clock: Clock, take: Take, after: Callable[[], None]) -> Poll:
    """Return the daily look at the list of contracts; `after` is called when it was read."""
    return Poll("hyperliquid", door, clock, take, DAY_SECONDS, lambda coins: (META,), after=after)


def vaults_poll(door: RestDoor, clock: Clock, take: Take, learned: Callable[[tuple[str, ...]], None]) -> Poll:
    """Return the look at the vaults, at the start and daily; `learned` gets their addresses."""

    def take_vaults(raw: RawFrame) -> None:
        take(raw)
        if not raw.event and (children := children_of(raw.frame)):
            learned(children)

    return Poll("hyperliquid", door, clock, take_vaults, DAY_SECONDS, lambda coins: (VAULTS,))
