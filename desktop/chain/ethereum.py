"""Ethereum as a node tells it by JSON-RPC (public ones, or the person's own).

A token's payment is read from its contract's logs and the receipt of their transaction, never from a balance. A
payment of ether leaves no log: it is read from the transaction that makes it, found by its name or by the block in
which the balance rose.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
import msgspec

from desktop.chain import evm_forms as forms
from desktop.chain.chain_host import ChainHost
from desktop.chain.ether_watch import EtherWatch
from desktop.chain.evm_node import EvmNode, Found, Head
from desktop.chain.json_rpc import JsonRpc
from desktop.domain.chains import ETHEREUM, asset_of
from desktop.engine.ports import Payment

LIVE_SOURCES: tuple[tuple[str, str], ...] = (
    ("publicnode.com", "https://ethereum-rpc.publicnode.com"),
    ("llamarpc.com", "https://eth.llamarpc.com"),
)

SLOT_SECONDS = 12.0
BLOCKS_AT_ONCE = 1_000
_MOST_BLOCKS = 100_000
_PROGRAM = "a program lies at this address, which may pass on whatever arrives"

T = TypeVar("T")


class _Read(msgspec.Struct, frozen=True):
    """What was read of a token and address, from one block to another, which is final."""

    first: int
    last: int
    found: tuple[Found, ...]


class EvmSource:
    """One independent view of Ethereum (`engine.ports.ChainSource`). Every question reads. Engine thread.

    `base_url` may hold a key in its path: it stands in no message. `slot_seconds`: the least time between blocks,
    `gap_seconds` between questions. Logs are asked for `blocks_at_once`.
    Raises NetworkTrouble, naming the host, when it does not answer as documented or is a node of another chain.
    """

    chain = ETHEREUM.id

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        chain_id: int = 1,
        slot_seconds: float = SLOT_SECONDS,
        contracts: dict[str, str] | None = None,
        proxy: str = "",
        gap_seconds: float = 0.0,
        blocks_at_once: int = BLOCKS_AT_ONCE,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        host = ChainHost(base_url, proxy=proxy, gap_seconds=gap_seconds, transport=transport, monotonic=monotonic)
        self._host, self._node = host, EvmNode(JsonRpc(host), chain_id)
        self._slot_seconds, self._blocks_at_once = slot_seconds, blocks_at_once
        self._contracts = contracts or {}
        self._read: dict[tuple[str, str], _Read] = {}
        self._first_blocks: dict[int, int] = {}
        self._ether = EtherWatch(self._node)

    async def payments_to(
        self, address: str, *, coin: str = "", since_ms: int = 0, named: Sequence[str] = ()
    ) -> list[Payment]:
        """Return the payments of the coin to this address in blocks since then, newest first.

        `named` are transactions that are said to pay it. Raises NetworkTrouble as well where it could not see a
        payment of ether that may be there: silence is never taken for 'nothing there'.
        """
        contract = self._contracts.get(coin, asset_of(self.chain, coin or ETHEREUM.coin).contract)
        return await self._documented(lambda: self._payments(address, contract, since_ms, named))

    async def why_not_pay(self, address: str) -> str:
        """Return in words that a program lies at the address: it is a contract, or acts for the key (EIP-7702)."""

        async def asked() -> str:
            await self._node.head()  # of the right chain?
            return await self._node.program_at(address)

        return _PROGRAM if await self._documented(asked) else ""

    async def tip_height(self) -> int:
        """Return the height of the best block."""
        head = await self._documented(self._node.head)
        return head.tip

    async def take_proxy(self, proxy: str) -> None:
        """Ask through this proxy from now on ("" for none); a question under way fails as if it had no answer."""
        await self._host.take_proxy(proxy)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._host.close()

    async def _payments(self, address: str, contract: str, since_ms: int, named: Sequence[str]) -> list[Payment]:
        head = await self._node.head()
        first = self._first_block(head, since_ms)
        if contract:
            found = await self._tokens(address, contract, first, head)
        else:
            found = await self._ether.found(address, first, head, named)
        newest = sorted(found, key=lambda one: (one.height, one.txid, one.place), reverse=True)
        return [_payment(one, head) for one in newest if one.height >= first or one.txid in named]

    def _first_block(self, head: Head, since_ms: int) -> int:
        """Return a block that is not younger than this moment: there is at most one for each slot."""
        # Kept: a slot without a block would later put the same moment further back.
        if since_ms not in self._first_blocks:
            slots = max(0.0, head.at_ms - since_ms) / 1000 / self._slot_seconds
            self._first_blocks[since_ms] = max(0, head.tip - int(min(slots, _MOST_BLOCKS)) - 2)
        return self._first_blocks[since_ms]

    async def _tokens(self, address: str, contract: str, first: int, head: Head) -> list[Found]:
        """Read on from where it was read to, some blocks at once; what is final is kept, however far it comes."""
        key = (address, contract)
        known = self._read.get(key)
        if known is None or first < known.first or known.last > head.final:
            known = _Read(first, first - 1, ())
        above: list[Found] = []
        for start in range(known.last + 1, head.tip + 1, self._blocks_at_once):
            end = min(head.tip, start + self._blocks_at_once - 1)
            new = await self._arrived(address, contract, (start, end), head)
            settled = tuple(one for one in new if one.height <= head.final)
            above += [one for one in new if one.height > head.final]
            known = _Read(known.first, max(known.last, min(end, head.final)), (*known.found, *settled))
            if known.last >= known.first:
                self._read[key] = known
        return [*known.found, *above]

    async def _arrived(self, address: str, contract: str, blocks: tuple[int, int], head: Head) -> list[Found]:
        logs = await self._node.transfers(contract, address, *blocks)
        arrivals = [one for one in (forms.arrival_of(log, contract, address) for log in logs) if one is not None]
        new: list[Found] = []
        for txid in dict.fromkeys(one.txid for one in arrivals):
            told = [one for one in arrivals if one.txid == txid]
            proved = await self._proved(txid, told, address, contract)
            if not proved and told[0].height <= head.final:
                raise self._host.garbage("a transfer in a block that it calls final and does not hold")
            new += proved
        return new

    async def _proved(
        self, txid: str, told: Sequence[forms.TokenArrival], address: str, contract: str
    ) -> list[Found]:
        """Return the arrivals as their transaction's receipt has them; none where its block was replaced meanwhile.

        A log's own number is not compared: nodes of some chains count it otherwise in logs than in receipts.
        """
        receipt = await self._node.receipt(txid)
        height = told[0].height
        if receipt is None or forms.number(receipt.block_number) != height:
            return []
        if receipt.status != forms.SUCCEEDED:
            raise self._host.garbage(f"a transfer in {txid}, which failed")
        places = forms.places_of(receipt, contract, address)
        if sorted(units for _, units in places) != sorted(one.units for one in told):
            raise self._host.garbage(f"other transfers in the receipt of {txid} than in the logs")
        block = await self._node.block(height)
        if block is None or block.hash != receipt.block_hash:
            return []
        at_ms = forms.number(block.timestamp) * 1000
        return [Found(txid, place, units, height, at_ms) for place, units in places]

    async def _documented(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        except (msgspec.ValidationError, ValueError) as error:
            raise self._host.garbage(str(error)) from error


def _payment(found: Found, head: Head) -> Payment:
    confirmations = max(1, head.tip - found.height + 1)
    final = found.height <= head.final
    return Payment(found.txid, found.place, found.units, confirmations, found.height, found.at_ms, final)
