"""Bitcoin's messages: type numbers, field numbers and types."""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw.messages import Path
from desktop.hw.wire.codec import Message

SPEND_ADDRESS, SPEND_WITNESS, SPEND_P2SH_WITNESS, SPEND_TAPROOT = 0, 3, 4, 5


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


TABLES: tuple[type[Message], ...] = (GetAddress, Address, SignMessage, MessageSignature)
