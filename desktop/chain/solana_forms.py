"""What a Solana node tells, in the documented form of its JSON-RPC: slots, names of transactions, transactions. Pure.

Source: solana.com/docs/rpc. A transaction's own record says what it changed: balances before and after, of the coin
by the place of an account, of tokens with their mint and owner.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

MAIN_NET = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"
"""The name of the main network's first block."""

FINAL = "finalized"

T = TypeVar("T")


class Signature(msgspec.Struct, frozen=True, rename="camel"):
    """One transaction of an account; `err` is None where it succeeded."""

    signature: str
    slot: int
    err: Any = None
    block_time: int | None = None
    confirmation_status: str | None = None


class TokenAmount(msgspec.Struct, frozen=True):
    """An amount in the smallest unit, as text."""

    amount: str


class TokenBalance(msgspec.Struct, frozen=True, rename="camel"):
    """What a token account held; `owner` is the wallet."""

    account_index: int
    mint: str
    ui_token_amount: TokenAmount
    owner: str | None = None


class Loaded(msgspec.Struct, frozen=True):
    """Accounts that were taken from tables."""

    writable: list[str] = []
    readonly: list[str] = []


class Meta(msgspec.Struct, frozen=True, rename="camel"):
    """What a transaction changed."""

    pre_balances: list[int]
    post_balances: list[int]
    err: Any = None
    pre_token_balances: list[TokenBalance] | None = None
    post_token_balances: list[TokenBalance] | None = None
    loaded_addresses: Loaded | None = None


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """What was signed, as far as it is used."""

    account_keys: list[str]


class Signed(msgspec.Struct, frozen=True):
    """A transaction with its signatures; the first is its name."""

    signatures: list[str]
    message: Message


class Recorded(msgspec.Struct, frozen=True, rename="camel"):
    """A transaction as the chain has it."""

    slot: int
    transaction: Signed
    meta: Meta | None = None
    block_time: int | None = None


def read(raw: Any, form: type[T]) -> T:
    """Return the answer as this form. Raise msgspec.ValidationError (a ValueError), saying what is off."""
    return msgspec.convert(raw, form)


def coins_to(recorded: Recorded, address: str) -> int:
    """Return how many lamports the transaction left more at the address than before; never below 0.

    Raise ValueError where its record does not fit its accounts.
    """
    meta = _meta(recorded)
    loaded = meta.loaded_addresses or Loaded()
    keys = [*recorded.transaction.message.account_keys, *loaded.writable, *loaded.readonly]
    if not len(keys) == len(meta.pre_balances) == len(meta.post_balances):
        raise ValueError(f"{len(keys)} accounts with {len(meta.post_balances)} balances")
    if address not in keys:
        return 0
    place = keys.index(address)
    return max(0, meta.post_balances[place] - meta.pre_balances[place])


def tokens_to(recorded: Recorded, owner: str, mint: str) -> int:
    """Return how many units of the token the transaction left more with this owner than before; never below 0."""
    meta = _meta(recorded)
    after = _held(meta.post_token_balances, owner, mint)
    return max(0, after - _held(meta.pre_token_balances, owner, mint))


def _held(balances: list[TokenBalance] | None, owner: str, mint: str) -> int:
    return sum(_units(one.ui_token_amount.amount) for one in balances or () if (one.owner, one.mint) == (owner, mint))


def _units(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise ValueError(f"{text[:40]!r} is no amount")
    return int(text)


def _meta(recorded: Recorded) -> Meta:
    if recorded.meta is None:
        raise ValueError("a transaction without its record")
    return recorded.meta
