"""TRON addresses and transactions, each checked here before it is returned; one that fails drops the link.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path or
a transaction.
"""

from __future__ import annotations

import hashlib
from functools import cache

import msgspec

from desktop.domain.derivation_path import parse_path, path_text
from desktop.domain.errors import BadInput
from desktop.domain.secp256k1 import recover
from desktop.domain.tron_address import address_bytes, address_of_bytes, address_of_key
from desktop.hw.expected_screens import address_screen
from desktop.hw.public_keys import fingerprint, key_at, not_proved, prepare
from desktop.hw.session import Session
from desktop.hw.tron import messages
from desktop.hw.tron.transaction import ContractCall, Transaction, TrxTransfer, serialized
from desktop.hw.tron.words import screens_of

_SIGNATURE_SIZE = 65
_FIRST_RECOVERY = 27  # the last byte of a signature: 27 or 28


class TronAddress(msgspec.Struct, frozen=True):
    """An address of the device in base 58 and in hex; `shown`: the person confirmed it on the screen."""

    address: str
    hex: str
    path: str
    fingerprint: str
    shown: bool


class SignedTransaction(msgspec.Struct, frozen=True):
    """A signed transaction, in hex: 65 bytes of signature, the bytes that were signed, and their hash (its name)."""

    signature: str
    raw: str
    txid: str
    sender: str
    path: str


def tron_address(session: Session, path: str, *, show: bool = False) -> TronAddress:
    """Return the address at the path, asked of the device now; with `show` the person confirms it on the screen.

    The device's answer must equal the address derived here from the device's own public key. Raises NotProved if not.
    """
    numbers = parse_path(path)
    root = fingerprint(session)
    prepare(session, numbers)
    expected = cache(lambda: address_of_key(key_at(session, numbers).public_key))
    answer = session.call(
        messages.TronGetAddress(address_n=numbers, show_display=show),
        messages.TronAddress,
        screen=lambda: address_screen("TRON", numbers, expected()),
    )
    if answer.address != expected():
        not_proved(session, f"it shows {answer.address}, its own key gives {expected()}")
    return TronAddress(expected(), address_bytes(expected()).hex(), path_text(numbers), root, show)


def sign_tron(session: Session, path: str, transaction: Transaction) -> SignedTransaction:
    """Let the person sign the transaction on the device; bytes and signer are checked against what was asked.

    Raises BadInput before anything is asked if the transaction spends from another address than the path's, and
    NotProved if the device signed other bytes or with another key.
    """
    numbers = parse_path(path)
    key = key_at(session, numbers).public_key
    sender = address_of_key(key)
    owner = address_of_bytes(transaction.contract.owner)
    if owner != sender:
        raise BadInput(
            f"the transaction spends from {owner}, the wallet's address at {path_text(numbers)} is {sender}",
            "Name the path of that address, or open the wallet it belongs to.",
            where="owner_address",
        )
    raw = serialized(transaction)
    first, *then = screens_of(transaction, large=session.features.model != "1")
    answer = session.call(request_for(numbers, transaction), messages.TronSignedTx, screen=first, then=tuple(then))
    if answer.serialized_tx != raw:
        not_proved(session, "it signed another transaction than the one it was given")
    if _signer(raw, answer.signature) != key:
        not_proved(session, f"the signature is not that of {sender} over this transaction")
    return SignedTransaction(
        answer.signature.hex(), raw.hex(), hashlib.sha256(raw).hexdigest(), sender, path_text(numbers)
    )


def _signer(raw: bytes, signature: bytes) -> bytes | None:
    recovery = signature[-1] - _FIRST_RECOVERY if len(signature) == _SIGNATURE_SIZE else -1
    return recover(hashlib.sha256(raw).digest(), signature[:-1], recovery) if recovery in (0, 1) else None


def request_for(path: tuple[int, ...], transaction: Transaction) -> messages.TronSignTx:
    """Return the message that asks the device to sign; the device puts its own address in as the sender."""
    return messages.TronSignTx(
        address_n=path,
        ref_block_bytes=transaction.ref_block_bytes,
        ref_block_hash=transaction.ref_block_hash,
        expiration=transaction.expiration_ms,
        data=transaction.memo or None,
        contract=_contract(transaction.contract),
        timestamp=transaction.timestamp_ms,
        fee_limit=transaction.fee_limit or None,
    )


def _contract(contract: TrxTransfer | ContractCall) -> messages.Contract:
    if isinstance(contract, TrxTransfer):
        return messages.Contract(messages.Transfer(address_of_bytes(contract.to), contract.sun))
    return messages.Contract(
        trigger=messages.Trigger(
            address_of_bytes(contract.contract),
            contract.call_value or None,
            contract.data,
            contract.token_value or None,
            contract.token_id or None,
        )
    )
