"""Solana's keys: ed25519 secrets in a tree (SLIP 10), and addresses, which are public keys in base 58."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple

from desktop.domain import base58
from desktop.domain.derivation_path import HARDENED, path_text
from desktop.domain.errors import BadInput
from desktop.domain.signatures import PUBLIC_SIZE


class SecretNode(NamedTuple):
    """A place in the tree: 32 bytes of secret and of chain code. Its text form shows no secret."""

    secret: bytes
    chain_code: bytes

    def __repr__(self) -> str:
        return "SecretNode(…)"


def secret_at(seed: bytes, path: Sequence[int]) -> SecretNode:
    """Return the secret at the path. Raise BadInput for a step that is not hardened: this curve has none."""
    check_path(path)
    node = hmac.digest(b"ed25519 seed", seed, "sha512")
    for number in path:
        node = hmac.digest(node[32:], b"\0" + node[:32] + number.to_bytes(4, "big"), "sha512")
    return SecretNode(node[:32], node[32:])


def check_path(path: Sequence[int]) -> None:
    """Raise BadInput naming the first step of the path that is not hardened."""
    for place, number in enumerate(path, 1):
        if not number & HARDENED:
            raise BadInput(
                f"step {place} of the path {path_text(path)} is not hardened, and Solana's keys have no other",
                "Write m/44'/501'/0'/0'.",
            )


def address_of_bytes(public_key: bytes) -> str:
    """Return the text form of the 32 bytes. Raise BadInput if they are not 32."""
    if len(public_key) != PUBLIC_SIZE:
        raise BadInput(f"a Solana address has {PUBLIC_SIZE} bytes, not {len(public_key)}", "Copy it again.")
    return base58.encoded_bare(public_key)


def address_bytes(text: str) -> bytes:
    """Return the 32 bytes of an address. Raise BadInput naming what is off."""
    raw = base58.decoded_bare(text)
    address_of_bytes(raw)
    return raw
