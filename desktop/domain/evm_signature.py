"""Signatures on Ethereum's chains: what is hashed for a message (EIP-191) and who made a signature. Pure.

A signature is r and s, 32 bytes each, and the recovery number 0 or 1; messages carry it as a 65th byte, 27 or 28.
"""

from __future__ import annotations

from desktop.domain import secp256k1
from desktop.domain.evm_address import address_of_key, address_text, parse_address
from desktop.domain.keccak import keccak256

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_LEGACY_RECOVERY = 27


def message_digest(body: bytes) -> bytes:
    """Return the 32 bytes that are signed for this message (EIP-191, version 0x45)."""
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(body)).encode() + body)


def sign_digest(secret: bytes, digest: bytes) -> bytes:
    """Return the 65-byte signature of a digest. The nonce follows RFC 6979, s is low."""
    signature, recovery = secp256k1.sign_recoverable(secret, digest)
    return signature + bytes([_LEGACY_RECOVERY + recovery])


def signer_of(digest: bytes, signature: bytes) -> str | None:
    """Return the address that made this 65-byte signature, or None if nobody can have made it or s is high.

    Nodes and contracts take only a low s (EIP-2).
    """
    if len(signature) != 65 or signature[64] not in (0, 1, _LEGACY_RECOVERY, _LEGACY_RECOVERY + 1):
        return None
    if int.from_bytes(signature[32:64], "big") > _ORDER // 2:
        return None
    key = secp256k1.recover(digest, signature[:64], signature[64] % _LEGACY_RECOVERY)
    return None if key is None else address_of_key(key)


def signed_by(address: str, message: str, signature: str) -> bool:
    """Return whether this address's key signed exactly this text (EIP-191, 0x-hex); a malformed signature is not one.

    Raise BadInput if the address itself is no address.
    """
    expected = address_text(parse_address(address))
    try:
        raw = bytes.fromhex(signature.strip().removeprefix("0x"))
    except ValueError:
        return False
    return signer_of(message_digest(message.encode()), raw) == expected
