"""TRON addresses: Base58check of 0x41 and the last 20 bytes of the public key's Keccak-256 hash.

Nodes also write them as 42 hex digits. Source: developers.tron.network/docs/account.
"""

from __future__ import annotations

from desktop.domain import base58
from desktop.domain.errors import BadInput
from desktop.domain.keccak import keccak256
from desktop.domain.secp256k1 import uncompressed

_PREFIX = b"\x41"
_SIZE = 21
_HEX_DIGITS = 2 * _SIZE


def address_of_key(public_key: bytes) -> str:
    """Return the address of a compressed public key. Raise BadInput if it is no point of the curve."""
    return address_of_bytes(_PREFIX + keccak256(uncompressed(public_key)[1:])[-20:])


def address_of_bytes(raw: bytes) -> str:
    """Return the text form of the 21 bytes. Raise BadInput if they are no address."""
    if len(raw) != _SIZE or not raw.startswith(_PREFIX):
        raise BadInput(f"{raw.hex()} is no TRON address", "One has 21 bytes and begins with 41.")
    return base58.encoded(raw)


def address_bytes(text: str) -> bytes:
    """Return the 21 bytes of an address in base 58 or in 42 hex digits. Raise BadInput naming what is off."""
    if len(text) == _HEX_DIGITS:
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            raise BadInput(f"{text!r} is no TRON address", "Copy it again.") from None
    else:
        raw = base58.decoded(text)
    address_of_bytes(raw)
    return raw
