"""TRON as a node tells it by JSON-RPC in Ethereum's forms (tronprotocol's documentation of java-tron).

Only tokens: a node keeps no balance of an earlier block, so that payments of TRX itself cannot be found this way.
What it calls final are its solid blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import httpx
from msgspec.structs import replace

from desktop.chain.ethereum import EvmSource
from desktop.domain.chains import TRON, asset_of
from desktop.domain.tron_address import address_bytes
from desktop.engine.ports import Payment

LIVE_SOURCES: tuple[tuple[str, str], ...] = (
    ("trongrid.io", "https://api.trongrid.io/jsonrpc"),
    ("publicnode.com, TRON", "https://tron-evm-rpc.publicnode.com"),
)
CHAIN_ID = 0x2B6653DC
SLOT_SECONDS = 3.0
_COIN = "USDT"
_BLOCKS_AT_ONCE = 4_000  # java-tron takes 5,000 as shipped


class TronSource:
    """One independent view of TRON (`engine.ports.ChainSource`). Every question reads. Engine thread.

    `slot_seconds`: the least time between blocks, `gap_seconds` between questions. Raises as `EvmSource` does.
    """

    chain = TRON.id

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        slot_seconds: float = SLOT_SECONDS,
        proxy: str = "",
        gap_seconds: float = 0.0,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._node = EvmSource(
            name,
            base_url,
            chain_id=CHAIN_ID,
            slot_seconds=slot_seconds,
            contracts={_COIN: evm_form(asset_of(TRON.id, _COIN).contract)},
            proxy=proxy,
            gap_seconds=gap_seconds,
            blocks_at_once=_BLOCKS_AT_ONCE,
            transport=transport,
            monotonic=monotonic,
        )

    async def payments_to(
        self, address: str, *, coin: str = "", since_ms: int = 0, named: Sequence[str] = ()
    ) -> list[Payment]:
        """Return the payments of the token to this address in blocks since then, newest first.

        The contract's logs name them all: no transaction's name is needed. Raise BadInput for another coin.
        """
        asset_of(TRON.id, coin or _COIN)
        found = await self._node.payments_to(evm_form(address), coin=_COIN, since_ms=since_ms)
        return [replace(one, txid=one.txid.removeprefix("0x")) for one in found]

    async def why_not_pay(self, address: str) -> str:
        """Return in words that a program lies at the address."""
        return await self._node.why_not_pay(evm_form(address))

    async def tip_height(self) -> int:
        """Return the height of the best block."""
        return await self._node.tip_height()

    async def take_proxy(self, proxy: str) -> None:
        """Ask through this proxy from now on ("" for none); a question under way fails as if it had no answer."""
        await self._node.take_proxy(proxy)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._node.close()


def evm_form(address: str) -> str:
    """Return a TRON address in Ethereum's form: its last 20 bytes. Raise BadInput if it is none."""
    return f"0x{address_bytes(address)[1:].hex()}"
