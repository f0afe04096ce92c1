"""TRON's messages: type numbers, field numbers and types. The numbers are OneKey's own, not Trezor's."""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw.messages import Path
from desktop.hw.wire.codec import Body, Message


class TronGetAddress(Message, frozen=True):
    number: ClassVar[int] = 10501
    address_n: Annotated[Path, 1] = ()
    show_display: Annotated[bool | None, 2] = None


class TronAddress(Message, frozen=True):
    number: ClassVar[int] = 10502
    address: Annotated[str | None, 1] = None


class Transfer(Body, frozen=True):
    """Sends TRX: the recipient in base 58, the amount in sun."""

    to_address: Annotated[str | None, 2] = None
    amount: Annotated[int | None, 3, 64] = None


class Trigger(Body, frozen=True):
    """Calls a contract: its address in base 58, what is sent along in sun, the call's data."""

    contract_address: Annotated[str | None, 2] = None
    call_value: Annotated[int | None, 3, 64] = None
    data: Annotated[bytes | None, 4] = None
    call_token_value: Annotated[int | None, 5, 64] = None
    asset_id: Annotated[int | None, 6, 64] = None


class Contract(Body, frozen=True):
    transfer: Annotated[Transfer | None, 2] = None
    trigger: Annotated[Trigger | None, 31] = None


class TronSignTx(Message, frozen=True):
    number: ClassVar[int] = 10503
    ref_block_bytes: Annotated[bytes, 2]
    ref_block_hash: Annotated[bytes, 3]
    expiration: Annotated[int, 4, 64]
    contract: Annotated[Contract, 6]
    timestamp: Annotated[int, 7, 64]
    address_n: Annotated[Path, 1] = ()
    data: Annotated[bytes | None, 5] = None
    fee_limit: Annotated[int | None, 8, 64] = None


class TronSignedTx(Message, frozen=True):
    number: ClassVar[int] = 10504
    signature: Annotated[bytes, 1]
    serialized_tx: Annotated[bytes | None, 2] = None


TABLES: tuple[type[Message], ...] = (TronGetAddress, TronAddress, TronSignTx, TronSignedTx)
