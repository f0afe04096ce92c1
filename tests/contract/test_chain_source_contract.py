"""What every chain source promises, asked of the Esplora client and of the fake that tests use in its place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal

import httpx
import pytest

from desktop.chain.bitcoin import EsploraSource
from desktop.domain.bitcoin_address import script_of
from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import ChainSource
from tests.fakes.manual_clock import ManualClock
from tests.fakes.outside_world import FakeChain, Outside

ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
OTHER = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


class Chain:
    """One outside with a payment in it, seen through the source under test."""

    def __init__(self, kind: str) -> None:
        self.outside = Outside()
        self.clock = ManualClock(self.outside.now_ms)
        self.fake = FakeChain(self.outside, self.clock, "fake")
        self.source: ChainSource = self.fake
        self.close: Callable[[], Awaitable[None]] | None = None
        if kind == "esplora":
            esplora = EsploraSource("fake", "http://127.0.0.1/api", transport=httpx.MockTransport(self._answer))
            self.source, self.close = esplora, esplora.close

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.fake.silent:
            return httpx.Response(503)
        if request.url.path.endswith("/height"):
            return httpx.Response(200, text=str(await self.fake.tip_height()))
        address = request.url.path.split("/")[-2]
        found = [
            {
                "txid": payment.txid,
                "vout": [
                    {
                        "value": payment.units,
                        "scriptpubkey": script_of(address).hex(),
                        "scriptpubkey_address": address,
                    }
                ],
                "status": {"confirmed": payment.height is not None, "block_height": payment.height},
            }
            for payment in await self.fake.payments_to(address)
        ]
        return httpx.Response(200, text=json.dumps(found))


@pytest.fixture(params=["esplora", "fake"])
def play(request: pytest.FixtureRequest) -> Callable[[Callable[[Chain], Awaitable[None]]], None]:
    def run(scene: Callable[[Chain], Awaitable[None]]) -> None:
        async def whole() -> None:
            chain = Chain(request.param)
            try:
                await scene(chain)
            finally:
                if chain.close is not None:
                    await chain.close()

        asyncio.run(whole())

    return run


Play = Callable[[Callable[[Chain], Awaitable[None]]], None]


def test_a_payment_is_seen_without_block_then_with_growing_confirmations(play: Play) -> None:
    async def scene(chain: Chain) -> None:
        made = chain.outside.withdraw(ADDRESS, Decimal("0.0011"))
        assert await chain.source.payments_to(ADDRESS) == []
        seen: list[tuple[int, bool]] = []
        for _ in range(5):
            await chain.clock.advance(30)
            [payment] = await chain.source.payments_to(ADDRESS)
            assert (payment.txid, payment.vout, payment.units) == (made.txid, 0, 100_000)
            seen.append((payment.confirmations, payment.height is None))
            if payment.height is not None:
                assert await chain.source.tip_height() == payment.height + payment.confirmations - 1
        assert seen == [(0, True), (1, False), (2, False), (3, False), (4, False)]

    play(scene)


def test_newest_comes_first_and_other_peoples_payments_do_not_come(play: Play) -> None:
    async def scene(chain: Chain) -> None:
        first = chain.outside.withdraw(ADDRESS, Decimal("0.0011"))
        second = chain.outside.withdraw(ADDRESS, Decimal("0.0012"))
        chain.outside.withdraw(OTHER, Decimal("0.0013"))
        await chain.clock.advance(15)
        assert [p.txid for p in await chain.source.payments_to(ADDRESS)] == [second.txid, first.txid]

    play(scene)


def test_silence_is_trouble_and_never_an_empty_list(play: Play) -> None:
    async def scene(chain: Chain) -> None:
        chain.fake.silent = True
        with pytest.raises(NetworkTrouble):
            await chain.source.payments_to(ADDRESS)
        with pytest.raises(NetworkTrouble):
            await chain.source.tip_height()
        chain.fake.silent = False
        assert await chain.source.payments_to(ADDRESS) == []

    play(scene)
