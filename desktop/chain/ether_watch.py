"""Payments of a chain's own coin to an address, which no node keeps a list of.

The balance after each block is compared: in a block where it rose, the transactions that pay the address are read. A
rise that no transaction of the block explains came out of a contract: it counts once somebody names the transaction.
Nodes keep the state of 128 blocks at least, many no more.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.chain import evm_forms as forms
from desktop.chain.chain_host import LATER
from desktop.chain.evm_node import EvmNode, Found, Head
from desktop.chain.json_rpc import NodeSaysNo
from desktop.custody.reports import COIN_ITSELF
from desktop.domain.errors import NetworkTrouble

STATE_BLOCKS = 120
_NO_STATE = "it keeps no state that old; a payment is seen once the exchange names its transaction"
_UNNAMED = "the balance rose in block {height} by a contract's payment that nobody has named yet"


class _Rise(msgspec.Struct, frozen=True):
    """What a block added to the balance beyond the transactions that pay the address straight (UTC ms)."""

    height: int
    units: int
    at_ms: int


class _Watched(msgspec.Struct, frozen=True):
    """What was read from one block on to another, and the balance after that."""

    first: int
    last: int
    balance: int
    found: tuple[Found, ...] = ()
    rises: tuple[_Rise, ...] = ()


class EtherWatch:
    """Find payments by one node. Engine thread. Raises as `EvmNode` does."""

    def __init__(self, node: EvmNode) -> None:
        self._node = node
        self._watched: dict[str, _Watched] = {}

    async def found(self, address: str, first: int, head: Head, named: Sequence[str]) -> list[Found]:
        """Return the payments from this block on, and those that `named` transactions make in any block.

        Raise NetworkTrouble where a payment may be there that cannot be seen, unless some other was found.
        """
        direct = [one for one in [await self._by_name(txid, address) for txid in named] if one is not None]
        try:
            seen, words = await self._risen(address, first, head)
        except NodeSaysNo:
            if not direct:
                raise
            return direct
        found = {(one.txid, one.place): one for one in (*direct, *seen.found)}
        for rise in seen.rises:
            inside = await self._named_in(rise, [txid for txid in named if (txid, COIN_ITSELF) not in found])
            if inside:
                found[inside, COIN_ITSELF] = Found(inside, COIN_ITSELF, rise.units, rise.height, rise.at_ms)
            words = words or ("" if inside else _UNNAMED.format(height=rise.height))
        if words and not found:
            raise NetworkTrouble(f"{self._node.host}: {words}", LATER)
        return list(found.values())

    async def _by_name(self, txid: str, address: str) -> Found | None:
        """Return what a transaction pays the address straight; None where it does not, failed, or is in no block."""
        transaction = await self._node.transaction(txid)
        if transaction is None or not forms.is_same_address(transaction.to, address):
            return None
        return await self._in_block(transaction)

    async def _in_block(self, transaction: forms.Transaction) -> Found | None:
        units, txid = forms.number(transaction.value), forms.hash_of(transaction.hash)
        receipt = await self._node.receipt(txid) if units else None
        if receipt is None or receipt.status != forms.SUCCEEDED:
            return None
        height = forms.number(receipt.block_number)
        block = await self._node.block(height)
        if block is None or block.hash != receipt.block_hash:
            return None
        return Found(txid, COIN_ITSELF, units, height, forms.number(block.timestamp) * 1000)

    async def _named_in(self, rise: _Rise, names: Sequence[str]) -> str:
        """Return which of these transactions made the rise: the only one that is in its block and succeeded."""
        inside = []
        for txid in names:
            receipt = await self._node.receipt(txid)
            if receipt is not None and receipt.status == forms.SUCCEEDED:
                inside += [txid] if forms.number(receipt.block_number) == rise.height else []
        return inside[0] if len(inside) == 1 else ""

    async def _risen(self, address: str, first: int, head: Head) -> tuple[_Watched, str]:
        """Return what is known up to the best block, and in words what could not be looked at."""
        known, gap = await self._known(address, first, head)
        now = await self._node.balance(address, head.tip)
        words = await self._gap_words(address, now) if gap else ""
        found, rises = list(known.found), list(known.rises)
        for height, before, after in await self._changes(address, (known.last, known.balance), (head.tip, now)):
            paid, rise = await self._explained(address, height, after - before)
            found += paid
            rises += [] if rise is None else [rise]
        seen = _Watched(known.first, head.tip, now, tuple(found), tuple(rises))
        if not gap:
            self._watched[address] = await self._settled(address, known, seen, head)
        return seen, words

    async def _settled(self, address: str, known: _Watched, seen: _Watched, head: Head) -> _Watched:
        """Return what needs not be read again: all up to the final block."""
        if head.final <= known.last:
            return known
        balance = await self._node.balance(address, head.final)
        found = tuple(one for one in seen.found if one.height <= head.final)
        return _Watched(
            seen.first, head.final, balance, found, tuple(one for one in seen.rises if one.height <= head.final)
        )

    async def _known(self, address: str, first: int, head: Head) -> tuple[_Watched, bool]:
        """Return what is known already, and whether blocks before it were never looked at."""
        known = self._watched.get(address)
        if known is not None and known.first <= first and known.last <= head.tip:
            return known, False
        try:
            return _Watched(first, first, await self._node.balance(address, first)), False
        except NodeSaysNo:
            oldest = max(first, head.tip - STATE_BLOCKS)
            return _Watched(oldest, oldest, await self._node.balance(address, oldest)), oldest > first

    async def _gap_words(self, address: str, now: int) -> str:
        if now == 0 and await self._node.sent_from(address) == 0:
            return ""  # nothing ever came here and stayed, and nothing ever left
        return _NO_STATE

    async def _changes(self, address: str, low: tuple[int, int], high: tuple[int, int]) -> list[tuple[int, int, int]]:
        """Return (block, balance before, balance after) for every block that changed the balance, by halving."""
        if low[1] == high[1]:
            return []
        if high[0] - low[0] == 1:
            return [(high[0], low[1], high[1])]
        middle = (low[0] + high[0]) // 2
        between = (middle, await self._node.balance(address, middle))
        return [*await self._changes(address, low, between), *await self._changes(address, between, high)]

    async def _explained(self, address: str, height: int, change: int) -> tuple[list[Found], _Rise | None]:
        """Return the transactions of a block that pay the address straight, and what they leave unexplained."""
        block = await self._node.full_block(height)
        if block is None:
            raise ValueError(f"there is no block {height}, whose balance was told")
        straight = [one for one in block.transactions if forms.is_same_address(one.to, address)]
        paid = [one for one in [await self._in_block(each) for each in straight] if one is not None]
        rest = change - sum(one.units for one in paid)
        # Below zero the wallet itself sent something in this block.
        return paid, _Rise(height, rest, forms.number(block.timestamp) * 1000) if rest > 0 else None
