"""A transaction in the forms in which the wallet asks for it. Pure."""

from __future__ import annotations

from desktop.domain.bitcoin_address import address_of
from desktop.domain.derivation_path import ScriptType
from desktop.domain.errors import BadInput
from desktop.hw.bitcoin import messages as m
from desktop.hw.bitcoin.spending import Coin, Payment, Spending
from desktop.hw.bitcoin.transaction import Input, Output, Transaction

SPEND_NUMBER: dict[ScriptType, int] = {
    "p2pkh": m.SPEND_ADDRESS,
    "p2sh-p2wpkh": m.SPEND_P2SH_WITNESS,
    "p2wpkh": m.SPEND_WITNESS,
    "p2tr": m.SPEND_TAPROOT,
}
PAY_NUMBER: dict[ScriptType, int] = {
    "p2pkh": m.PAY_ADDRESS,
    "p2sh-p2wpkh": m.PAY_P2SH_WITNESS,
    "p2wpkh": m.PAY_WITNESS,
    "p2tr": m.PAY_TAPROOT,
}
LONGEST_DATA = 150  # bytes of an OP_RETURN output that a Classic 1S takes
_OP_RETURN, _OP_PUSHDATA1 = 0x6A, 0x4C


def sign_request(spending: Spending) -> m.SignTx:
    """Return the message that begins the signing."""
    transaction = spending.psbt.transaction
    return m.SignTx(
        outputs_count=len(transaction.outputs),
        inputs_count=len(transaction.inputs),
        coin_name="Testnet" if spending.testnet else "Bitcoin",
        version=transaction.version,
        lock_time=transaction.lock_time,
    )


def input_form(spends: Input, coin: Coin) -> m.TxInput:
    """Return an input to be signed; one of others is given with the script it spends."""
    own = coin.own
    return m.TxInput(
        prev_hash=spends.txid[::-1],
        prev_index=spends.index,
        address_n=own.path if own else (),
        sequence=spends.sequence,
        script_type=SPEND_NUMBER[own.script] if own else m.SPEND_EXTERNAL,
        amount=coin.spent.amount,
        script_pubkey=None if own else coin.spent.script,
    )


def output_form(place: int, payment: Payment, *, testnet: bool) -> m.TxOutput:
    """Return an output: the wallet's own by its path, all others by their address or data.

    Raise BadInput for a script that the wallet cannot show.
    """
    output, own = payment.output, payment.own
    if own is not None:
        return m.TxOutput(amount=output.amount, address_n=own.path, script_type=PAY_NUMBER[own.script])
    if output.script[:1] == bytes([_OP_RETURN]):
        return m.TxOutput(amount=0, script_type=m.PAY_OP_RETURN, op_return_data=_data_of(place, output))
    try:
        address = address_of(output.script, testnet=testnet)
    except BadInput:
        raise BadInput(
            f"output {place} pays to a script without an address: {output.script[:40].hex()}", _SHOWN
        ) from None
    return m.TxOutput(amount=output.amount, address=address, script_type=m.PAY_ADDRESS)


def head_form(previous: Transaction) -> m.TransactionPart:
    """Return the head of a previous transaction."""
    return m.TransactionPart(
        version=previous.version,
        lock_time=previous.lock_time,
        inputs_cnt=len(previous.inputs),
        outputs_cnt=len(previous.outputs),
    )


def previous_input_form(single: Input) -> m.TransactionPart:
    """Return an input of a previous transaction."""
    form = m.TxInput(
        prev_hash=single.txid[::-1],
        prev_index=single.index,
        script_sig=single.script_sig,
        sequence=single.sequence,
    )
    return m.TransactionPart(inputs=(form,))


def previous_output_form(single: Output) -> m.TransactionPart:
    """Return an output of a previous transaction."""
    return m.TransactionPart(bin_outputs=(m.TxBinOutput(amount=single.amount, script_pubkey=single.script),))


def data_script(data: bytes) -> bytes:
    """Return the script of an OP_RETURN output as the wallet writes it."""
    mark = b"" if len(data) < _OP_PUSHDATA1 else bytes([_OP_PUSHDATA1])
    return bytes([_OP_RETURN]) + mark + bytes([len(data)]) + data


def _data_of(place: int, output: Output) -> bytes:
    script = output.script
    data = script[3 if script[1:2] == bytes([_OP_PUSHDATA1]) else 2 :]
    if len(data) > LONGEST_DATA:
        raise BadInput(f"output {place} holds {len(data)} bytes of data; the wallet takes {LONGEST_DATA}", _SHOWN)
    if output.amount or data_script(data) != script:
        raise BadInput(f"output {place} is an OP_RETURN that the wallet cannot show: {script[:40].hex()}", _SHOWN)
    return data


_SHOWN = "Pay to an address, or put plain data without an amount into an OP_RETURN output."
