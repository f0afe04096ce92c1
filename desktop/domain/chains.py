"""The chains that coins go home by: what pays for moving there, where a wallet keeps it, when a payment counts. Pure.

Bitcoin counts blocks on top. The others wait for the block that their own nodes call final: on Ethereum two epochs
of 32 or more, on TRON about 20 blocks, on Solana about 32 slots.
"""

from __future__ import annotations

from typing import Final

import msgspec

from desktop.domain.errors import BadInput


class Chain(msgspec.Struct, frozen=True):
    """One chain. `kind` is the kind of address a wallet has there, at `path`; `coin` pays for moving anything.

    A payment counts after `test` (a first amount) or `bulk` confirmations; with `tells_final` once the chain's own
    nodes call its block final, which takes about as many. `tokens` is what its tokens are called.
    """

    id: str
    name: str
    coin: str
    path: str
    kind: str
    test: int
    bulk: int
    tells_final: bool = False
    tokens: str = ""


class Asset(msgspec.Struct, frozen=True):
    """What moves on a chain: its own coin, or a token by its contract. Amounts have at most so many decimals."""

    chain: str
    coin: str
    decimals: int
    contract: str = ""


BITCOIN: Final = Chain("bitcoin", "Bitcoin", "BTC", "m/84'/0'/0'/0/0", "p2wpkh", 3, 6)
ETHEREUM: Final = Chain("ethereum", "Ethereum", "ETH", "m/44'/60'/0'/0/0", "ethereum", 64, 64, True, "ERC-20")

TRON: Final = Chain("tron", "TRON", "TRX", "m/44'/195'/0'/0/0", "tron", 20, 20, True, "TRC-20")

SOLANA: Final = Chain("solana", "Solana", "SOL", "m/44'/501'/0'/0'", "solana", 32, 32, True, "SPL")

CHAINS: Final = {chain.id: chain for chain in (BITCOIN, ETHEREUM, TRON, SOLANA)}

ASSETS: Final[tuple[Asset, ...]] = (
    Asset("bitcoin", "BTC", 8),
    Asset("ethereum", "ETH", 18),
    Asset("ethereum", "USDT", 6, "0xdAC17F958D2ee523a2206206994597C13D831ec7"),
    Asset("ethereum", "USDC", 6, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
    Asset("tron", "USDT", 6, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    Asset("solana", "SOL", 9),
    Asset("solana", "USDC", 6, "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkZwyTDt1v"),
)


def asset_of(chain: str, coin: str) -> Asset:
    """Return the coin as it is on this chain. Raise BadInput where Seawall does not know it there."""
    for asset in ASSETS:
        if (asset.chain, asset.coin) == (chain, coin):
            return asset
    raise BadInput(f"Seawall knows no {coin} on the chain {chain!r}", "Choose another network.")


def decimals_of(coin: str) -> int:
    """Return the most decimals an amount of this coin has on any chain; eight for a coin that is not listed."""
    return max((asset.decimals for asset in ASSETS if asset.coin == coin), default=8)
