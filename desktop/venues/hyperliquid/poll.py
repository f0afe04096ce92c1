"""What Hyperliquid says only when asked: the state of all contracts, and which vaults trade for its own one."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import Question, RestDoor
from desktop.venues.hyperliquid.vaults import PARENT, children_of
from desktop.venues.poll import Poll

_WEIGHT = 20.0
CONTEXTS = Question("/info", body=msgspec.json.encode({"type": "metaAndAssetCtxs"}), weight=_WEIGHT)
VAULTS = Question("/info", body=msgspec.json.encode({"type": "vaultDetails", "vaultAddress": PARENT}), weight=_WEIGHT)
CONTEXT_SECONDS = 60.0
VAULT_SECONDS = 86_400.0


def polls(
    door: RestDoor, clock: Clock, take: Callable[[RawFrame], None], learned: Callable[[tuple[str, ...]], None]
) -> tuple[Poll, ...]:
    """Return the polls: all contracts each minute; the vaults at the start and daily, for `learned`."""

    def take_vaults(raw: RawFrame) -> None:
        take(raw)
        if not raw.event and (children := children_of(raw.frame)):
            learned(children)

    return (
        Poll("hyperliquid", door, clock, take, CONTEXT_SECONDS, lambda coins: (CONTEXTS,)),
        Poll("hyperliquid", door, clock, take_vaults, VAULT_SECONDS, lambda coins: (VAULTS,)),
    )
