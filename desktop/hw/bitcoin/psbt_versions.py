"""The transaction that a PSBT of version 2 spreads over its fields (BIP 370). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.errors import BadInput
from desktop.hw.bitcoin import psbt_fields as f
from desktop.hw.bitcoin.transaction import MOST_SATOSHI, Input, Output, Transaction

Fields = dict[bytes, bytes]
_AGAIN = "Export the transaction again as a PSBT."
_FINAL_SEQUENCE = 0xFFFFFFFF


def field(fields: Fields, kind: int) -> bytes | None:
    """Return the value of a field whose key is its type alone, None if it is not there."""
    return fields.get(bytes([kind]))


def number(fields: Fields, kind: int) -> int | None:
    """Return such a value as a little-endian number."""
    raw = field(fields, kind)
    return None if raw is None else int.from_bytes(raw, "little")


def assembled(general: Fields, inputs: Sequence[Fields], outputs: Sequence[Fields]) -> Transaction:
    """Return the unsigned transaction. Raise BadInput naming what is missing."""
    version = number(general, f.TX_VERSION)
    if version is None:
        raise BadInput("the PSBT does not name the transaction's version", _AGAIN)
    return Transaction(
        version=version,
        inputs=tuple(_input(place, fields) for place, fields in enumerate(inputs)),
        outputs=tuple(_output(place, fields) for place, fields in enumerate(outputs)),
        lock_time=_lock_time(number(general, f.FALLBACK_LOCK_TIME) or 0, inputs),
    )


def _input(place: int, fields: Fields) -> Input:
    txid, index = field(fields, f.PREVIOUS_TXID), number(fields, f.OUTPUT_INDEX)
    if txid is None or index is None:
        raise BadInput(f"input {place} does not say what it spends", _AGAIN)
    sequence = number(fields, f.SEQUENCE)
    return Input(txid, index, _FINAL_SEQUENCE if sequence is None else sequence)


def _output(place: int, fields: Fields) -> Output:
    amount, script = number(fields, f.AMOUNT), field(fields, f.SCRIPT)
    if amount is None or script is None:
        raise BadInput(f"output {place} does not say what it pays", _AGAIN)
    if amount > MOST_SATOSHI:
        raise BadInput(f"output {place} pays {amount} satoshi, more than all bitcoin there can be", _AGAIN)
    return Output(amount, script)


def _lock_time(fallback: int, inputs: Sequence[Fields]) -> int:
    """Return the latest lock time that inputs require; heights win where all of them can be met by one (BIP 370)."""
    times = [number(fields, f.REQUIRED_TIME) for fields in inputs]
    heights = [number(fields, f.REQUIRED_HEIGHT) for fields in inputs]
    locked = [pair for pair in zip(heights, times, strict=True) if pair != (None, None)]
    if not locked:
        return fallback
    for kind in (0, 1):
        if all(pair[kind] is not None for pair in locked):
            return max(pair[kind] or 0 for pair in locked)
    raise BadInput("one input requires a time and another one a height; no lock time meets both", _AGAIN)
