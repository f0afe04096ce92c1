"""How the emulated device answers TRON's requests. Refusals and order are as a Classic 1S and a Pro give them."""

from __future__ import annotations

import hashlib

from desktop.domain.derivation_path import HARDENED
from desktop.domain.errors import BadInput
from desktop.domain.secp256k1 import sign_recoverable
from desktop.domain.tron_address import address_bytes, address_of_key
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.flow import DEEPEST, Answer, Flow, Refusal, Step, Wallet
from desktop.hw.tron import messages as tron
from desktop.hw.tron.transaction import ContractCall, Transaction, TrxTransfer, serialized, token_transfer
from desktop.hw.tron.words import KNOWN_TOKENS, in_words
from desktop.hw.wire.codec import Message

_COIN_TYPE = 195
_SHORTEST_CALL = 4
_FIRST_RECOVERY = 27


def _get_address(wallet: Wallet, message: tron.TronGetAddress) -> Flow:
    _check_path(wallet, message.address_n)
    yield from wallet.opened()
    address = address_of_key(wallet.root().at(message.address_n).public().public_key)
    if message.show_display:
        yield from wallet.confirmed(screens.address("TRON", message.address_n, address), m.BUTTON_ADDRESS)
    return tron.TronAddress(address=address)


def _sign(wallet: Wallet, message: tron.TronSignTx) -> Flow:
    _check_path(wallet, message.address_n)
    yield from wallet.opened()
    node = wallet.root().at(message.address_n)
    transaction = _transaction(message, address_bytes(address_of_key(node.public().public_key)))
    yield from _agreed(wallet, transaction)
    raw = serialized(transaction)
    signature, recovery = sign_recoverable(node.secret, hashlib.sha256(raw).digest())
    return tron.TronSignedTx(signature=signature + bytes([_FIRST_RECOVERY + recovery]), serialized_tx=raw)


def _agreed(wallet: Wallet, transaction: Transaction) -> Step:
    """Ask as often as the model does: a Classic once, a Pro once more at the end, and first for an unknown token."""
    shown = screens.lines(in_words(transaction))
    if not wallet.model.pin_on_own_screen:
        yield from wallet.confirmed(shown, m.BUTTON_SIGN_TX)
        return
    call = transaction.contract if isinstance(transaction.contract, ContractCall) else None
    tokens = token_transfer(call) if call is not None else None
    if tokens is not None and tokens.token not in {address_bytes(token) for token in KNOWN_TOKENS}:
        yield from wallet.confirmed(screens.lines(("Unknown token",)), m.BUTTON_SIGN_TX)
    blind = call is not None and tokens is None
    yield from wallet.confirmed(shown, m.BUTTON_PROTECT_CALL if blind else m.BUTTON_SIGN_TX)
    if transaction.memo:
        yield from wallet.confirmed(screens.lines(("Data", transaction.memo.hex())), m.BUTTON_SIGN_TX)
    yield from wallet.confirmed(screens.lines(("Sign TRON transaction?",)), m.BUTTON_OTHER)


def _transaction(message: tron.TronSignTx, owner: bytes) -> Transaction:
    return Transaction(
        contract=_contract(message.contract, owner),
        ref_block_bytes=message.ref_block_bytes,
        ref_block_hash=message.ref_block_hash,
        expiration_ms=message.expiration,
        timestamp_ms=message.timestamp,
        fee_limit=message.fee_limit or 0,
        memo=message.data or b"",
    )


def _contract(contract: tron.Contract, owner: bytes) -> TrxTransfer | ContractCall:
    try:
        if contract.transfer is not None:
            return TrxTransfer(
                owner, address_bytes(contract.transfer.to_address or ""), contract.transfer.amount or 0
            )
        call = contract.trigger
        if call is None:
            raise Refusal(m.DATA_ERROR, "Invalid parameters")
        if call.data is None or len(call.data) < _SHORTEST_CALL:
            raise Refusal(m.DATA_ERROR, "Invalid TRON contract call data")
        return ContractCall(
            owner,
            address_bytes(call.contract_address or ""),
            call.data,
            call.call_value or 0,
            call.call_token_value or 0,
            call.asset_id or 0,
        )
    except BadInput as error:
        raise Refusal(m.DATA_ERROR, error.message) from None


def _check_path(wallet: Wallet, path: tuple[int, ...]) -> None:
    """Refuse as a Classic with strict checks does: m/44'/195'/account' and what follows."""
    begun = path[:2] == (HARDENED + 44, HARDENED + _COIN_TYPE)
    if not 3 <= len(path) <= DEEPEST or not begun or not path[2] & HARDENED:
        raise Refusal(m.DATA_ERROR, "Forbidden key path" if wallet.model.pin_on_own_screen else "Invalid path")


ANSWERS: dict[type[Message], Answer] = {tron.TronGetAddress: _get_address, tron.TronSignTx: _sign}
