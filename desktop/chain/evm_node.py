"""One node of an EVM chain, asked for heads, blocks, receipts, logs and balances in their documented forms."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from desktop.chain import evm_forms as forms
from desktop.chain.chain_host import LATER
from desktop.chain.json_rpc import JsonRpc
from desktop.domain.errors import NetworkTrouble

_NOT_FINAL = -1

T = TypeVar("T")


class Head(msgspec.Struct, frozen=True):
    """The best block and its time (UTC ms), and the highest block that is final; -1 where none is yet."""

    tip: int
    at_ms: int
    final: int


class Found(msgspec.Struct, frozen=True):
    """A payment in a block (UTC ms), without what the head of the chain says about it."""

    txid: str
    place: int
    units: int
    height: int
    at_ms: int


class EvmNode:
    """Ask a node of this chain. Engine thread.

    Raises NetworkTrouble; ValueError or msgspec.ValidationError where an answer is not of the documented form.
    """

    def __init__(self, rpc: JsonRpc, chain_id: int) -> None:
        self._rpc, self._chain_id = rpc, chain_id
        self._is_checked = False
        self.host = rpc.host.host

    async def head(self) -> Head:
        """Return where the chain stands. Raise NetworkTrouble for a node of another chain."""
        if not self._is_checked:
            told = forms.number(await self._rpc.ask("eth_chainId"))
            if told != self._chain_id:
                words = f"{self.host} is a node of chain {told}, not of chain {self._chain_id}"
                raise NetworkTrouble(words, "Name another node in the settings.")
            self._is_checked = True
        best = _as(await self._rpc.ask("eth_getBlockByNumber", "latest", False), forms.Block)
        if best is None:
            raise NetworkTrouble(f"{self.host} has no block yet", LATER)
        final = _as(await self._rpc.ask("eth_getBlockByNumber", "finalized", False), forms.Block)
        height = _NOT_FINAL if final is None else forms.number(final.number)
        tip = forms.number(best.number)
        if height > tip:
            raise ValueError(f"block {height} is final and the best block is {tip}")
        return Head(tip, forms.number(best.timestamp) * 1000, height)

    async def block(self, height: int) -> forms.Block | None:
        """Return the head of the block of this height, None where the node has none."""
        return _as(await self._rpc.ask("eth_getBlockByNumber", forms.quantity(height), False), forms.Block)

    async def full_block(self, height: int) -> forms.FullBlock | None:
        """Return the block of this height with its transactions, None where the node has none."""
        return _as(await self._rpc.ask("eth_getBlockByNumber", forms.quantity(height), True), forms.FullBlock)

    async def receipt(self, txid: str) -> forms.Receipt | None:
        """Return what became of a transaction, None while it is in no block."""
        receipt = _as(await self._rpc.ask("eth_getTransactionReceipt", txid), forms.Receipt)
        if receipt is not None and receipt.transaction_hash.lower() != txid.lower():
            raise ValueError(f"the receipt of another transaction than {txid}")
        return receipt

    async def transaction(self, txid: str) -> forms.Transaction | None:
        """Return a transaction, None where the node knows none of this name."""
        transaction = _as(await self._rpc.ask("eth_getTransactionByHash", txid), forms.Transaction)
        if transaction is not None and transaction.hash.lower() != txid.lower():
            raise ValueError(f"another transaction than {txid}")
        return transaction

    async def transfers(self, contract: str, address: str, first: int, last: int) -> list[forms.Log]:
        """Return what the token's contract noted of transfers to the address, from one block to another inclusive."""
        asked = {
            "address": contract,
            "topics": [forms.TRANSFER, None, forms.word_of(address)],
            "fromBlock": forms.quantity(first),
            "toBlock": forms.quantity(last),
        }
        return forms.read(await self._rpc.ask("eth_getLogs", asked), list[forms.Log])

    async def balance(self, address: str, height: int) -> int:
        """Return the balance after the block of this height. Raise NodeSaysNo where its state is kept no more."""
        return forms.number(await self._rpc.ask("eth_getBalance", address, forms.quantity(height)))

    async def program_at(self, address: str) -> str:
        """Return the program that lies at the address, in hex; "" where it is a plain account."""
        told = await self._rpc.ask("eth_getCode", address, "latest")
        if not isinstance(told, str) or not told.startswith("0x"):
            raise ValueError(f"{str(told)[:40]!r} is no program")
        return told[2:]

    async def sent_from(self, address: str) -> int:
        """Return how many transactions this address has sent."""
        return forms.number(await self._rpc.ask("eth_getTransactionCount", address, "latest"))


def _as(raw: Any, form: type[T]) -> T | None:
    return None if raw is None else forms.read(raw, form)
