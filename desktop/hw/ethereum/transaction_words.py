"""What a transaction does, in words for the person: chain, amount, recipient, fee. Pure."""

from __future__ import annotations

from desktop.hw.ethereum.chains import chain_of, coins_text, gwei_text
from desktop.hw.ethereum.tokens import WITHOUT_LIMIT, TokenCall, amount_text, read_call
from desktop.hw.ethereum.transaction import EvmTransaction, LegacyFee

Words = tuple[str, ...]

_MOST_DATA_SHOWN = 32


def what_it_does(tx: EvmTransaction) -> Words:
    """Return the chain and what moves to whom; call data that is not understood is shown by size and beginning."""
    chain = chain_of(tx.chain_id).name
    call = read_call(tx.chain_id, tx.to, tx.data)
    if call is not None:
        return (chain, *_token_words(call), *_value_beside(tx))
    sent = ("Send " + coins_text(tx.value, tx.chain_id), "to", tx.to)
    if not tx.data:
        return (chain, *sent)
    shown = tx.data[:_MOST_DATA_SHOWN].hex() + ("…" if len(tx.data) > _MOST_DATA_SHOWN else "")
    return (chain, *sent, f"with {len(tx.data)} bytes of data", f"0x{shown}")


def what_it_costs(tx: EvmTransaction) -> Words:
    """Return the most that the fee can be and the prices it comes from."""
    most = f"Fee at most {coins_text(tx.most_fee, tx.chain_id)}"
    if isinstance(tx.fee, LegacyFee):
        return (most, f"{tx.gas} gas at {gwei_text(tx.fee.gas_price)}")
    tip = f"of it priority {gwei_text(tx.fee.max_priority_fee)}"
    return (most, f"{tx.gas} gas at up to {gwei_text(tx.fee.max_fee)}", tip)


def _token_words(call: TokenCall) -> Words:
    if call.kind == "transfer":
        return ("Send " + amount_text(call), "to", call.other, "token contract", call.contract)
    limit = "without limit" if call.units == WITHOUT_LIMIT else f"up to {amount_text(call)}"
    name = call.token.symbol if call.token else "an unknown token"
    return (f"Allow to take {name}", limit, "by", call.other, "token contract", call.contract)


def _value_beside(tx: EvmTransaction) -> Words:
    return ("and send " + coins_text(tx.value, tx.chain_id),) if tx.value else ()
