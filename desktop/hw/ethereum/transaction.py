"""A transaction on one of Ethereum's chains: its fields, the bytes that are signed, and the signed bytes. Pure.

Sources: the yellow paper's appendix B (RLP), EIP-155 (legacy with chain id), EIP-2930 (access list), EIP-1559.
Amounts and prices are in wei.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.domain.evm_address import parse_address
from desktop.domain.keccak import keccak256

FEE_MARKET_TYPE = 2
_SHORT = 55
_BYTES_MARK, _LIST_MARK = 0x80, 0xC0

Item = int | bytes | Sequence["Item"]


class LegacyFee(msgspec.Struct, frozen=True):
    """One price for each unit of gas."""

    gas_price: int


class MarketFee(msgspec.Struct, frozen=True):
    """The most that is paid for a unit of gas, and what of it goes to the block's maker (EIP-1559)."""

    max_fee: int
    max_priority_fee: int


class AccessEntry(msgspec.Struct, frozen=True):
    """A contract (20 bytes) and the storage keys (32 bytes each) that a transaction announces."""

    address: bytes
    storage_keys: tuple[bytes, ...] = ()


class EvmTransaction(msgspec.Struct, frozen=True):
    """A transaction to be signed. `to` is an address with its checksum; `sender` "" if the maker named none."""

    chain_id: int
    nonce: int
    gas: int
    to: str
    value: int
    fee: LegacyFee | MarketFee
    data: bytes = b""
    access_list: tuple[AccessEntry, ...] = ()
    sender: str = ""

    @property
    def most_fee(self) -> int:
        """Return the most that the fee can be, in wei."""
        return self.gas * (self.fee.gas_price if isinstance(self.fee, LegacyFee) else self.fee.max_fee)


def signing_digest(tx: EvmTransaction) -> bytes:
    """Return the 32 bytes that the sender signs."""
    if isinstance(tx.fee, LegacyFee):
        return keccak256(rlp([*_legacy_fields(tx, tx.fee), tx.chain_id, 0, 0]))
    return keccak256(bytes([FEE_MARKET_TYPE]) + rlp(_market_fields(tx, tx.fee)))


def signed_bytes(tx: EvmTransaction, recovery: int, r: int, s: int) -> bytes:
    """Return the raw transaction that nodes take. `recovery` is 0 or 1; a legacy one carries it in v (EIP-155)."""
    if isinstance(tx.fee, LegacyFee):
        return rlp([*_legacy_fields(tx, tx.fee), tx.chain_id * 2 + 35 + recovery, r, s])
    return bytes([FEE_MARKET_TYPE]) + rlp([*_market_fields(tx, tx.fee), recovery, r, s])


def rlp(item: Item) -> bytes:
    """Return the bytes of a number (without leading zeros), of bytes, or of a list of such items."""
    if isinstance(item, int):
        item = big_endian(item)
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < _BYTES_MARK else _head(len(item), _BYTES_MARK) + item
    body = b"".join(map(rlp, item))
    return _head(len(body), _LIST_MARK) + body


def big_endian(number: int) -> bytes:
    """Return the number's bytes without leading zeros; 0 is empty."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _head(size: int, mark: int) -> bytes:
    if size <= _SHORT:
        return bytes([mark + size])
    length = big_endian(size)
    return bytes([mark + _SHORT + len(length)]) + length


def _legacy_fields(tx: EvmTransaction, fee: LegacyFee) -> list[Item]:
    return [tx.nonce, fee.gas_price, tx.gas, parse_address(tx.to), tx.value, tx.data]


def _market_fields(tx: EvmTransaction, fee: MarketFee) -> list[Item]:
    access: Item = [[entry.address, list(entry.storage_keys)] for entry in tx.access_list]
    heads: list[Item] = [tx.chain_id, tx.nonce, fee.max_priority_fee, fee.max_fee]
    return [*heads, tx.gas, parse_address(tx.to), tx.value, tx.data, access]
