"""The one door to eth-account: an independent second opinion on transactions, and the hashes of typed data.

The library is loaded when first needed: it takes half a second.
"""

from __future__ import annotations


def sender_of(raw: bytes) -> str | None:
    """Return the address that signed this raw transaction as the library reads it, or None if it cannot."""
    from eth_account import Account

    try:
        return str(Account.recover_transaction(raw))
    except Exception:  # noqa: BLE001 - whatever it dislikes, the transaction is not to be trusted
        return None
