"""Addresses of an account, derived here from its extended public key alone. Pure."""

from __future__ import annotations

from desktop.domain.bitcoin_keys import address_of_key, node_from_xpub
from desktop.domain.chain_addresses import EVM, TRON
from desktop.domain.derivation_path import HARDENED, parse_path, path_text, script_of_path
from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_of_key as evm_address_of_key
from desktop.domain.tron_address import address_of_key as tron_address_of_key

_OF_KEY = {EVM: evm_address_of_key, TRON: tron_address_of_key}


def account_path(path: str) -> str:
    """Return the path of the account that this path lies in: all up to its last hardened step."""
    numbers = parse_path(path)
    return path_text(numbers[: _hardened(numbers)])


def address_of_account(xpub: str, path: str, kind: str = "") -> str:
    """Return the address at the path from the account's key: of this kind, else of the script its purpose says.

    Raises BadInput.
    """
    numbers = parse_path(path)
    depth = _hardened(numbers)
    node, testnet = node_from_xpub(xpub)
    if node.depth != depth or (depth and node.child_number != numbers[depth - 1]):
        raise BadInput(f"this key is not that of the account of {path}", "Ask the wallet for it again.")
    key = node.at(numbers[depth:]).public_key
    if kind in _OF_KEY:
        return _OF_KEY[kind](key)
    return address_of_key(key, script_of_path(numbers), testnet=testnet)


def _hardened(numbers: tuple[int, ...]) -> int:
    return max((place + 1 for place, number in enumerate(numbers) if number & HARDENED), default=0)
