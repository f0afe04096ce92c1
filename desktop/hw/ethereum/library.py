"""The one door to eth-account: an independent second opinion on transactions, and the hashes of typed data.

The library is loaded when first needed: it takes half a second.
"""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType

from desktop.hw.ethereum.typed_data import StructValue, TypedData, plain_struct
from desktop.hw.ethereum.typed_data_types import DOMAIN, reached_from


def sender_of(raw: bytes) -> str | None:
    """Return the address that signed this raw transaction as the library reads it, or None if it cannot."""
    try:
        return str(_library().Account.recover_transaction(raw))
    except Exception:  # noqa: BLE001 - whatever it dislikes, the transaction is not to be trusted
        return None


def typed_data_hashes(data: TypedData) -> tuple[bytes, bytes | None]:
    """Return the hashes of domain and message that EIP-712 signs, 32 bytes each; no message: None."""
    domain = _struct_hash(data, DOMAIN, data.domain)
    return domain, None if data.domain_only else _struct_hash(data, data.primary_type, data.message)


@cache
def _library() -> ModuleType:
    """Return eth-account, loaded once."""
    # What it loads raises the limit on nested calls so far that they crash the process before they are refused.
    deepest = sys.getrecursionlimit()
    try:
        import eth_account.messages
    finally:
        sys.setrecursionlimit(deepest)
    return eth_account


def _struct_hash(data: TypedData, struct: str, value: StructValue) -> bytes:
    # Only what the struct is made of: the library finds the outermost type by itself. The domain is given as a
    # message as well, since the library would put a domain's fields into another order than the one declared.
    types = {
        name: [{"name": member.name, "type": member.written} for member in data.types[name]]
        for name in reached_from(struct, data.types)
    }
    values = plain_struct(data.types, struct, value)
    return bytes(_library().messages.encode_typed_data(domain_data={}, message_types=types, message_data=values).body)
