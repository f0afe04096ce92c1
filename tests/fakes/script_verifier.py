"""Bitcoin Core's own script verification of a signed transaction."""

from __future__ import annotations

import functools
import operator

import pbk
from embit.psbt import PSBT
from pbk.script import PrecomputedTransactionData

_EVERY_RULE = functools.reduce(operator.or_, pbk.ScriptVerificationFlags)


def accepted(raw: bytes, psbt: PSBT) -> bool:
    """Return whether every input of the transaction unlocks the output that the PSBT says it spends."""
    transaction = pbk.Transaction(raw)
    spent = [psbt.utxo(place) for place in range(len(psbt.inputs))]
    outputs = [pbk.TransactionOutput(pbk.ScriptPubkey(one.script_pubkey.data), one.value) for one in spent]
    known = PrecomputedTransactionData(transaction, outputs)
    try:
        return all(
            pbk.ScriptPubkey(one.script_pubkey.data).verify(one.value, transaction, known, place, _EVERY_RULE)
            for place, one in enumerate(spent)
        )
    except pbk.ScriptVerifyException:
        return False
