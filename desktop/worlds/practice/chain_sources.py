"""The practice chains and the servers that tell of them: two operators for each, one of them later than the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from desktop.chain.bitcoin import EsploraSource
from desktop.chain.ethereum import EvmSource
from desktop.chain.solana import SolanaSource
from desktop.chain.tron import TronSource
from desktop.engine.ports import ChainSource, Clock
from desktop.worlds.practice.chain import EsploraView, PracticeChain
from desktop.worlds.practice.evm_chain import ETHEREUM_SHAPE, SOLANA_SHAPE, TRON_SHAPE, PracticeEvmChain
from desktop.worlds.practice.evm_view import EvmView
from desktop.worlds.practice.exchange_door import Confirms
from desktop.worlds.practice.http_server import Handler, HttpServer
from desktop.worlds.practice.practice_store import KeptWithdrawal
from desktop.worlds.practice.solana_view import SolanaView

_LATE_MS = 2_500


class PracticeChains:
    """All practice chains. `genesis_ms` is when their first blocks were found (UTC ms of the world)."""

    def __init__(self, genesis_ms: int, withdrawals: Callable[[], Sequence[KeptWithdrawal]]) -> None:
        self.bitcoin = PracticeChain(genesis_ms, withdrawals)
        self.ethereum = PracticeEvmChain(genesis_ms, withdrawals)
        self.tron = PracticeEvmChain(genesis_ms, withdrawals, TRON_SHAPE)
        self.solana = PracticeEvmChain(genesis_ms, withdrawals, SOLANA_SHAPE)
        self.by_network: dict[str, Confirms] = {
            "BTC": self.bitcoin,
            "ETH": self.ethereum,
            "TRX": self.tron,
            "SOL": self.solana,
        }


async def open_sources(opened: AsyncExitStack, chains: PracticeChains, clock: Clock) -> list[ChainSource]:
    """Serve every chain twice and return what reads them; all is closed with `opened`."""
    sources: list[ChainSource] = []
    for name, lag_ms in (("Practice explorer A", 0), ("Practice explorer B", _LATE_MS)):
        server = await open_server(opened, EsploraView(chains.bitcoin, clock, lag_ms).answer)
        bitcoin = EsploraSource(name, server.url)
        opened.push_async_callback(bitcoin.close)
        sources.append(bitcoin)
    for name, lag_ms in (("Practice node A", 0), ("Practice node B", _LATE_MS)):
        server = await open_server(opened, EvmView(chains.ethereum, clock, lag_ms).answer)
        ethereum = EvmSource(name, server.url, slot_seconds=ETHEREUM_SHAPE.slot_seconds)
        opened.push_async_callback(ethereum.close)
        sources.append(ethereum)
    for name, lag_ms in (("Practice TRON node A", 0), ("Practice TRON node B", _LATE_MS)):
        server = await open_server(opened, EvmView(chains.tron, clock, lag_ms).answer)
        tron = TronSource(name, server.url, slot_seconds=TRON_SHAPE.slot_seconds)
        opened.push_async_callback(tron.close)
        sources.append(tron)
    for name, lag_ms in (("Practice Solana node A", 0), ("Practice Solana node B", _LATE_MS)):
        server = await open_server(opened, SolanaView(chains.solana, clock, lag_ms).answer)
        solana = SolanaSource(name, server.url)
        opened.push_async_callback(solana.close)
        sources.append(solana)
    return sources


async def open_server(opened: AsyncExitStack, handler: Handler) -> HttpServer:
    """Serve on loopback until `opened` is closed."""
    server = HttpServer(handler)
    opened.push_async_callback(server.close)
    await server.start()
    return server
