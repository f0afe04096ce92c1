"""Hyperliquid tells no liquidations to the public. What its own vaults took part in can be seen in their fills.

The vaults that trade are children of the liquidity provider's vault and are read from its details at the start. What
hit other people's quotes stays unseen: such a feed is partial.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Liquidation
from desktop.venues.hyperliquid.rows import Fill, Forced, liquidation
from desktop.venues.wire import DECODE_FAILURES

PARENT = "0xdfc24b077bc1425ad1dea75bcb6f8158e10df303"
"""The liquidity provider's vault, a constant of the venue; it does not trade itself."""
MOST_USERS = 10
"""The venue lets one address follow so many users' fills."""
_GENERATION = 20_000


class _Children(msgspec.Struct, rename="camel"):
    child_addresses: tuple[str, ...] = ()


class _Relationship(msgspec.Struct):
    data: _Children = msgspec.field(default_factory=_Children)


class _Details(msgspec.Struct, rename="camel"):
    vault_address: str
    relationship: _Relationship


_details = msgspec.json.Decoder(_Details).decode


def children_of(body: bytes) -> tuple[str, ...] | None:
    """Return the addresses of a vault's children; None if this is not an answer to `vaultDetails`."""
    try:
        found = _details(body).relationship.data.child_addresses
    except DECODE_FAILURES:
        return None
    return tuple([one.lower() for one in found if _is_address(one)])


def _is_address(text: str) -> bool:
    return len(text) == 42 and text[:2] == "0x" and all(one in "0123456789abcdefABCDEF" for one in text[2:])


class VaultFills:
    """Tell the liquidations among the vaults' fills, each once. One thread at a time.

    Both sides of a trade share its id, and a new subscription repeats old fills.
    """

    def __init__(self) -> None:
        self._vaults = {PARENT}
        self._followed: set[str] = set()
        self._recent: set[int] = set()
        self._older: set[int] = set()

    def learn(self, vaults: Iterable[str]) -> None:
        """Take these addresses for vaults: a forced closing of theirs is nobody's liquidation."""
        self._vaults.update(vaults)

    def follow(self, user: str) -> None:
        """Take whose fills are followed for a vault as well, unless its own fill says that it was liquidated."""
        self._followed.add(user.lower())

    def counted(self, fill: Fill, user: str, received_ns: int, instruments: InstrumentTable) -> Liquidation | None:
        """Return what this fill says of somebody's liquidation; None if nothing, or if it was told before.

        Closing by ADL is not counted: there the "victim" is the vault that had taken the position over.
        """
        forced = fill.liquidation
        if forced is None or fill.dir.startswith("Auto-Deleverag") or self._is_vault(forced, fill, user):
            return None
        if fill.tid in self._recent or fill.tid in self._older:
            return None
        found = liquidation(fill, forced, user, received_ns, instruments)
        self._recent.add(fill.tid)
        if len(self._recent) > _GENERATION:
            self._older, self._recent = self._recent, set()
        return found

    def _is_vault(self, forced: Forced, fill: Fill, user: str) -> bool:
        victim = forced.liquidated_user.lower()
        if victim in self._vaults:
            return True
        return victim in self._followed and not (victim == user.lower() and fill.dir.startswith("Liquidated"))
