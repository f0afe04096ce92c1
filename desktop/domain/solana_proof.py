"""Proof of control of a Solana address, where devices sign no texts: a transfer that no node can ever take. Pure.

What is signed is a message that sends 0.000000001 SOL from the address to itself with the text as its memo, and that
names the block of 32 zeros, which there is not. Source of the form: solana.com/docs/core/transactions.
"""

from __future__ import annotations

from desktop.domain.base58 import decoded_bare
from desktop.domain.errors import BadInput
from desktop.domain.signatures import ed25519_holds
from desktop.domain.solana_keys import address_bytes

LAMPORTS = 1
LONGEST_TEXT = 200

_SYSTEM, _MEMO = bytes(32), address_bytes("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
_NO_BLOCK = bytes(32)
_HEADER = bytes((1, 0, 2))  # one signs and pays, and two programs are only read
_LINE_END = " / "


def bytes_to_sign(address: str, text: str) -> bytes:
    """Return the message that proves control of the address by this text. Raise BadInput for no address."""
    memo = memo_of(text)
    transfer = (2).to_bytes(4, "little") + LAMPORTS.to_bytes(8, "little")
    accounts = (address_bytes(address), _SYSTEM, _MEMO)
    return b"".join(
        (
            _HEADER,
            _count(len(accounts)),
            *accounts,
            _NO_BLOCK,
            _count(2),
            _instruction(1, b"\0\0", transfer),
            _instruction(2, b"", memo),
        )
    )


def memo_of(text: str) -> bytes:
    """Return the text as a memo, in one line. Raise BadInput if it is empty or too long for one."""
    memo = text.replace("\n", _LINE_END).encode()
    if not 0 < len(memo) <= LONGEST_TEXT:
        raise BadInput(f"the text has {len(memo)} bytes", f"Sign one of 1 to {LONGEST_TEXT} bytes.")
    return memo


def signed_by(address: str, text: str, signature: str) -> bool:
    """Return whether this address's key signed the message of this text (base 58); a malformed one did not.

    Raise BadInput if the address itself is none, or the text too long.
    """
    message = bytes_to_sign(address, text)
    try:
        return ed25519_holds(address_bytes(address), message, decoded_bare(signature.strip()))
    except BadInput:
        return False


def _instruction(program: int, accounts: bytes, data: bytes) -> bytes:
    return bytes([program]) + _count(len(accounts)) + accounts + _count(len(data)) + data


def _count(value: int) -> bytes:
    """Return a number of at most 14 bits, seven a byte, low ones first."""
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80, value >> 7])
