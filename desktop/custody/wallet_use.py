"""What a person's transfers say about their wallet: which one is pinned, and what it is used for. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desktop.custody.destination import proved_destinations
from desktop.custody.routes import route
from desktop.custody.transfer import Transfer, TransferState


class WalletUse(msgspec.Struct, frozen=True):
    """The fingerprints of the wallets that proved a destination, and the ids of the chains in use, oldest first."""

    fingerprints: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()


def wallet_use(transfers: Iterable[Transfer]) -> WalletUse:
    """Return what these transfers use; one that was given up uses no chain, its proof stays proved."""
    told = tuple(transfers)
    pinned = dict.fromkeys(proof.fingerprint for proof in proved_destinations(told))
    ways = (route(t.venue, t.coin, t.network) for t in told if t.state is not TransferState.DROPPED)
    return WalletUse(tuple(pinned), tuple(dict.fromkeys(way.chain for way in ways if way is not None)))
