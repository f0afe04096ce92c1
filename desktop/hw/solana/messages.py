"""Solana's messages: type numbers, field numbers and types. The numbers are OneKey's own, not Trezor's."""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw.messages import Path
from desktop.hw.wire.codec import Body, Message


class SolanaGetAddress(Message, frozen=True):
    number: ClassVar[int] = 10100
    address_n: Annotated[Path, 1] = ()
    show_display: Annotated[bool | None, 2] = None


class SolanaAddress(Message, frozen=True):
    number: ClassVar[int] = 10101
    address: Annotated[str, 1]


class TokenAccountDetails(Body, frozen=True):
    """Whose token account an account of the message is, all in base 58, so that the device can show the wallet."""

    owner_address: Annotated[str, 1]
    program_id: Annotated[str, 2]
    mint_address: Annotated[str, 3]
    associated_token_address: Annotated[str, 4]


class ExtraInfo(Body, frozen=True):
    token_accounts: Annotated[tuple[TokenAccountDetails, ...], 1] = ()


class SolanaSignTx(Message, frozen=True):
    number: ClassVar[int] = 10102
    raw_tx: Annotated[bytes, 2]
    address_n: Annotated[Path, 1] = ()
    extra_info: Annotated[ExtraInfo | None, 3] = None


class SolanaSignedTx(Message, frozen=True):
    number: ClassVar[int] = 10103
    signature: Annotated[bytes, 1]


TABLES: tuple[type[Message], ...] = (SolanaGetAddress, SolanaAddress, SolanaSignTx, SolanaSignedTx)
