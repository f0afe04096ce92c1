"""TRON transactions in the JSON that nodes give, read into what is signed. Pure.

Where the node's own bytes (`raw_data_hex`) or hash (`txID`) stand beside it, they must be those of what was read.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from desktop.domain.errors import BadInput
from desktop.domain.tron_address import address_bytes
from desktop.hw.tron.transaction import ContractCall, Transaction, TrxTransfer, serialized

LONGEST_MEMO = 200  # what a Classic 1S takes
LONGEST_CALL = 900  # some firmware puts a whole call together in 1024 bytes
_SHORTEST_CALL = 4
_URL = "type.googleapis.com/protocol."

_Amount = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Positive = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class _Transfer(Struct, forbid_unknown_fields=True):
    owner_address: str
    to_address: str
    amount: _Positive


class _Trigger(Struct, forbid_unknown_fields=True):
    owner_address: str
    contract_address: str
    data: str = ""
    call_value: _Amount = 0
    call_token_value: _Amount = 0
    token_id: _Amount = 0


class _Parameter(Struct, forbid_unknown_fields=True):
    value: dict[str, Any]
    type_url: str


class _Contract(Struct, forbid_unknown_fields=True):
    parameter: _Parameter
    type: str
    permission: _Amount = msgspec.field(default=0, name="Permission_id")


class _RawData(Struct, forbid_unknown_fields=True):
    contract: Annotated[list[_Contract], Meta(min_length=1, max_length=1)]
    ref_block_bytes: str
    ref_block_hash: str
    expiration: _Positive
    timestamp: _Positive
    fee_limit: _Amount = 0
    data: str = ""


class _Given(Struct):
    raw_data: _RawData
    visible: bool = False
    transaction_id: str = msgspec.field(default="", name="txID")
    raw_data_hex: str = ""


def read_transaction(text: bytes) -> Transaction:
    """Return the transaction that a node's JSON holds: alone, as `transaction` of an answer, or as bare `raw_data`.

    Raise BadInput naming the byte or the field that is off, and for every kind of contract but TransferContract and
    TriggerSmartContract.
    """
    given = _given(text)
    raw = given.raw_data
    transaction = Transaction(
        contract=_contract(raw.contract[0]),
        ref_block_bytes=_hex(raw.ref_block_bytes, "ref_block_bytes", 2),
        ref_block_hash=_hex(raw.ref_block_hash, "ref_block_hash", 8),
        expiration_ms=raw.expiration,
        timestamp_ms=raw.timestamp,
        fee_limit=raw.fee_limit,
        memo=_memo(raw.data, visible=given.visible),
    )
    _check_against(given, serialized(transaction))
    return transaction


def _given(text: bytes) -> _Given:
    try:
        whole = msgspec.json.decode(text)
        if isinstance(whole, dict) and isinstance(whole.get("transaction"), dict):
            whole = whole["transaction"]
        if isinstance(whole, dict) and "raw_data" not in whole and "contract" in whole:
            whole = {"raw_data": whole}
        return msgspec.convert(whole, _Given, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _off(error) from None


def _contract(given: _Contract) -> TrxTransfer | ContractCall:
    kind = given.type
    if given.parameter.type_url != _URL + kind:
        raise BadInput(f"the contract is called {kind} and {given.parameter.type_url}", where="raw_data.contract[0]")
    if kind not in ("TransferContract", "TriggerSmartContract"):
        raise BadInput(
            f"{kind} is not signed here", "Only TransferContract and TriggerSmartContract are.", where="type"
        )
    if given.permission:
        raise BadInput(
            f"permission {given.permission} belongs to a shared account", "Sign it elsewhere.", where="Permission_id"
        )
    try:
        if kind == "TransferContract":
            return _transfer(msgspec.convert(given.parameter.value, _Transfer, strict=False))
        return _call(msgspec.convert(given.parameter.value, _Trigger, strict=False))
    except msgspec.ValidationError as error:
        raise _off(error, "raw_data.contract[0].parameter.value") from None


def _transfer(value: _Transfer) -> TrxTransfer:
    return TrxTransfer(
        _address(value.owner_address, "owner_address"), _address(value.to_address, "to_address"), value.amount
    )


def _call(value: _Trigger) -> ContractCall:
    data = _hex(value.data.removeprefix("0x"), "data")
    if not _SHORTEST_CALL <= len(data) <= LONGEST_CALL:
        raise BadInput(
            f"the call has {len(data)} bytes", f"The wallet takes {_SHORTEST_CALL} to {LONGEST_CALL}.", where="data"
        )
    if bool(value.call_token_value) != bool(value.token_id):
        raise BadInput("call_token_value and token_id need each other", "Give both or none.", where="token_id")
    return ContractCall(
        owner=_address(value.owner_address, "owner_address"),
        contract=_address(value.contract_address, "contract_address"),
        data=data,
        call_value=value.call_value,
        token_value=value.call_token_value,
        token_id=value.token_id,
    )


def _address(text: str, field: str) -> bytes:
    try:
        return address_bytes(text)
    except BadInput as error:
        raise BadInput(error.message, error.remedy, where=field) from None


def _memo(text: str, *, visible: bool) -> bytes:
    try:
        memo = bytes.fromhex(text)
    except ValueError:
        if not visible:
            raise BadInput("the memo is not hex", "Nodes give it in hex digits.", where="data") from None
        memo = text.encode(errors="replace")
    if len(memo) > LONGEST_MEMO:
        raise BadInput(f"the memo has {len(memo)} bytes", f"The wallet takes {LONGEST_MEMO}.", where="data")
    return memo


def _hex(text: str, field: str, size: int | None = None) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = None
    if found is None or size not in (None, len(found)):
        raise BadInput(f"{text[:80]!r} is not {size or 'any'} bytes in hex digits", where=field)
    return found


def _check_against(given: _Given, ours: bytes) -> None:
    if given.raw_data_hex:
        theirs = _hex(given.raw_data_hex, "raw_data_hex")
        if theirs != ours:
            place = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), len(ours))
            raise BadInput(
                f"byte {place} is not that of the transaction in raw_data", "Get it anew.", where="raw_data_hex"
            )
    if given.transaction_id and given.transaction_id.lower() != hashlib.sha256(ours).hexdigest():
        raise BadInput("it is not the hash of the transaction in raw_data", "Get it anew.", where="txID")


def _off(error: Exception, where: str = "") -> BadInput:
    return BadInput(
        f"this is no TRON transaction: {error}", "Give the JSON that a TRON node answers, with raw_data.", where=where
    )
