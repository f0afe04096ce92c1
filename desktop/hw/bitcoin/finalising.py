"""The one door to the library that brings a signed PSBT into its last form, and refuses what Bitcoin would refuse.

The library is loaded when first needed.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from desktop.domain.errors import BadInput
from desktop.hw.bitcoin import psbt_fields as f
from desktop.hw.bitcoin.psbt import Psbt, as_version_0, read_psbt, written_psbt
from desktop.hw.bitcoin.psbt_versions import Fields

_KEPT_IN_THE_END = frozenset(
    {f.NON_WITNESS_UTXO, f.WITNESS_UTXO, f.FINAL_SCRIPT_SIG, f.FINAL_WITNESS, f.PREVIOUS_TXID, f.OUTPUT_INDEX}
    | {f.SEQUENCE, f.REQUIRED_TIME, f.REQUIRED_HEIGHT}
)
_AGAIN = "Export the transaction again as a PSBT."
_LAST_KNOWN = f.TAP_MERKLE_ROOT


class Finalised(msgspec.Struct, frozen=True):
    """A PSBT in its last form, in the version it came in, and the transaction that goes to the network."""

    psbt: Psbt
    transaction: bytes


def finalised(psbt: Psbt) -> Finalised | None:
    """Return the last form, or None if a signature is missing or does not hold under Bitcoin's rules."""
    outcome = _opened(psbt).finalize()
    if not outcome.could_finalize:
        return None
    ended = read_psbt(base64.b64decode(outcome.psbt.serialize()))
    pairs = zip(psbt.inputs, ended.inputs, strict=True)
    inputs = tuple(_ended(before, after) for before, after in pairs)
    raw = bytes(outcome.psbt.extract_tx_unchecked_fee_rate().serialize())
    return Finalised(msgspec.structs.replace(psbt, inputs=inputs), raw)


def check_readable(psbt: Psbt) -> None:
    """Raise BadInput if the library will not take the PSBT; to be known before the wallet is asked."""
    _opened(psbt)


def _opened(psbt: Psbt) -> Any:
    import bdkpython

    text = base64.b64encode(written_psbt(as_version_0(psbt))).decode()
    try:
        return bdkpython.Psbt(text)
    except bdkpython.PsbtParseError as refusal:
        raise BadInput(f"no wallet program could finalise this PSBT: {refusal}", _AGAIN) from None


def _ended(before: Fields, after: Fields) -> Fields:
    """Return an input's fields without those that a finished input has no use for (BIP 174)."""
    kept = {key: value for key, value in before.items() if key[0] in _KEPT_IN_THE_END or key[0] > _LAST_KNOWN}
    final = (bytes([f.FINAL_SCRIPT_SIG]), bytes([f.FINAL_WITNESS]))
    return kept | {key: after[key] for key in final if key in after}
