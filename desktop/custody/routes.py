"""The allow-list of ways out: (venue, coin, network id) this wallet can derive, sign on, and that can be watched.

What is not listed is not offered. There is never a default network.
"""

from __future__ import annotations

import msgspec

from desktop.domain.chains import CHAINS, Asset, asset_of


class Route(msgspec.Struct, frozen=True):
    """One way out: the venue's own network id, the chain behind it, and where the wallet keeps the coin.

    `script` is the kind of address the wallet has there. `contract` is the token's, "" for the chain's own coin;
    amounts have at most so many `decimals`.
    """

    venue: str
    coin: str
    network: str
    chain: str
    name: str
    path: str
    script: str
    contract: str = ""
    decimals: int = 8

    @property
    def is_token(self) -> bool:
        """Whether the coin is a token, so that moving it on takes some of the chain's own coin."""
        return bool(self.contract)


_VENUES = ("binance", "bybit")
_WAYS: tuple[tuple[str, str, str], ...] = (
    # coin, the network's id at both venues, chain
    ("BTC", "BTC", "bitcoin"),
    ("ETH", "ETH", "ethereum"),
    ("USDT", "ETH", "ethereum"),
    ("USDC", "ETH", "ethereum"),
    ("USDT", "TRX", "tron"),
    ("SOL", "SOL", "solana"),
    ("USDC", "SOL", "solana"),
)
_EXPLORERS = {
    "bitcoin": "https://mempool.space/tx/",
    "ethereum": "https://etherscan.io/tx/",
    "tron": "https://tronscan.org/#/transaction/",
    "solana": "https://solscan.io/tx/",
}


def _made(venue: str, network: str, asset: Asset) -> Route:
    chain = CHAINS[asset.chain]
    return Route(
        venue=venue,
        coin=asset.coin,
        network=network,
        chain=chain.id,
        name=f"{chain.name} ({chain.tokens})" if asset.contract else chain.name,
        path=chain.path,
        script=chain.kind,
        contract=asset.contract,
        decimals=asset.decimals,
    )


ROUTES: tuple[Route, ...] = tuple(
    _made(venue, network, asset_of(chain, coin)) for coin, network, chain in _WAYS for venue in _VENUES
)


def route(venue: str, coin: str, network: str) -> Route | None:
    """Return the listed route, or None: then it must not be used."""
    return next((r for r in ROUTES if (r.venue, r.coin, r.network) == (venue, coin, network)), None)


def routes_of(venue: str, coin: str) -> tuple[Route, ...]:
    """Return every listed way out for this coin."""
    return tuple(r for r in ROUTES if (r.venue, r.coin) == (venue, coin))


def coins_of(venue: str) -> tuple[str, ...]:
    """Return the coins that have a way out of this venue, in the order of the list."""
    return tuple(dict.fromkeys(r.coin for r in ROUTES if r.venue == venue))


def explorer_link(world: str, way: Route | None, txid: str) -> str:
    """Return the address of a public page about this transaction, or nothing where there is none (practice)."""
    page = "" if way is None else _EXPLORERS.get(way.chain, "")
    return f"{page}{txid}" if world == "live" and page and txid else ""
