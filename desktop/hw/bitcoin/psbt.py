"""Partially signed transactions: from bytes and back, version 0 and 2 (BIP 174, 370). Pure.

Every field is kept, known or not, in its order. What can be read is whole and of sound form; whether it makes sense
is judged in `spending`.
"""

from __future__ import annotations

import msgspec

from desktop.domain.errors import BadInput
from desktop.hw.bitcoin import psbt_fields as f
from desktop.hw.bitcoin.byte_stream import ByteStream, with_size
from desktop.hw.bitcoin.psbt_versions import Fields, assembled, field
from desktop.hw.bitcoin.transaction import MOST_SATOSHI, Transaction, outpoint, read_transaction, written

MAGIC = b"psbt\xff"
LARGEST_FILE = 16 * 1024 * 1024
_AGAIN = "Export the transaction again as a PSBT."


class Psbt(msgspec.Struct, frozen=True):
    """A PSBT: the transaction it is about, without signatures, and the fields of each of its maps."""

    version: int
    transaction: Transaction
    general: Fields
    inputs: tuple[Fields, ...]
    outputs: tuple[Fields, ...]


def read_psbt(data: bytes) -> Psbt:
    """Return the PSBT these bytes are. Raise BadInput, and nothing else, naming the byte that is off."""
    if len(data) > LARGEST_FILE:
        raise BadInput(f"the file has {len(data)} bytes; a PSBT has at most {LARGEST_FILE}", _AGAIN)
    if data[:5] != MAGIC:
        raise BadInput("this is no PSBT: it does not begin with its mark", _AGAIN, where="byte 0")
    stream = ByteStream(data, "the PSBT")
    stream.take(len(MAGIC), "its mark")
    general = _read_map(stream, "global", None)
    version = _version(general)
    transaction = _unsigned(general) if version == 0 else None
    counts = _counts(general, transaction)
    inputs = tuple(_read_map(stream, "input", version) for _ in range(counts[0]))
    outputs = tuple(_read_map(stream, "output", version) for _ in range(counts[1]))
    stream.finish()
    if transaction is None:
        transaction = assembled(general, inputs, outputs)
    return _judged(Psbt(version, transaction, general, inputs, outputs))


def written_psbt(psbt: Psbt) -> bytes:
    """Return the bytes of a PSBT in its own version."""
    maps = (psbt.general, *psbt.inputs, *psbt.outputs)
    return MAGIC + b"".join(map(_written_map, maps))


def as_version_0(psbt: Psbt) -> Psbt:
    """Return the same PSBT as version 0, which every library reads."""
    if psbt.version == 0:
        return psbt
    general = {bytes([f.UNSIGNED_TX]): written(psbt.transaction)} | _without(psbt.general, _GENERAL_OF_VERSION_2)
    return Psbt(
        version=0,
        transaction=psbt.transaction,
        general=general,
        inputs=tuple(_without(single, _INPUT_OF_VERSION_2) for single in psbt.inputs),
        outputs=tuple(_without(single, _OUTPUT_OF_VERSION_2) for single in psbt.outputs),
    )


_GENERAL_OF_VERSION_2 = frozenset(
    {f.TX_VERSION, f.FALLBACK_LOCK_TIME, f.INPUT_COUNT, f.OUTPUT_COUNT, f.TX_MODIFIABLE, f.PSBT_VERSION}
)
_INPUT_OF_VERSION_2 = frozenset({f.PREVIOUS_TXID, f.OUTPUT_INDEX, f.SEQUENCE, f.REQUIRED_TIME, f.REQUIRED_HEIGHT})
_OUTPUT_OF_VERSION_2 = frozenset({f.AMOUNT, f.SCRIPT})


def _without(fields: Fields, kinds: frozenset[int]) -> Fields:
    return {key: value for key, value in fields.items() if key[0] not in kinds}


def _written_map(fields: Fields) -> bytes:
    return b"".join(with_size(key) + with_size(value) for key, value in fields.items()) + b"\0"


def _read_map(stream: ByteStream, part: f.Part, version: int | None) -> Fields:
    """Read one map. The global one is judged once its own version is known."""
    fields: Fields = {}
    places: list[tuple[bytes, int, int]] = []
    while True:
        start = stream.at
        key = stream.sized("a key")
        if not key:
            break
        if key in fields:
            raise BadInput(f"the field {key[:40].hex()} stands twice in one map", _AGAIN, where=f"byte {start}")
        size = stream.compact_size("the length of a value")
        places.append((key, start, stream.at))
        fields[key] = stream.take(size, "a value")
    known = _version(fields) if version is None else version
    for key, key_at, value_at in places:
        f.check_field(part, known, key, key_at, fields[key], value_at)
    return fields


def _version(general: Fields) -> int:
    raw = field(general, f.PSBT_VERSION)
    version = 0 if raw is None else int.from_bytes(raw, "little")
    if version not in (0, 2):
        raise BadInput(f"a PSBT of version {version} is not known; 0 and 2 are", _AGAIN)
    return version


def _unsigned(general: Fields) -> Transaction:
    raw = field(general, f.UNSIGNED_TX)
    if raw is None:
        raise BadInput("the PSBT holds no transaction", _AGAIN)
    return read_transaction(raw, "the unsigned transaction", witness=False)


def _counts(general: Fields, transaction: Transaction | None) -> tuple[int, int]:
    if transaction is not None:
        return len(transaction.inputs), len(transaction.outputs)
    found = []
    for kind, name in ((f.INPUT_COUNT, "inputs"), (f.OUTPUT_COUNT, "outputs")):
        raw = field(general, kind)
        if raw is None:
            raise BadInput(f"the PSBT does not say how many {name} it has", _AGAIN)
        found.append(ByteStream(raw, name).compact_size(name))
    return found[0], found[1]


def _judged(psbt: Psbt) -> Psbt:
    transaction = psbt.transaction
    if not transaction.inputs or not transaction.outputs:
        raise BadInput("the transaction has no inputs, or no outputs", _AGAIN)
    if len({outpoint(single) for single in transaction.inputs}) < len(transaction.inputs):
        raise BadInput("the transaction spends one output twice", _AGAIN)
    if sum(single.amount for single in transaction.outputs) > MOST_SATOSHI:
        raise BadInput("the outputs pay more than all bitcoin there can be", _AGAIN)
    return psbt
