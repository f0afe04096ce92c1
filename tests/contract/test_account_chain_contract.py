"""What every source of a chain of accounts promises, asked of the readers over practice nodes and of the fake."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import NamedTuple

import httpx
import pytest

from desktop.chain.ethereum import EvmSource
from desktop.chain.solana import SolanaSource
from desktop.chain.tron import TronSource
from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import ChainSource, Payment
from desktop.worlds.practice.evm_chain import SHAPES, PracticeEvmChain, payment_of
from desktop.worlds.practice.evm_view import EvmView
from desktop.worlds.practice.http_server import HttpRequest
from desktop.worlds.practice.practice_store import KeptWithdrawal
from desktop.worlds.practice.solana_view import SolanaView
from tests.fakes.manual_clock import ManualClock
from tests.fakes.outside_world import FakeChain, Outside
from tests.fakes.practice_account import START_MS

EVM = ("0x73d0385F4d8E00C5e6504C6030F47BF6212736A8", "0x2a91d411ed68262c5143f284d8add365d7797136")
TRON = ("TY72iA3SBtrds3QLYsS7LwYfkzXwAXCRWT", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
SOLANA = ("14CCvQzQzHCVgZM3j9soPnXuJXh1RmCfwLVUcdfbZVBS", "So11111111111111111111111111111111111111112")
ADDRESSES = {"ethereum": EVM, "tron": TRON, "solana": SOLANA}
KINDS = [
    ("reader", "ethereum", "ETH"),
    ("reader", "ethereum", "USDT"),
    ("reader", "tron", "USDT"),
    ("reader", "solana", "SOL"),
    ("reader", "solana", "USDC"),
    ("fake", "ethereum", "USDT"),
    ("fake", "tron", "USDT"),
    ("fake", "solana", "USDC"),
]
NETWORKS = {"ethereum": "ETH", "tron": "TRX", "solana": "SOL"}


class Parts(NamedTuple):
    """A source, and what the test moves behind it."""

    source: ChainSource
    pay: Callable[[str, str], str]
    silence: Callable[[bool], None]
    close: Callable[[], Awaitable[None]]
    clock: ManualClock
    mine: str
    other: str
    coin: str

    async def payments(self, named: tuple[str, ...] = ()) -> list[Payment]:
        """Return the payments to the person's address since the beginning."""
        return await self.source.payments_to(self.mine, coin=self.coin, since_ms=START_MS, named=named)

    async def pass_until(self, holds: Callable[[list[Payment]], bool]) -> list[Payment]:
        """Let time pass until something holds of the payments."""
        for _ in range(300):
            found = await self.payments()
            if holds(found):
                return found
            await self.clock.advance(2)
        raise AssertionError("it never came")


def _reader(chain: str, coin: str) -> Parts:
    clock, paid, silent = ManualClock(START_MS + 60_000), list[KeptWithdrawal](), [False]
    shape = SHAPES[chain]
    practice = PracticeEvmChain(START_MS, lambda: paid[::-1], shape)
    view = SolanaView(practice, clock, 0) if chain == "solana" else EvmView(practice, clock, 0)

    def answer(request: httpx.Request) -> httpx.Response:
        if silent[0]:
            return httpx.Response(503)
        return httpx.Response(200, content=view.answer(HttpRequest("POST", "/", "", {}, request.content)).body)

    def pay(address: str, amount: str) -> str:
        number, now_ms = f"w{len(paid)}", clock.now_ms()
        txid, place = payment_of(number, chain, coin)
        fee, network = Decimal(1), shape.network
        paid.append(KeptWithdrawal(number, coin, network, address, Decimal(amount), fee, now_ms, now_ms, txid, place))
        return txid

    transport, url = httpx.MockTransport(answer), "https://node.invalid"
    source: EvmSource | TronSource | SolanaSource
    if chain == "ethereum":
        source = EvmSource("one", url, slot_seconds=shape.slot_seconds, transport=transport)
    elif chain == "tron":
        source = TronSource("one", url, slot_seconds=shape.slot_seconds, transport=transport)
    else:
        source = SolanaSource("one", url, transport=transport)
    silence: Callable[[bool], None] = lambda so: silent.__setitem__(0, so)  # noqa: E731
    return Parts(source, pay, silence, source.close, clock, *ADDRESSES[chain], coin)


def _fake(chain: str, coin: str) -> Parts:
    outside = Outside.of_token(NETWORKS[chain])
    outside.now_ms = START_MS + 60_000
    clock = ManualClock(outside.now_ms)
    source = FakeChain(outside, clock, "one")

    def pay(address: str, amount: str) -> str:
        outside.now_ms = clock.now_ms()
        fee = outside.networks[0].fee
        return outside.withdraw(address, Decimal(amount) + fee).txid

    async def close() -> None:
        return None

    def silence(so: bool) -> None:
        source.silent = so

    return Parts(source, pay, silence, close, clock, *ADDRESSES[chain], coin)


@pytest.fixture(params=KINDS, ids=lambda kind: "-".join(kind))
def play(request: pytest.FixtureRequest) -> Callable[[Callable[[Parts], Awaitable[None]]], None]:
    kind, chain, coin = request.param

    def run(scene: Callable[[Parts], Awaitable[None]]) -> None:
        async def whole() -> None:
            parts = _reader(chain, coin) if kind == "reader" else _fake(chain, coin)
            try:
                await scene(parts)
            finally:
                await parts.close()

        asyncio.run(whole())

    return run


Play = Callable[[Callable[[Parts], Awaitable[None]]], None]


def test_a_payment_is_seen_grows_deeper_and_becomes_final(play: Play) -> None:
    async def scene(parts: Parts) -> None:
        assert await parts.payments() == []
        txid = parts.pay(parts.mine, "12.5")
        [seen] = await parts.pass_until(lambda found: bool(found) and found[0].confirmations > 0)
        assert (seen.txid, seen.final) == (txid, False)
        [deeper] = await parts.pass_until(lambda found: found[0].confirmations > seen.confirmations)
        assert (deeper.txid, deeper.vout, deeper.units, deeper.height) == (txid, seen.vout, seen.units, seen.height)
        [final] = await parts.pass_until(lambda found: found[0].final)
        assert final.confirmations >= deeper.confirmations
        assert await parts.payments(named=(txid,)) == [final]

    play(scene)


def test_newest_comes_first_and_other_peoples_payments_do_not_come(play: Play) -> None:
    async def scene(parts: Parts) -> None:
        first = parts.pay(parts.mine, "11")
        await parts.pass_until(lambda found: len(found) == 1 and found[0].confirmations > 0)
        parts.pay(parts.other, "13")
        second = parts.pay(parts.mine, "12")
        found = await parts.pass_until(lambda seen: len(seen) == 2)
        assert [payment.txid for payment in found] == [second, first]
        assert found[0].units * 11 == found[1].units * 12

    play(scene)


def test_silence_is_trouble_and_never_an_empty_list(play: Play) -> None:
    async def scene(parts: Parts) -> None:
        parts.silence(True)
        with pytest.raises(NetworkTrouble):
            await parts.payments()
        with pytest.raises(NetworkTrouble):
            await parts.source.tip_height()
        parts.silence(False)
        assert await parts.payments() == []
        assert await parts.source.tip_height() > 0
        assert await parts.source.why_not_pay(parts.mine) == ""

    play(scene)
