"""The chains Seawall names, by their chain id (EIP-155). Any other id is let through under its number."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from desktop.domain.money import plain

_COIN_DECIMALS, _GWEI_DECIMALS = 18, 9


class Chain(NamedTuple):
    """A chain's name and the letters of the coin that pays its fees."""

    name: str
    coin: str
    known: bool = True


CHAINS = {
    1: Chain("Ethereum", "ETH"),
    10: Chain("OP Mainnet", "ETH"),
    56: Chain("BNB Smart Chain", "BNB"),
    137: Chain("Polygon", "POL"),
    8453: Chain("Base", "ETH"),
    42161: Chain("Arbitrum One", "ETH"),
    43114: Chain("Avalanche C-Chain", "AVAX"),
}


def chain_of(chain_id: int) -> Chain:
    """Return the chain of this id; one that is not in the table is named by its number, its coin is "coin"."""
    return CHAINS.get(chain_id) or Chain(f"chain {chain_id}", "coin", known=False)


def scaled(units: int, decimals: int) -> Decimal:
    """Return a whole number of the smallest unit as a number of the coin or token, exactly."""
    return Decimal(f"{units}E-{decimals}")


def coins_text(wei: int, chain_id: int) -> str:
    """Return an amount of wei as people write it: 0.25 ETH."""
    return f"{plain(scaled(wei, _COIN_DECIMALS))} {chain_of(chain_id).coin}"


def gwei_text(wei: int) -> str:
    """Return a price of gas as people write it: 30 gwei."""
    return f"{plain(scaled(wei, _GWEI_DECIMALS))} gwei"
