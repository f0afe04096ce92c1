"""Ethereum addresses: 20 bytes, written as 0x and 40 hex digits whose capitals are a checksum (EIP-55). Pure."""

from __future__ import annotations

from desktop.domain.errors import BadInput
from desktop.domain.keccak import keccak256
from desktop.domain.secp256k1 import uncompressed

_DIGITS = 40
_HEX = frozenset("0123456789abcdef")


def address_text(raw: bytes) -> str:
    """Return the 20 bytes as people write them, with the checksum."""
    digits = raw.hex()
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if mark > "7" else digit for digit, mark in zip(digits, marks[:_DIGITS], strict=True)
    )


def address_of_key(public_key: bytes) -> str:
    """Return the address of a compressed public key. Raise BadInput if it is no point of the curve."""
    return address_text(keccak256(uncompressed(public_key)[1:])[-20:])


def parse_address(text: str, *, name: str = "address") -> bytes:
    """Return the 20 bytes of an address; one in small or in capital digits alone carries no checksum.

    Raise BadInput, with `name` for the thing, if it is of another form or its checksum is wrong.
    """
    digits = text[2:]
    if text[:2] not in ("0x", "0X") or len(digits) != _DIGITS or set(digits.lower()) - _HEX:
        raise BadInput(f"{name} {text!r} is no Ethereum address", "Write 0x and 40 hex digits.")
    raw = bytes.fromhex(digits)
    if digits not in (digits.lower(), digits.upper()) and address_text(raw)[2:] != digits:
        raise BadInput(f"the checksum of {name} {text} is wrong", "A digit or a capital differs. Copy it again.")
    return raw
