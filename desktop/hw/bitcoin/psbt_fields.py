"""The fields of a PSBT: their types, and the form that key and value of each must have (BIP 174, 370, 371). Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from desktop.domain.errors import BadInput
from desktop.hw.bitcoin.byte_stream import ByteStream
from desktop.hw.bitcoin.transaction import read_output, read_transaction, read_witness

Part = Literal["global", "input", "output"]

UNSIGNED_TX, GLOBAL_XPUB, TX_VERSION, FALLBACK_LOCK_TIME = 0x00, 0x01, 0x02, 0x03
INPUT_COUNT, OUTPUT_COUNT, TX_MODIFIABLE, PSBT_VERSION = 0x04, 0x05, 0x06, 0xFB

NON_WITNESS_UTXO, WITNESS_UTXO, PARTIAL_SIG, SIGHASH_TYPE = 0x00, 0x01, 0x02, 0x03
REDEEM_SCRIPT, WITNESS_SCRIPT, INPUT_DERIVATION, FINAL_SCRIPT_SIG, FINAL_WITNESS = 0x04, 0x05, 0x06, 0x07, 0x08
PREVIOUS_TXID, OUTPUT_INDEX, SEQUENCE, REQUIRED_TIME, REQUIRED_HEIGHT = 0x0E, 0x0F, 0x10, 0x11, 0x12
TAP_KEY_SIG, TAP_SCRIPT_SIG, TAP_LEAF_SCRIPT, INPUT_TAP_DERIVATION = 0x13, 0x14, 0x15, 0x16
TAP_INTERNAL_KEY, TAP_MERKLE_ROOT = 0x17, 0x18

OUTPUT_DERIVATION, AMOUNT, SCRIPT, OUTPUT_TAP_INTERNAL_KEY, OUTPUT_TAP_DERIVATION = 0x02, 0x03, 0x04, 0x05, 0x07

FIRST_TIME_LOCK = 500_000_000  # lock times from here on are seconds, below it they are heights
_PROPRIETARY = 0xFC


class Derivation(NamedTuple):
    """Where a key comes from: the master key's fingerprint (8 hex digits) and the path. `leaves`: in how many leaves
    of a taproot script tree the key is used; 0 for the key path.
    """

    public_key: bytes
    fingerprint: str
    path: tuple[int, ...]
    leaves: int = 0


class _Rule(NamedTuple):
    name: str
    key_sizes: tuple[int, ...] | None  # bytes of the key after its type; None: any
    check: Callable[[ByteStream, str], object]
    version: int | None = None  # the only version that has it


def check_field(part: Part, version: int, key: bytes, key_at: int, value: bytes, value_at: int) -> None:
    """Raise BadInput naming the byte if a field that is known here is not of its form; unknown ones are let be."""
    rule = _RULES[part].get(key[0]) if key[0] < _PROPRIETARY else None
    if rule is None:
        return
    if rule.version not in (None, version):
        raise BadInput(
            f"{rule.name} does not belong in a PSBT of version {version}", _MADE_WRONG, where=_byte(key_at)
        )
    if rule.key_sizes is not None and len(key) - 1 not in rule.key_sizes:
        raise BadInput(f"the key of {rule.name} has {len(key)} bytes", _MADE_WRONG, where=_byte(key_at))
    stream = ByteStream(value, rule.name, value_at)
    rule.check(stream, rule.name)
    stream.finish()


def derivation(key: bytes, value: bytes) -> Derivation:
    """Return what a checked BIP 32 derivation field says."""
    return Derivation(key[1:], value[:4].hex(), _steps(value[4:]))


def tap_derivation(key: bytes, value: bytes) -> Derivation:
    """Return what a checked taproot derivation field says; the public key has 32 bytes."""
    stream = ByteStream(value, "the taproot derivation")
    leaves = stream.compact_size("the number of leaves")
    stream.take(32 * leaves, "the leaves")
    rest = stream.take(stream.left, "the path")
    return Derivation(key[1:], rest[:4].hex(), _steps(rest[4:]), leaves)


def _steps(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[place : place + 4], "little") for place in range(0, len(data), 4))


def _byte(place: int) -> str:
    return f"byte {place}"


def _anything(stream: ByteStream, name: str) -> None:
    stream.take(stream.left, name)


def _of_size(*sizes: int) -> Callable[[ByteStream, str], None]:
    def check(stream: ByteStream, name: str) -> None:
        if stream.left not in sizes:
            raise stream.complaint(f"{name} has {stream.left} bytes")
        stream.take(stream.left, name)

    return check


def _transaction(stream: ByteStream, name: str) -> None:
    start = stream.at
    read_transaction(stream.take(stream.left, name), name, base=start)


def _unsigned(stream: ByteStream, name: str) -> None:
    start = stream.at
    found = read_transaction(stream.take(stream.left, name), name, base=start, witness=False)
    for place, single in enumerate(found.inputs):
        if single.script_sig:
            raise BadInput(f"input {place} of {name} has a script already", _MADE_WRONG, where=_byte(start))


def _output(stream: ByteStream, name: str) -> None:
    read_output(stream)


def _witness(stream: ByteStream, name: str) -> None:
    read_witness(stream)


def _path(stream: ByteStream, name: str) -> None:
    if stream.left < 4 or stream.left % 4:
        raise stream.complaint(f"{name} has {stream.left} bytes: no fingerprint and path")
    stream.take(stream.left, name)


def _tap_path(stream: ByteStream, name: str) -> None:
    stream.take(32 * stream.compact_size("the number of leaves"), "the leaves")
    _path(stream, name)


def _time_lock(stream: ByteStream, name: str) -> None:
    if stream.number(4, name) < FIRST_TIME_LOCK:
        raise stream.complaint(f"{name} is a height, not a time")


def _height_lock(stream: ByteStream, name: str) -> None:
    if not 0 < stream.number(4, name) < FIRST_TIME_LOCK:
        raise stream.complaint(f"{name} is not a height")


def _count(stream: ByteStream, name: str) -> None:
    stream.compact_size(name)


_MADE_WRONG = "Report it to the maker of the program that wrote the file."
_KEYS = (33, 65)
_RULES: dict[Part, dict[int, _Rule]] = {
    "global": {
        UNSIGNED_TX: _Rule("the unsigned transaction", (0,), _unsigned, 0),
        GLOBAL_XPUB: _Rule("an extended public key", (78,), _path),
        TX_VERSION: _Rule("the transaction's version", (0,), _of_size(4), 2),
        FALLBACK_LOCK_TIME: _Rule("the fallback lock time", (0,), _of_size(4), 2),
        INPUT_COUNT: _Rule("the number of inputs", (0,), _count, 2),
        OUTPUT_COUNT: _Rule("the number of outputs", (0,), _count, 2),
        TX_MODIFIABLE: _Rule("the modifiable flags", (0,), _of_size(1), 2),
        PSBT_VERSION: _Rule("the PSBT's version", (0,), _of_size(4)),
    },
    "input": {
        NON_WITNESS_UTXO: _Rule("the previous transaction", (0,), _transaction),
        WITNESS_UTXO: _Rule("the spent output", (0,), _output),
        PARTIAL_SIG: _Rule("a partial signature", _KEYS, _of_size(*range(9, 74))),
        SIGHASH_TYPE: _Rule("the sighash type", (0,), _of_size(4)),
        REDEEM_SCRIPT: _Rule("the redeem script", (0,), _anything),
        WITNESS_SCRIPT: _Rule("the witness script", (0,), _anything),
        INPUT_DERIVATION: _Rule("a key's derivation", _KEYS, _path),
        FINAL_SCRIPT_SIG: _Rule("the final input script", (0,), _anything),
        FINAL_WITNESS: _Rule("the final witness", (0,), _witness),
        PREVIOUS_TXID: _Rule("the previous transaction's id", (0,), _of_size(32), 2),
        OUTPUT_INDEX: _Rule("the spent output's index", (0,), _of_size(4), 2),
        SEQUENCE: _Rule("the sequence", (0,), _of_size(4), 2),
        REQUIRED_TIME: _Rule("the required lock time", (0,), _time_lock, 2),
        REQUIRED_HEIGHT: _Rule("the required height", (0,), _height_lock, 2),
        TAP_KEY_SIG: _Rule("the taproot key signature", (0,), _of_size(64, 65)),
        TAP_SCRIPT_SIG: _Rule("a taproot script signature", (64,), _of_size(64, 65)),
        TAP_LEAF_SCRIPT: _Rule("a taproot leaf script", None, _anything),
        INPUT_TAP_DERIVATION: _Rule("a taproot key's derivation", (32,), _tap_path),
        TAP_INTERNAL_KEY: _Rule("the taproot internal key", (0,), _of_size(32)),
        TAP_MERKLE_ROOT: _Rule("the taproot script tree's root", (0,), _of_size(32)),
    },
    "output": {
        0x00: _Rule("the redeem script", (0,), _anything),
        0x01: _Rule("the witness script", (0,), _anything),
        OUTPUT_DERIVATION: _Rule("a key's derivation", _KEYS, _path),
        AMOUNT: _Rule("the amount", (0,), _of_size(8), 2),
        SCRIPT: _Rule("the output script", (0,), _anything, 2),
        OUTPUT_TAP_INTERNAL_KEY: _Rule("the taproot internal key", (0,), _of_size(32)),
        OUTPUT_TAP_DERIVATION: _Rule("a taproot key's derivation", (32,), _tap_path),
    },
}
