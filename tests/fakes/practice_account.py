"""A practice exchange with its chain, served over HTTP, for tests of what talks to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.clock import FastClock
from desktop.venues.binance.account import BinanceAccount
from desktop.worlds.practice.chain import EsploraView, PracticeChain
from desktop.worlds.practice.chain_sources import PracticeChains
from desktop.worlds.practice.exchange import Lesson, PracticeExchange
from desktop.worlds.practice.exchange_door import ExchangeDoor
from desktop.worlds.practice.http_server import HttpServer
from desktop.worlds.practice.practice_store import PracticeStore

KEY, SECRET = "practice-key", "practice-secret"
START_MS = 1_800_000_000_000
ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"


class HandClock:
    """A clock that stands until the test moves it; sleeping moves it too."""

    speed = 1.0

    def __init__(self, now_ms: int = START_MS) -> None:
        self.at_ms = now_ms

    def now_ms(self) -> int:
        return self.at_ms

    async def sleep(self, seconds: float) -> None:
        self.at_ms += int(seconds * 1000)


@dataclass
class PracticeAccount:
    """The pieces of a served practice exchange."""

    clock: HandClock | FastClock
    store: PracticeStore
    exchange: PracticeExchange
    chain: PracticeChain
    server: HttpServer
    esplora: HttpServer
    account: BinanceAccount


@asynccontextmanager
async def practice_account(
    folder: Path, *, clock: HandClock | FastClock | None = None, lesson: Lesson | None = None, speed: float = 1.0
) -> AsyncIterator[PracticeAccount]:
    """Serve a practice exchange kept in `folder` and a read-only account on it; close everything at the end."""
    clock = clock or HandClock()
    store = PracticeStore(folder / "practice.sqlite")
    exchange = PracticeExchange(store, clock, lesson)
    chains = PracticeChains(START_MS, exchange.withdrawals)
    chain = chains.bitcoin
    server = HttpServer(ExchangeDoor(exchange, chains.by_network, clock, KEY, SECRET, speed=speed).answer)
    esplora = HttpServer(EsploraView(chain, clock, lag_ms=0).answer)
    await server.start()
    await esplora.start()
    account = BinanceAccount(KEY, SECRET, clock, base_url=server.url)
    try:
        yield PracticeAccount(clock, store, exchange, chain, server, esplora, account)
    finally:
        await account.close()
        await server.close()
        await esplora.close()
        store.close()
