"""Bitcoin transactions: from bytes and back, with or without witnesses (BIP 144). Pure.

Amounts are in satoshi. `txid` of an input and `Transaction.txid()` are in the order of the wire; people write them
reversed (`txid_text`).
"""

from __future__ import annotations

import hashlib

import msgspec

from desktop.hw.bitcoin.byte_stream import ByteStream, compact_size, with_size

MOST_SATOSHI = 21_000_000 * 100_000_000
_SEGWIT_MARK = b"\x00\x01"
_LEAST_OUTPUT = 9  # bytes of an output with an empty script


class Input(msgspec.Struct, frozen=True):
    """What is spent: output `index` of transaction `txid`."""

    txid: bytes
    index: int
    sequence: int = 0xFFFFFFFF
    script_sig: bytes = b""
    witness: tuple[bytes, ...] = ()


class Output(msgspec.Struct, frozen=True):
    """What is paid, in satoshi, and the script that locks it."""

    amount: int
    script: bytes


class Transaction(msgspec.Struct, frozen=True):
    """A transaction; `version` is the unsigned form of its 32 bits."""

    version: int
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    lock_time: int

    def txid(self) -> bytes:
        """Return the double SHA-256 of the form without witnesses, in the order of the wire."""
        return sha256d(written(self, witness=False))

    def weight(self) -> int:
        """Return the weight in units of a quarter virtual byte (BIP 141)."""
        return 3 * len(written(self, witness=False)) + len(written(self))


def txid_text(txid: bytes) -> str:
    """Return a transaction id as people write it."""
    return txid[::-1].hex()


def sha256d(data: bytes) -> bytes:
    """Return SHA-256 of SHA-256."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def is_taproot(script: bytes) -> bool:
    """Return whether an output script is one of taproot (BIP 341)."""
    return len(script) == 34 and script[:2] == b"\x51\x20"


def written(transaction: Transaction, *, witness: bool = True) -> bytes:
    """Return the bytes of a transaction; witnesses only if it has some and they are wanted."""
    segwit = witness and any(single.witness for single in transaction.inputs)
    parts = [transaction.version.to_bytes(4, "little"), _SEGWIT_MARK if segwit else b""]
    parts.append(compact_size(len(transaction.inputs)))
    parts.extend(written_input(single) for single in transaction.inputs)
    parts.append(compact_size(len(transaction.outputs)))
    parts.extend(written_output(single) for single in transaction.outputs)
    if segwit:
        parts.extend(written_witness(single.witness) for single in transaction.inputs)
    parts.append(transaction.lock_time.to_bytes(4, "little"))
    return b"".join(parts)


def written_input(single: Input) -> bytes:
    """Return the bytes of an input without its witness."""
    return outpoint(single) + with_size(single.script_sig) + single.sequence.to_bytes(4, "little")


def outpoint(single: Input) -> bytes:
    """Return the 36 bytes that name what an input spends."""
    return single.txid + single.index.to_bytes(4, "little")


def written_output(single: Output) -> bytes:
    """Return the bytes of an output."""
    return single.amount.to_bytes(8, "little") + with_size(single.script)


def written_witness(items: tuple[bytes, ...]) -> bytes:
    """Return a witness: the number of its items, then each with its size."""
    return compact_size(len(items)) + b"".join(map(with_size, items))


def read_transaction(data: bytes, what: str, *, base: int = 0, witness: bool = True) -> Transaction:
    """Return the transaction these bytes are, all of them. `base` is their place in the file, `what` their name.

    Raise BadInput naming the byte. With `witness` false the segwit form is not known, as in a PSBT's global map.
    """
    stream = ByteStream(data, what, base)
    version = stream.number(4, "its version")
    segwit = witness and data[4:6] == _SEGWIT_MARK
    if segwit:
        stream.take(2, "its mark")
    inputs = [_read_input(stream) for _ in range(_count(stream, "inputs", 41))]
    outputs = tuple(read_output(stream) for _ in range(_count(stream, "outputs", _LEAST_OUTPUT)))
    if segwit:
        inputs = [msgspec.structs.replace(single, witness=read_witness(stream)) for single in inputs]
    lock_time = stream.number(4, "its lock time")
    stream.finish()
    return Transaction(version, tuple(inputs), outputs, lock_time)


def read_output(stream: ByteStream) -> Output:
    """Return the next output. Raise BadInput for an amount beyond all bitcoin there can be."""
    amount = stream.number(8, "an amount")
    if amount > MOST_SATOSHI:
        raise stream.complaint(f"an output pays {amount} satoshi, more than all bitcoin there can be")
    return Output(amount, stream.sized("an output script"))


def read_witness(stream: ByteStream) -> tuple[bytes, ...]:
    """Return the next witness."""
    return tuple(stream.sized("a witness item") for _ in range(_count(stream, "witness items", 1)))


def _read_input(stream: ByteStream) -> Input:
    txid = stream.take(32, "an input's transaction id")
    index = stream.number(4, "an input's index")
    script_sig = stream.sized("an input script")
    return Input(txid, index, stream.number(4, "an input's sequence"), script_sig)


def _count(stream: ByteStream, things: str, least_size: int) -> int:
    count = stream.compact_size(f"the number of {things}")
    if count * least_size > stream.left:
        raise stream.complaint(f"{count} {things} are announced, but only {stream.left} bytes follow")
    return count
