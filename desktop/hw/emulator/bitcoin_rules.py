"""What the emulated device checks of a Bitcoin transaction. The refusals and their order are the firmware's. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.domain.bitcoin_address import script_of
from desktop.domain.derivation_path import HARDENED, ScriptType, script_of_path
from desktop.domain.errors import BadInput
from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.bitcoin.device_forms import LONGEST_DATA, PAY_NUMBER, SPEND_NUMBER, data_script
from desktop.hw.bitcoin.transaction import Output, Transaction
from desktop.hw.emulator.flow import DEEPEST, Refusal

SCRIPT_OF_SPEND = {number: script for script, number in SPEND_NUMBER.items()}
SCRIPT_OF_PAY = {number: script for script, number in PAY_NUMBER.items()}
COIN_TYPE = {"Bitcoin": 0, "Testnet": 1}
MOST_SILENT_CHANGE = 2
FEE_THRESHOLD = 2_000  # satoshi a virtual byte from which on the device warns
HOPELESS_FEE = 10  # times that, which the large devices refuse while their safety checks are strict
_WALLET_DEPTH = 2  # branch and index
_MOST_BRANCH, _MOST_INDEX, _MOST_ACCOUNT = 1, 1_000_000, 100


def check_input(single: btc.TxInput, coin: str, *, strict: bool) -> None:
    """Refuse an input of wrong form, a key that is not for its script, or one that cannot be verified."""
    if len(single.prev_hash) != 32:
        raise Refusal(m.DATA_ERROR, "Provided prev_hash is invalid.")
    if single.script_type == btc.SPEND_EXTERNAL:
        if single.address_n:
            raise Refusal(m.DATA_ERROR, "Input's address_n provided but not expected.")
        if single.script_pubkey is None:
            raise Refusal(m.DATA_ERROR, "Missing script_pubkey field.")
        if strict:
            raise Refusal(m.PROCESS_ERROR, "Unverifiable external input.")
    elif (single.script_type or 0) not in SCRIPT_OF_SPEND:
        raise Refusal(m.DATA_ERROR, "Unsupported script type.")
    elif not single.address_n:
        raise Refusal(m.DATA_ERROR, "Missing address_n field.")
    else:
        check_path(single.address_n, SCRIPT_OF_SPEND[single.script_type or 0], coin)
    if single.amount is None:
        raise Refusal(m.DATA_ERROR, "Expected input with amount")


def check_path(path: Sequence[int], script: ScriptType, coin: str) -> None:
    """Refuse a path that is not one of the script type's accounts."""
    try:
        fits = len(path) == 5 and script_of_path(path) == script and path[1] == HARDENED + COIN_TYPE[coin]
    except BadInput:
        fits = False
    fits = fits and HARDENED <= path[2] <= HARDENED + _MOST_ACCOUNT and _is_leaf(path)
    if not fits or len(path) > DEEPEST:
        raise Refusal(m.DATA_ERROR, "Forbidden key path")


def _is_leaf(path: Sequence[int]) -> bool:
    return path[-2] <= _MOST_BRANCH and path[-1] <= _MOST_INDEX


def is_change(output: btc.TxOutput, inputs: Sequence[btc.TxInput]) -> bool:
    """Return whether an output goes back where all own inputs come from: one script type, one account."""
    own = [single for single in inputs if single.script_type != btc.SPEND_EXTERNAL]
    origins = {(SCRIPT_OF_SPEND[single.script_type or 0], single.address_n[:-_WALLET_DEPTH]) for single in own}
    if not output.address_n:
        return False
    origin = (SCRIPT_OF_PAY[output.script_type or 0], output.address_n[:-_WALLET_DEPTH])
    return origins == {origin} and _is_leaf(output.address_n)


def foreign_output(output: btc.TxOutput, *, testnet: bool) -> Output:
    """Return an output that is given by address or data. Refuse one of wrong form."""
    if output.script_type == btc.PAY_OP_RETURN:
        if output.amount or output.address is not None:
            raise Refusal(m.DATA_ERROR, "OP_RETURN output with address or multisig")
        data = output.op_return_data or b""
        if len(data) > LONGEST_DATA:
            raise Refusal(m.DATA_ERROR, "bytes overflow")
        return Output(0, data_script(data))
    if output.op_return_data is not None:
        raise Refusal(m.DATA_ERROR, "OP RETURN data provided but not OP RETURN script type.")
    if output.address is None:
        raise Refusal(m.DATA_ERROR, "Missing address")
    try:
        return Output(output.amount, script_of(output.address, testnet=testnet))
    except BadInput:
        raise Refusal(m.PROCESS_ERROR, "Failed to compile output") from None


def check_previous(single: btc.TxInput, script: bytes, previous: Transaction) -> None:
    """Refuse an input whose amount or script is not what the previous transaction pays, or another transaction."""
    paid = previous.outputs[single.prev_index]
    if paid.amount != single.amount:
        raise Refusal(m.DATA_ERROR, "Invalid amount specified")
    if paid.script != script:
        raise Refusal(m.DATA_ERROR, "Input does not match scriptPubKey")
    if previous.txid()[::-1] != single.prev_hash:
        raise Refusal(m.DATA_ERROR, "Encountered invalid prevhash")
