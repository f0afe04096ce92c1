"""Associated token accounts: the account that holds a wallet's tokens of one kind, derived from both. Pure.

Source: the derivation of program addresses (solana.com/docs/core/pda): SHA-256 over the seeds, a number counted down
from 255, the program and a fixed text, taken where the result is no point of the curve, so that it has no secret key.
"""

from __future__ import annotations

import hashlib

from desktop.domain.errors import BadInput
from desktop.domain.solana_keys import address_bytes

TOKEN_PROGRAM = address_bytes("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_ACCOUNT_PROGRAM = address_bytes("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
_MARK = b"ProgramDerivedAddress"
_FIELD = 2**255 - 19
_CURVE_D = -121665 * pow(121666, -1, _FIELD) % _FIELD


def token_account(wallet: bytes, mint: bytes) -> bytes:
    """Return the account that holds the wallet's tokens of this mint (of the first token program)."""
    seeds = wallet + TOKEN_PROGRAM + mint
    for bump in range(255, -1, -1):
        found = hashlib.sha256(seeds + bytes([bump]) + TOKEN_ACCOUNT_PROGRAM + _MARK).digest()
        if not on_curve(found):
            return found
    raise BadInput("this wallet can have no token account", "Take another wallet.")


def on_curve(point: bytes) -> bool:
    """Return whether the 32 bytes are a point of ed25519's curve, so that a secret key may belong to them."""
    y = (int.from_bytes(point, "little") & (2**255 - 1)) % _FIELD
    square = (y * y - 1) * pow(_CURVE_D * y * y + 1, -1, _FIELD) % _FIELD
    return pow(square, (_FIELD - 1) // 2, _FIELD) in (0, 1)
