"""Bitcoin's messages: type numbers, field numbers and types."""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw.messages import Path
from desktop.hw.wire.codec import Body, Message

SPEND_ADDRESS, SPEND_EXTERNAL, SPEND_WITNESS, SPEND_P2SH_WITNESS, SPEND_TAPROOT = 0, 2, 3, 4, 5
PAY_ADDRESS, PAY_OP_RETURN, PAY_WITNESS, PAY_P2SH_WITNESS, PAY_TAPROOT = 0, 3, 4, 5, 6
TX_INPUT, TX_OUTPUT, TX_META, TX_FINISHED = 0, 1, 2, 3


class GetAddress(Message, frozen=True):
    number: ClassVar[int] = 29
    address_n: Annotated[Path, 1] = ()
    coin_name: Annotated[str | None, 2] = None
    show_display: Annotated[bool | None, 3] = None
    script_type: Annotated[int | None, 5] = None


class Address(Message, frozen=True):
    number: ClassVar[int] = 30
    address: Annotated[str, 1]


class SignMessage(Message, frozen=True):
    number: ClassVar[int] = 38
    message: Annotated[bytes, 2]
    address_n: Annotated[Path, 1] = ()
    coin_name: Annotated[str | None, 3] = None
    script_type: Annotated[int | None, 4] = None


class MessageSignature(Message, frozen=True):
    number: ClassVar[int] = 40
    address: Annotated[str, 1]
    signature: Annotated[bytes, 2]


class SignTx(Message, frozen=True):
    number: ClassVar[int] = 15
    outputs_count: Annotated[int, 1]
    inputs_count: Annotated[int, 2]
    coin_name: Annotated[str | None, 3] = None
    version: Annotated[int | None, 4] = None
    lock_time: Annotated[int | None, 5] = None
    amount_unit: Annotated[int | None, 11] = None
    serialize: Annotated[bool | None, 13] = None


class TxRequestDetails(Body, frozen=True):
    request_index: Annotated[int | None, 1] = None
    tx_hash: Annotated[bytes | None, 2] = None
    extra_data_len: Annotated[int | None, 3] = None
    extra_data_offset: Annotated[int | None, 4] = None


class TxRequestSerialized(Body, frozen=True):
    signature_index: Annotated[int | None, 1] = None
    signature: Annotated[bytes | None, 2] = None
    serialized_tx: Annotated[bytes | None, 3] = None


class TxRequest(Message, frozen=True):
    number: ClassVar[int] = 21
    request_type: Annotated[int | None, 1] = None
    details: Annotated[TxRequestDetails | None, 2] = None
    serialized: Annotated[TxRequestSerialized | None, 3] = None


class TxInput(Body, frozen=True):
    prev_hash: Annotated[bytes, 2]
    prev_index: Annotated[int, 3]
    address_n: Annotated[Path, 1] = ()
    script_sig: Annotated[bytes | None, 4] = None
    sequence: Annotated[int | None, 5] = None
    script_type: Annotated[int | None, 6] = None
    amount: Annotated[int | None, 8, 64] = None
    script_pubkey: Annotated[bytes | None, 19] = None


class TxBinOutput(Body, frozen=True):
    amount: Annotated[int, 1, 64]
    script_pubkey: Annotated[bytes, 2]


class TxOutput(Body, frozen=True):
    amount: Annotated[int, 3, 64]
    address: Annotated[str | None, 1] = None
    address_n: Annotated[Path, 2] = ()
    script_type: Annotated[int | None, 4] = None
    op_return_data: Annotated[bytes | None, 6] = None


class TransactionPart(Body, frozen=True):
    """A piece of a transaction, as it was asked for: its head, one input, or one output."""

    version: Annotated[int | None, 1] = None
    inputs: Annotated[tuple[TxInput, ...], 2] = ()
    bin_outputs: Annotated[tuple[TxBinOutput, ...], 3] = ()
    lock_time: Annotated[int | None, 4] = None
    outputs: Annotated[tuple[TxOutput, ...], 5] = ()
    inputs_cnt: Annotated[int | None, 6] = None
    outputs_cnt: Annotated[int | None, 7] = None


class TxAck(Message, frozen=True):
    number: ClassVar[int] = 22
    tx: Annotated[TransactionPart, 1]


TABLES: tuple[type[Message], ...] = (GetAddress, Address, SignMessage, MessageSignature, SignTx, TxRequest, TxAck)
