"""Signed Bitcoin messages: the digest, the 65-byte form and who made it (BIP 137).

The first byte names the recovery number and the address kind: 27 to 30 p2pkh with an uncompressed key, 31 to 34
p2pkh, 35 to 38 p2sh-p2wpkh, 39 to 42 p2wpkh. Taproot addresses have no such signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from desktop.domain import secp256k1
from desktop.domain.bitcoin_address import address_for, hash160, kind_of
from desktop.domain.bitcoin_keys import address_of_key
from desktop.domain.derivation_path import ScriptType
from desktop.domain.errors import BadInput

_MAGIC = b"\x18Bitcoin Signed Message:\n"
_HEADER: dict[ScriptType, int] = {"p2pkh": 31, "p2sh-p2wpkh": 35, "p2wpkh": 39}
_FIRST_HEADER, _LAST_HEADER = 27, 42


def digest(message: str | bytes) -> bytes:
    """Return the 32 bytes that are signed for this message; text is taken as UTF-8, unchanged."""
    body = message.encode() if isinstance(message, str) else message
    return hashlib.sha256(hashlib.sha256(_MAGIC + _length(len(body)) + body).digest()).digest()


def sign(secret: bytes, message: str | bytes, script: ScriptType) -> bytes:
    """Return the 65-byte signature. Raise BadInput for taproot, which this form does not know."""
    if script not in _HEADER:
        raise BadInput("a taproot address cannot sign a message in this form", "Take a bc1q address.")
    signature, recovery = secp256k1.sign_recoverable(secret, digest(message))
    return bytes([_HEADER[script] + recovery]) + signature


def signer(message: str | bytes, signature: bytes, *, testnet: bool = False) -> str | None:
    """Return the address that made this 65-byte signature, or None if nobody can have made it."""
    if len(signature) != 65 or not _FIRST_HEADER <= signature[0] <= _LAST_HEADER:
        return None
    kind, recovery = divmod(signature[0] - _FIRST_HEADER, 4)
    key = secp256k1.recover(digest(message), signature[1:], recovery)
    if key is None:
        return None
    if kind == 0:
        return address_for("p2pkh", hash160(secp256k1.uncompressed(key)), testnet=testnet)
    script: ScriptType = ("p2pkh", "p2sh-p2wpkh", "p2wpkh")[kind - 1]
    return address_of_key(key, script, testnet=testnet)


def signed_by(address: str, message: str, signature_base64: str, *, testnet: bool = False) -> bool:
    """Return whether this address's key signed exactly this message; a malformed signature is simply not one.

    Raise BadInput if the address itself is no address.
    """
    kind_of(address, testnet=testnet)
    try:
        signature = base64.b64decode(signature_base64.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    found = signer(message, signature, testnet=testnet)
    return found is not None and found == _one_case(address)


def _one_case(address: str) -> str:
    return address.lower() if address.isupper() else address


def _length(count: int) -> bytes:
    for limit, mark, size in ((0xFD, b"", 1), (0x10000, b"\xfd", 2), (0x100000000, b"\xfe", 4)):
        if count < limit:
            return mark + count.to_bytes(size, "little")
    raise BadInput("the message is longer than 4 GiB", "Shorten it.")
