"""What an Ethereum node tells, in the documented form of its JSON-RPC: blocks, transactions, receipts, logs. Pure.

Numbers are 0x-hex without leading zeros, data is 0x-hex of whole bytes. Source: the execution API specification.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from desktop.domain.evm_address import parse_address

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""The first topic of a token's Transfer(from, to, value): Keccak-256 of its signature (ERC-20)."""

SUCCEEDED = "0x1"
_WORD = 2 + 64
_MOST = 2**256

T = TypeVar("T")


class Block(msgspec.Struct, frozen=True, rename="camel"):
    """A block's head."""

    number: str
    hash: str
    timestamp: str


class Transaction(msgspec.Struct, frozen=True, rename="camel"):
    """A transaction; `to` is None where it makes a contract."""

    hash: str
    value: str
    to: str | None = None


class FullBlock(msgspec.Struct, frozen=True, rename="camel"):
    """A block with its transactions."""

    number: str
    hash: str
    timestamp: str
    transactions: list[Transaction]


class Log(msgspec.Struct, frozen=True, rename="camel"):
    """What a contract noted; topics and data are 32-byte words."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    transaction_hash: str
    removed: bool = False


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """What became of a transaction: `status` 0x1 if it succeeded, and what was noted meanwhile, in order."""

    transaction_hash: str
    block_hash: str
    block_number: str
    status: str
    logs: list[Log]


class TokenArrival(msgspec.Struct, frozen=True):
    """A token's transfer to the address: which transaction, in which block, smallest units."""

    txid: str
    height: int
    units: int


def read(raw: Any, form: type[T]) -> T:
    """Return the answer as this form. Raise ValueError, saying what is off."""
    return msgspec.convert(raw, form)


def number(text: object) -> int:
    """Return a 0x-hex number of 256 bits at most. Raise ValueError for what is none."""
    if not isinstance(text, str) or not text.startswith("0x") or not 3 <= len(text) <= _WORD or "_" in text:
        raise ValueError(f"{str(text)[:40]!r} is no number in 0x-hex")
    return int(text[2:], 16)


def quantity(value: int) -> str:
    """Return a number in 0x-hex."""
    return hex(value)


def word_of(address: str) -> str:
    """Return the address as a topic: 32 bytes, with zeros before it."""
    return f"0x{parse_address(address).hex():0>64}"


def hash_of(text: str) -> str:
    """Return the name of a transaction or block. Raise ValueError for what is none."""
    if len(text) != _WORD or not text.startswith("0x"):
        raise ValueError(f"{text[:80]!r} is no name of a transaction or block")
    int(text[2:], 16)
    return text.lower()


def is_same_address(told: str | None, address: str) -> bool:
    """Whether the node's text is this address (it writes small letters)."""
    return told is not None and told.lower() == address.lower()


def arrival_of(log: Log, contract: str, address: str) -> TokenArrival | None:
    """Return the transfer of this token to this address that the log tells of, or None where it tells of another.

    A token of another contract is never taken for it, nor is a transfer of nothing. Raise ValueError for a log that
    is not of the documented form.
    """
    if not is_same_address(log.address, contract) or log.removed or len(log.topics) != 3:
        return None
    if log.topics[0].lower() != TRANSFER or log.topics[2].lower() != word_of(address):
        return None
    if len(log.data) != _WORD:
        raise ValueError(f"a transfer of {contract} with {len(log.data)} digits of amount")
    units = number(log.data)
    if units == 0:
        return None
    return TokenArrival(hash_of(log.transaction_hash), number(log.block_number), units)


def places_of(receipt: Receipt, contract: str, address: str) -> list[tuple[int, int]]:
    """Return (place within the transaction, units) of each transfer of the token to the address, in order.

    A place within the transaction stays when the block is replaced. Raise ValueError as `arrival_of` does.
    """
    found = [(place, arrival_of(log, contract, address)) for place, log in enumerate(receipt.logs)]
    return [(place, arrival.units) for place, arrival in found if arrival is not None]
