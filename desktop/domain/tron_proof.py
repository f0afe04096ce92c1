"""Proof of control of a TRON address, whose wallets sign no texts: a transfer that no node can ever take. Pure.

What is signed is a transfer of 0.000001 TRX from the address to itself with the text as its memo, that names no block
and expired in 1970. The bytes are protocol buffers in canonical form (tronprotocol/protocol, core/Tron.proto).
"""

from __future__ import annotations

import hashlib

from desktop.domain.errors import BadInput
from desktop.domain.secp256k1 import recover
from desktop.domain.tron_address import address_bytes, address_of_key

SUN = 1
EXPIRED_MS = 1
REF_BLOCK, REF_HASH = bytes(2), bytes(8)
LONGEST_TEXT = 200
"""What a wallet takes as a memo, in bytes."""

_LINE_END = " / "
_TYPE_URL = b"type.googleapis.com/protocol.TransferContract"
_TRANSFER = 1
_FIRST_RECOVERY, _SIGNATURE_SIZE = 27, 65


def bytes_to_sign(address: str, text: str) -> bytes:
    """Return the transaction that proves control of the address by this text. Raise BadInput for no address."""
    owner = address_bytes(address)
    transfer = _bytes(1, owner) + _bytes(2, owner) + _number(3, SUN)
    contract = _number(1, _TRANSFER) + _bytes(2, _bytes(1, _TYPE_URL) + _bytes(2, transfer))
    parts = (
        _bytes(1, REF_BLOCK),
        _bytes(4, REF_HASH),
        _number(8, EXPIRED_MS),
        _bytes(10, memo_of(text)),
        _bytes(11, contract),
        _number(14, EXPIRED_MS),
    )
    return b"".join(parts)


def memo_of(text: str) -> bytes:
    """Return the text as a memo, in one line that a wallet can show. Raise BadInput if it is too long for one."""
    memo = text.replace("\n", _LINE_END).encode()
    if not 0 < len(memo) <= LONGEST_TEXT:
        raise BadInput(f"the text has {len(memo)} bytes", f"Sign one of 1 to {LONGEST_TEXT} bytes.")
    return memo


def signed_by(address: str, text: str, signature: str) -> bool:
    """Return whether this address's key signed the transaction of this text (hex); a malformed signature is not one.

    Raise BadInput if the address itself is none, or the text too long.
    """
    digest = hashlib.sha256(bytes_to_sign(address, text)).digest()
    try:
        raw = bytes.fromhex(signature.strip())
    except ValueError:
        return False
    if len(raw) != _SIGNATURE_SIZE or raw[64] - _FIRST_RECOVERY not in (0, 1):
        return False
    key = recover(digest, raw[:64], raw[64] - _FIRST_RECOVERY)
    return key is not None and address_of_key(key) == address


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
