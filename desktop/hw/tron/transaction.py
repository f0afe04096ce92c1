"""TRON transactions: what they say, and the bytes that are signed. Pure.

The bytes are protocol buffers in their canonical form: fields in the order of their numbers, zeros left out. Here
addresses are 21 bytes, TRX amounts are in sun (millionths), times are UTC milliseconds. Source of the field numbers:
github.com/tronprotocol/protocol, core/Tron.proto and core/contract.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from desktop.hw.wire.codec import Body, encoded

SUN_DECIMALS = 6
_TYPE_URL = "type.googleapis.com/protocol."


class TrxTransfer(msgspec.Struct, frozen=True):
    """Sends TRX."""

    owner: bytes
    to: bytes
    sun: int


class ContractCall(msgspec.Struct, frozen=True):
    """Calls a contract with `data`; `call_value` sun and `token_value` of the TRC-10 token `token_id` go along."""

    owner: bytes
    contract: bytes
    data: bytes
    call_value: int = 0
    token_value: int = 0
    token_id: int = 0


class Transaction(msgspec.Struct, frozen=True):
    """A transaction of one contract. `fee_limit` 0 and an empty `memo` stand for none."""

    contract: TrxTransfer | ContractCall
    ref_block_bytes: bytes
    ref_block_hash: bytes
    expiration_ms: int
    timestamp_ms: int
    fee_limit: int = 0
    memo: bytes = b""


class TokenTransfer(msgspec.Struct, frozen=True):
    """A TRC-20 transfer: `amount` is in the token's smallest unit."""

    token: bytes
    to: bytes
    amount: int


class _Transfer(Body, frozen=True):
    owner_address: Annotated[bytes, 1]
    to_address: Annotated[bytes, 2]
    amount: Annotated[int | None, 3, 64]


class _Trigger(Body, frozen=True):
    owner_address: Annotated[bytes, 1]
    contract_address: Annotated[bytes, 2]
    call_value: Annotated[int | None, 3, 64]
    data: Annotated[bytes | None, 4]
    call_token_value: Annotated[int | None, 5, 64]
    token_id: Annotated[int | None, 6, 64]


class _Any(Body, frozen=True):
    type_url: Annotated[str, 1]
    value: Annotated[bytes, 2]


class _Contract(Body, frozen=True):
    type: Annotated[int, 1]
    parameter: Annotated[_Any, 2]


class _Raw(Body, frozen=True):
    ref_block_bytes: Annotated[bytes, 1]
    ref_block_hash: Annotated[bytes, 4]
    expiration: Annotated[int, 8, 64]
    data: Annotated[bytes | None, 10]
    contract: Annotated[_Contract, 11]
    timestamp: Annotated[int, 14, 64]
    fee_limit: Annotated[int | None, 18, 64]


_TRANSFER_TYPE, _TRIGGER_TYPE = 1, 31
_TOKEN_CALL = bytes.fromhex("a9059cbb") + bytes(12)  # transfer(address,uint256), and the padding of the address
_TOKEN_CALL_SIZE = 4 + 32 + 32


def serialized(transaction: Transaction) -> bytes:
    """Return the bytes that are hashed with SHA-256 and signed."""
    return encoded(
        _Raw(
            ref_block_bytes=transaction.ref_block_bytes,
            ref_block_hash=transaction.ref_block_hash,
            expiration=transaction.expiration_ms,
            data=transaction.memo or None,
            contract=_contract(transaction.contract),
            timestamp=transaction.timestamp_ms,
            fee_limit=transaction.fee_limit or None,
        )
    )


def token_transfer(call: ContractCall) -> TokenTransfer | None:
    """Return the token transfer that the call makes and nothing else, or None if it is another call."""
    other_value = call.call_value or call.token_value
    if other_value or len(call.data) != _TOKEN_CALL_SIZE or not call.data.startswith(_TOKEN_CALL):
        return None
    return TokenTransfer(call.contract, b"\x41" + call.data[16:36], int.from_bytes(call.data[36:], "big"))


def _contract(contract: TrxTransfer | ContractCall) -> _Contract:
    match contract:
        case TrxTransfer():
            body: Body = _Transfer(contract.owner, contract.to, contract.sun or None)
            return _Contract(_TRANSFER_TYPE, _Any(_TYPE_URL + "TransferContract", encoded(body)))
        case ContractCall():
            body = _Trigger(
                contract.owner,
                contract.contract,
                contract.call_value or None,
                contract.data or None,
                contract.token_value or None,
                contract.token_id or None,
            )
            return _Contract(_TRIGGER_TYPE, _Any(_TYPE_URL + "TriggerSmartContract", encoded(body)))
