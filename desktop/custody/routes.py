"""The allow-list of ways out: (venue, coin, network id) this wallet can derive, sign on, and that can be watched.

What is not listed is not offered. There is never a default network.
"""

from __future__ import annotations

import msgspec


class Route(msgspec.Struct, frozen=True):
    """One way out: the venue's own network id, the chain behind it, and where the wallet keeps the coin."""

    venue: str
    coin: str
    network: str
    chain: str
    name: str
    path: str
    script: str


_BITCOIN_PATH = "m/84'/0'/0'/0/0"

ROUTES: tuple[Route, ...] = tuple(
    Route(venue, "BTC", "BTC", "bitcoin", "Bitcoin", _BITCOIN_PATH, "p2wpkh") for venue in ("binance", "bybit")
)


def route(venue: str, coin: str, network: str) -> Route | None:
    """Return the listed route, or None: then it must not be used."""
    return next((r for r in ROUTES if (r.venue, r.coin, r.network) == (venue, coin, network)), None)


def routes_of(venue: str, coin: str) -> tuple[Route, ...]:
    """Return every listed way out for this coin."""
    return tuple(r for r in ROUTES if (r.venue, r.coin) == (venue, coin))


def explorer_link(world: str, coin: str, txid: str) -> str:
    """Return the address of a public page about this transaction, or nothing where there is none (practice)."""
    return f"https://mempool.space/tx/{txid}" if world == "live" and coin == "BTC" and txid else ""
