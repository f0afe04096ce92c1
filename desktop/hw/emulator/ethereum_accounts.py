"""The emulated device's accounts on Ethereum's chains, and what their requests have in common."""

from __future__ import annotations

from desktop.domain.derivation_path import HARDENED
from desktop.domain.evm_address import address_of_key
from desktop.hw import messages as m
from desktop.hw.emulator.flow import DEEPEST, Refusal, Wallet
from desktop.hw.ethereum import messages as e
from desktop.hw.wire.codec import Message

_COIN_TYPES = frozenset({60, 1})  # Ethereum and all test networks


def has_own_number(message: Message) -> bool:
    """Return whether the request has one of OneKey's own numbers, so that its answer has one as well."""
    return message.number >= e.GetAddressOneKey.number


def check_path(path: tuple[int, ...]) -> None:
    """Refuse a path that a device with strict safety checks does not take for Ethereum."""
    if not 3 <= len(path) <= DEEPEST or path[0] != HARDENED + 44 or path[1] - HARDENED not in _COIN_TYPES:
        raise Refusal(m.DATA_ERROR, "Forbidden key path")


def account(wallet: Wallet, path: tuple[int, ...]) -> tuple[bytes, str]:
    """Return the secret and the address at the path. Only after the wallet was opened."""
    node = wallet.root().at(path)
    return node.secret, address_of_key(node.public().public_key)
