"""Keccak-256, the hash behind the addresses of Ethereum and TRON (the padding older than FIPS 202's). Pure.

The one door to pycryptodome, which is loaded when a hash is first needed.
"""

from __future__ import annotations


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte Keccak-256 hash of the data."""
    from Crypto.Hash import keccak

    return bytes(keccak.new(digest_bits=256, data=data).digest())
