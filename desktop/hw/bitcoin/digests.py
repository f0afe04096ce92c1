"""What a signature signs: the digest of one input for "all inputs, all outputs" (legacy, BIP 143, BIP 341). Pure.

`spent` are the outputs that the transaction's inputs spend, in their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

import msgspec

from desktop.hw.bitcoin.byte_stream import with_size
from desktop.hw.bitcoin.transaction import Output, Transaction, outpoint, sha256d, written, written_output

SIGHASH_DEFAULT, SIGHASH_ALL = 0, 1
_ALL = SIGHASH_ALL.to_bytes(4, "little")


def legacy_digest(transaction: Transaction, index: int, script: bytes) -> bytes:
    """Return the digest of an input that spends `script` as p2pkh. Its cost grows with the transaction's size."""
    inputs = tuple(
        msgspec.structs.replace(single, script_sig=script if place == index else b"", witness=())
        for place, single in enumerate(transaction.inputs)
    )
    return sha256d(written(msgspec.structs.replace(transaction, inputs=inputs)) + _ALL)


class SegwitDigests:
    """The digests of one transaction's segwit inputs; what they share is computed once."""

    def __init__(self, transaction: Transaction, spent: Sequence[Output]) -> None:
        self._transaction = transaction
        self._spent = spent
        self._prevouts = _sha256(b"".join(map(outpoint, transaction.inputs)))
        self._amounts = _sha256(b"".join(single.amount.to_bytes(8, "little") for single in spent))
        self._scripts = _sha256(b"".join(with_size(single.script) for single in spent))
        self._sequences = _sha256(b"".join(single.sequence.to_bytes(4, "little") for single in transaction.inputs))
        self._outputs = _sha256(b"".join(map(written_output, transaction.outputs)))

    def version_0(self, index: int, key_hash: bytes) -> bytes:
        """Return the digest of a p2wpkh input, also one inside p2sh (BIP 143); `key_hash` is its key's HASH160."""
        single = self._transaction.inputs[index]
        parts = (
            self._transaction.version.to_bytes(4, "little"),
            _sha256(self._prevouts),
            _sha256(self._sequences),
            outpoint(single),
            with_size(b"\x76\xa9\x14" + key_hash + b"\x88\xac"),
            self._spent[index].amount.to_bytes(8, "little"),
            single.sequence.to_bytes(4, "little"),
            _sha256(self._outputs),
            self._transaction.lock_time.to_bytes(4, "little"),
            _ALL,
        )
        return sha256d(b"".join(parts))

    def taproot(self, index: int) -> bytes:
        """Return the digest of a key path spend with the default sighash and no annex (BIP 341)."""
        parts = (
            b"\x00",  # epoch
            bytes([SIGHASH_DEFAULT]),
            self._transaction.version.to_bytes(4, "little"),
            self._transaction.lock_time.to_bytes(4, "little"),
            self._prevouts,
            self._amounts,
            self._scripts,
            self._sequences,
            self._outputs,
            b"\x00",  # key path, no annex
            index.to_bytes(4, "little"),
        )
        return tagged_hash("TapSighash", b"".join(parts))


def tagged_hash(tag: str, data: bytes) -> bytes:
    """Return BIP 340's tagged hash."""
    return _sha256(_tag(tag) + data)


@cache
def _tag(tag: str) -> bytes:
    return _sha256(tag.encode()) * 2


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
