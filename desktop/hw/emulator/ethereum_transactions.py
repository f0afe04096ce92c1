"""How the emulated device signs Ethereum's transactions: data in pieces, screens, a signature by RFC 6979.

A Classic shows all screens after one ButtonRequest and then asks for the rest of the data; a Pro asks once more at
the end. Refusals are as the firmware of a Classic 1S gives them.
"""

from __future__ import annotations

from collections.abc import Generator

from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_text, parse_address
from desktop.domain.evm_signature import sign_digest
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.ethereum_accounts import account, check_path, has_own_number
from desktop.hw.emulator.flow import Answer, Flow, Key, Refusal, Step, Wallet, refuse_if_cancelled
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.transaction import AccessEntry, EvmTransaction, LegacyFee, MarketFee, signing_digest
from desktop.hw.ethereum.transaction_words import what_it_costs, what_it_does
from desktop.hw.wire.codec import Message

Request = e.LegacyRequest | e.FeeMarketRequest
Gathering = Generator[Message | None, Message | Key, bytes]

_LONGEST_DATA = 16_000_000
_FEE_BYTES = 30  # price and gas together: their product must not overflow
_LARGEST_FULL_V = 0xFFFFFFFF  # of the answer's field
_ADDRESS_SIZES = (0, 40, 42)
_LEGACY_RECOVERY = 27


def _sign(wallet: Wallet, message: Request) -> Flow:
    own = has_own_number(message)
    check_path(message.address_n)
    _check(message)
    first = message.data_initial_chunk or b""
    tx = _transaction(message, first)
    yield from wallet.opened()
    secret, signer = account(wallet, message.address_n)
    yield from _agreed(wallet, tx, signer, message.data_length or 0)
    data = yield from _gathered(first, message.data_length or 0, own)
    signature = sign_digest(secret, signing_digest(_transaction(message, data)))
    if wallet.model.letter == "T":
        yield from wallet.confirmed(screens.lines(("Confirm transaction?",)), m.BUTTON_OTHER)
    answer = e.TxRequestOneKey if own else e.TxRequest
    return answer(
        signature_v=_v(message, signature[64] - _LEGACY_RECOVERY),
        signature_r=signature[:32],
        signature_s=signature[32:64],
    )


def _agreed(wallet: Wallet, tx: EvmTransaction, signer: str, data_length: int) -> Step:
    whole = what_it_does(tx)
    if data_length > len(tx.data):
        whole = (*whole, f"of {data_length} bytes in all")
    yield from wallet.confirmed(screens.lines(("Sign transaction", *whole)), m.BUTTON_SIGN_TX)
    yield from wallet.further(screens.lines(("from", signer)))
    yield from wallet.further(screens.lines(what_it_costs(tx)))


def _gathered(data: bytes, length: int, own: bool) -> Gathering:
    """Ask for the rest of the data, a piece at a time."""
    while len(data) < length:
        wanted = min(e.LONGEST_CHUNK, length - len(data))
        event = yield e.TxRequestOneKey(data_length=wanted) if own else e.TxRequest(data_length=wanted)
        refuse_if_cancelled(event)
        if not isinstance(event, e.DataChunk):
            raise Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
        if len(event.data_chunk) > length - len(data):
            raise Refusal(m.DATA_ERROR, "Too much data")
        if not event.data_chunk:
            raise Refusal(m.DATA_ERROR, "Empty data chunk received")
        data += event.data_chunk
    return data


def _check(message: Request) -> None:
    length, first, to = message.data_length or 0, message.data_initial_chunk or b"", message.to or ""
    if message.chain_id == 0:
        raise Refusal(m.DATA_ERROR, "Chain ID out of bounds")
    if length and not first:
        raise Refusal(m.DATA_ERROR, "Data length provided, but no initial chunk")
    if length > _LONGEST_DATA:
        raise Refusal(m.DATA_ERROR, "Data length exceeds limit")
    if len(first) > length:
        raise Refusal(m.DATA_ERROR, "Invalid size of initial chunk")
    if len(to) not in _ADDRESS_SIZES or not to:  # this device creates no contracts
        raise Refusal(m.DATA_ERROR, "Safety check failed")
    for price in _prices(message):
        if len(price) + len(message.gas_limit) > _FEE_BYTES:
            raise Refusal(m.DATA_ERROR, "Safety check failed")


def _prices(message: Request) -> tuple[bytes, ...]:
    if isinstance(message, e.LegacyRequest):
        return (message.gas_price,)
    return (message.max_gas_fee, message.max_priority_fee)


def _transaction(message: Request, data: bytes) -> EvmTransaction:
    prices = tuple(int.from_bytes(price, "big") for price in _prices(message))
    access = message.access_list if isinstance(message, e.FeeMarketRequest) else ()
    return EvmTransaction(
        chain_id=message.chain_id,
        nonce=int.from_bytes(message.nonce or b"", "big"),
        gas=int.from_bytes(message.gas_limit, "big"),
        to=address_text(_address(message.to or "")),
        value=int.from_bytes(message.value or b"", "big"),
        fee=LegacyFee(*prices) if isinstance(message, e.LegacyRequest) else MarketFee(*prices),
        data=data,
        access_list=tuple(AccessEntry(_address(entry.address), entry.storage_keys) for entry in access),
    )


def _address(text: str) -> bytes:
    """Return the address's bytes; the device takes it with or without 0x and looks at no checksum."""
    try:
        return parse_address("0x" + text[-40:].lower())
    except BadInput:
        raise Refusal(m.DATA_ERROR, "Malformed address") from None


def _v(message: Request, recovery: int) -> int:
    if isinstance(message, e.FeeMarketRequest):
        return recovery
    full = message.chain_id * 2 + 35 + recovery
    return recovery if message.chain_id * 2 + 36 > _LARGEST_FULL_V else full


ANSWERS: dict[type[Message], Answer] = {
    e.SignTx: _sign,
    e.SignTxOneKey: _sign,
    e.SignTxEip1559: _sign,
    e.SignTxEip1559OneKey: _sign,
}
