"""What the coins that a person keeps ask of the wallet's firmware. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.domain.chains import CHAINS
from desktop.hw.doctor import Need
from desktop.hw.ethereum.numbering import OWN_NUMBERS_LARGE, OWN_NUMBERS_SMALL

_BITCOIN, _EVM = "bitcoin", "ethereum"


def needs_of(chains: Iterable[str]) -> tuple[Need, ...]:
    """Return what these chains (ids of `domain.chains`) need; nothing for Bitcoin, which every firmware knows."""
    return tuple(_need(CHAINS[id].name, CHAINS[id].kind) for id in dict.fromkeys(chains) if id != _BITCOIN)


def _need(name: str, kind: str) -> Need:
    if kind != _EVM:
        return Need(name, beyond_bitcoin=True)
    small, large = (".".join(map(str, version)) for version in (OWN_NUMBERS_SMALL, OWN_NUMBERS_LARGE))
    return Need(f"{name} with its network on the screen", small, large, beyond_bitcoin=True)
