"""What a TRON transaction does, in lines a person can compare with the wallet's screen. Pure."""

from __future__ import annotations

from desktop.domain.money import in_whole
from desktop.domain.tron_address import address_of_bytes
from desktop.hw.expected_screens import Lines, grouped
from desktop.hw.tron.transaction import (
    SUN_DECIMALS,
    ContractCall,
    TokenTransfer,
    Transaction,
    TrxTransfer,
    token_transfer,
)

USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
KNOWN_TOKENS: dict[str, tuple[str, int]] = {USDT: ("USDT", 6)}
"""Symbol and decimals of the tokens whose contract is known here (tether.to names it)."""


def in_words(transaction: Transaction) -> Lines:
    """Return the lines: what is sent, to whom, by whom, what it may cost, and what is said along."""
    match transaction.contract:
        case TrxTransfer() as transfer:
            lines = [*_sent(f"{in_whole(transfer.sun, SUN_DECIMALS)} TRX"), *_to(transfer.to)]
        case ContractCall() as call:
            lines = _call(call)
    lines += ["from", *grouped(address_of_bytes(transaction.contract.owner))]
    if transaction.fee_limit:
        lines.append(f"fee at most {in_whole(transaction.fee_limit, SUN_DECIMALS)} TRX")
    if transaction.memo:
        lines.append(f"memo {_memo(transaction.memo)}")
    return ("TRON transaction", *lines)


def screens_of(transaction: Transaction, *, large: bool) -> tuple[Lines, ...]:
    """Return what the device shows, a screen for each question: a small one asks once, a large one in parts."""
    words = in_words(transaction)
    if not large:
        return (words,)
    call = transaction.contract
    tokens = token_transfer(call) if isinstance(call, ContractCall) else None
    screens: list[Lines] = []
    if tokens is not None and address_of_bytes(tokens.token) not in KNOWN_TOKENS:
        screens.append(("Unknown token", *grouped(address_of_bytes(tokens.token))))
    screens.append(words)
    if transaction.memo:
        screens.append(("Data", transaction.memo.hex()))
    return (*screens, ("Sign TRON transaction?", *words[1:]))


def _call(call: ContractCall) -> list[str]:
    tokens = token_transfer(call)
    if tokens is not None:
        return _tokens(tokens)
    sent = [f"with {in_whole(call.call_value, SUN_DECIMALS)} TRX"] if call.call_value else []
    if call.token_value:
        sent.append(f"with {call.token_value} units of token {call.token_id}")
    return [
        "Call of a contract",
        *grouped(address_of_bytes(call.contract)),
        *sent,
        f"what it does is unknown here: {call.data[:4].hex()}, {len(call.data)} bytes",
    ]


def _tokens(transfer: TokenTransfer) -> list[str]:
    contract = address_of_bytes(transfer.token)
    if contract in KNOWN_TOKENS:
        symbol, decimals = KNOWN_TOKENS[contract]
        return [*_sent(f"{in_whole(transfer.amount, decimals)} {symbol}"), *_to(transfer.to)]
    unknown = ["of a token unknown here", *grouped(contract)]
    return [*_sent(f"{transfer.amount} smallest units"), *unknown, *_to(transfer.to)]


def _sent(amount: str) -> list[str]:
    return ["Send", amount]


def _to(address: bytes) -> list[str]:
    return ["to", *grouped(address_of_bytes(address))]


def _memo(memo: bytes) -> str:
    text = memo.decode(errors="replace")
    return text if text.isprintable() and "\ufffd" not in text else memo.hex()
