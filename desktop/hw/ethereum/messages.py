"""Ethereum's messages: type numbers, field numbers and types.

Newer OneKey firmware has numbers of its own beside the plain ones; the fields are the same but for the network, that
the plain ones take as a signed definition and OneKey's as a bare chain id. Numbers are big-endian bytes without
leading zeros, 0 is empty.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw.messages import Path
from desktop.hw.wire.codec import Body, Message

UINT, INT, BYTES, STRING, BOOL, ADDRESS, ARRAY, STRUCT = range(1, 9)
"""Data types of a typed field."""

LONGEST_CHUNK = 1024


class AddressRequest(Message, frozen=True):
    address_n: Annotated[Path, 1] = ()
    show_display: Annotated[bool | None, 2] = None


class GetAddress(AddressRequest, frozen=True):
    number: ClassVar[int] = 56
    encoded_network: Annotated[bytes | None, 3] = None


class GetAddressOneKey(AddressRequest, frozen=True):
    number: ClassVar[int] = 20102
    chain_id: Annotated[int | None, 3, 64] = None


class AddressAnswer(Message, frozen=True):
    address: Annotated[str | None, 2] = None


class Address(AddressAnswer, frozen=True):
    number: ClassVar[int] = 57


class AddressOneKey(AddressAnswer, frozen=True):
    number: ClassVar[int] = 20103


class LegacyRequest(Message, frozen=True):
    gas_price: Annotated[bytes, 3]
    gas_limit: Annotated[bytes, 4]
    chain_id: Annotated[int, 9, 64]
    address_n: Annotated[Path, 1] = ()
    nonce: Annotated[bytes | None, 2] = None
    to: Annotated[str | None, 11] = None
    value: Annotated[bytes | None, 6] = None
    data_initial_chunk: Annotated[bytes | None, 7] = None
    data_length: Annotated[int | None, 8] = None
    tx_type: Annotated[int | None, 10] = None


class SignTx(LegacyRequest, frozen=True):
    number: ClassVar[int] = 58


class SignTxOneKey(LegacyRequest, frozen=True):
    number: ClassVar[int] = 20104


class AccessListEntry(Body, frozen=True):
    address: Annotated[str, 1]
    storage_keys: Annotated[tuple[bytes, ...], 2] = ()


class FeeMarketRequest(Message, frozen=True):
    nonce: Annotated[bytes, 2]
    max_gas_fee: Annotated[bytes, 3]
    max_priority_fee: Annotated[bytes, 4]
    gas_limit: Annotated[bytes, 5]
    value: Annotated[bytes, 7]
    data_length: Annotated[int, 9]
    chain_id: Annotated[int, 10, 64]
    address_n: Annotated[Path, 1] = ()
    to: Annotated[str | None, 6] = None
    data_initial_chunk: Annotated[bytes | None, 8] = None
    access_list: Annotated[tuple[AccessListEntry, ...], 11] = ()


class SignTxEip1559(FeeMarketRequest, frozen=True):
    number: ClassVar[int] = 452


class SignTxEip1559OneKey(FeeMarketRequest, frozen=True):
    number: ClassVar[int] = 20105


class TxAnswer(Message, frozen=True):
    data_length: Annotated[int | None, 1] = None
    signature_v: Annotated[int | None, 2] = None
    signature_r: Annotated[bytes | None, 3] = None
    signature_s: Annotated[bytes | None, 4] = None


class TxRequest(TxAnswer, frozen=True):
    number: ClassVar[int] = 59


class TxRequestOneKey(TxAnswer, frozen=True):
    number: ClassVar[int] = 20106


class DataChunk(Message, frozen=True):
    data_chunk: Annotated[bytes, 1]


class TxAck(DataChunk, frozen=True):
    number: ClassVar[int] = 60


class TxAckOneKey(DataChunk, frozen=True):
    number: ClassVar[int] = 20107


class MessageRequest(Message, frozen=True):
    message: Annotated[bytes, 2]
    address_n: Annotated[Path, 1] = ()


class SignMessage(MessageRequest, frozen=True):
    number: ClassVar[int] = 64
    encoded_network: Annotated[bytes | None, 3] = None


class SignMessageOneKey(MessageRequest, frozen=True):
    number: ClassVar[int] = 20108
    chain_id: Annotated[int | None, 3, 64] = None


class MessageAnswer(Message, frozen=True):
    signature: Annotated[bytes, 2]
    address: Annotated[str, 3]


class MessageSignature(MessageAnswer, frozen=True):
    number: ClassVar[int] = 66


class MessageSignatureOneKey(MessageAnswer, frozen=True):
    number: ClassVar[int] = 20110


class TypedDataRequest(Message, frozen=True):
    primary_type: Annotated[str, 2]
    address_n: Annotated[Path, 1] = ()
    metamask_v4_compat: Annotated[bool | None, 3] = None


class SignTypedData(TypedDataRequest, frozen=True):
    number: ClassVar[int] = 464


class SignTypedDataOneKey(TypedDataRequest, frozen=True):
    number: ClassVar[int] = 20111
    chain_id: Annotated[int | None, 4, 64] = None


class StructQuestion(Message, frozen=True):
    name: Annotated[str, 1]


class StructRequest(StructQuestion, frozen=True):
    number: ClassVar[int] = 465


class StructRequestOneKey(StructQuestion, frozen=True):
    number: ClassVar[int] = 20112


class FieldType(Body, frozen=True):
    """`size`: bytes of integers and fixed bytes, elements of fixed arrays, members of structs; else None."""

    data_type: Annotated[int, 1]
    size: Annotated[int | None, 2] = None
    entry_type: Annotated[FieldType | None, 3] = None
    struct_name: Annotated[str | None, 4] = None


class StructMember(Body, frozen=True):
    type: Annotated[FieldType, 1]
    name: Annotated[str, 2]


class StructAnswer(Message, frozen=True):
    members: Annotated[tuple[StructMember, ...], 1] = ()


class StructAck(StructAnswer, frozen=True):
    number: ClassVar[int] = 466


class StructAckOneKey(StructAnswer, frozen=True):
    number: ClassVar[int] = 20113


class ValueQuestion(Message, frozen=True):
    """`member_path`: 0 the domain or 1 the message, then the places of members and elements."""

    member_path: Annotated[tuple[int, ...], 1] = ()


class ValueRequest(ValueQuestion, frozen=True):
    number: ClassVar[int] = 467


class ValueRequestOneKey(ValueQuestion, frozen=True):
    number: ClassVar[int] = 20114


class ValueAnswer(Message, frozen=True):
    value: Annotated[bytes, 1]


class ValueAck(ValueAnswer, frozen=True):
    number: ClassVar[int] = 468


class ValueAckOneKey(ValueAnswer, frozen=True):
    number: ClassVar[int] = 20115


class TypedDataAnswer(Message, frozen=True):
    signature: Annotated[bytes, 1]
    address: Annotated[str, 2]


class TypedDataSignature(TypedDataAnswer, frozen=True):
    number: ClassVar[int] = 469


class TypedDataSignatureOneKey(TypedDataAnswer, frozen=True):
    number: ClassVar[int] = 20116


class TypedHashRequest(Message, frozen=True):
    domain_separator_hash: Annotated[bytes, 2]
    address_n: Annotated[Path, 1] = ()
    message_hash: Annotated[bytes | None, 3] = None


class SignTypedHash(TypedHashRequest, frozen=True):
    number: ClassVar[int] = 470
    encoded_network: Annotated[bytes | None, 4] = None


class SignTypedHashOneKey(TypedHashRequest, frozen=True):
    number: ClassVar[int] = 20117
    chain_id: Annotated[int | None, 4, 64] = None


class SafeRequest(Message, frozen=True):
    """A large device asks for a Safe's transaction whole, instead of field by field."""

    number: ClassVar[int] = 20119


class SafeAck(Message, frozen=True):
    """`operation`: 0 a call, 1 a delegate call."""

    number: ClassVar[int] = 20118
    to: Annotated[str, 1]
    value: Annotated[bytes, 2]
    operation: Annotated[int, 4]
    safe_tx_gas: Annotated[bytes, 5]
    base_gas: Annotated[bytes, 6]
    gas_price: Annotated[bytes, 7]
    gas_token: Annotated[str, 8]
    refund_receiver: Annotated[str, 9]
    nonce: Annotated[bytes, 10]
    chain_id: Annotated[int, 11, 64]
    verifying_contract: Annotated[str, 12]
    data: Annotated[bytes | None, 3] = None


TABLES: tuple[type[Message], ...] = (
    GetAddress, GetAddressOneKey, Address, AddressOneKey, SignTx, SignTxOneKey, SignTxEip1559, SignTxEip1559OneKey,
    TxRequest, TxRequestOneKey, TxAck, TxAckOneKey, SignMessage, SignMessageOneKey, MessageSignature,
    MessageSignatureOneKey, SignTypedData, SignTypedDataOneKey, StructRequest, StructRequestOneKey, StructAck,
    StructAckOneKey, ValueRequest, ValueRequestOneKey, ValueAck, ValueAckOneKey, TypedDataSignature,
    TypedDataSignatureOneKey, SignTypedHash, SignTypedHashOneKey, SafeRequest, SafeAck,
)  # fmt: skip
