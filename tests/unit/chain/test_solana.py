"""A Solana node that answers as documented, contradicts itself, refuses, or talks nonsense."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from desktop.chain.solana import LIVE_SOURCES, SolanaSource
from desktop.custody.reports import COIN_ITSELF
from desktop.domain.errors import BadInput, NetworkTrouble
from desktop.engine.ports import Payment
from desktop.worlds.practice.evm_chain import SOLANA_SHAPE, PracticeEvmChain, payment_of
from desktop.worlds.practice.http_server import HttpRequest
from desktop.worlds.practice.practice_store import KeptWithdrawal
from desktop.worlds.practice.solana_view import SolanaView
from tests.fakes.practice_account import START_MS, HandClock

ADDRESS = "14CCvQzQzHCVgZM3j9soPnXuJXh1RmCfwLVUcdfbZVBS"
OTHER = "So11111111111111111111111111111111111111112"
Change = Callable[[dict[str, Any]], dict[str, Any]]


class Node:
    """A node of the practice Solana, whose answers a test may change. `asked` are the methods in order."""

    def __init__(self) -> None:
        self.clock = HandClock(START_MS + 100 * SOLANA_SHAPE.block_ms)
        self.paid: list[KeptWithdrawal] = []
        self.view = SolanaView(PracticeEvmChain(START_MS, lambda: self.paid[::-1], SOLANA_SHAPE), self.clock, 0)
        self.changes: dict[str, Change] = {}
        self.asked: list[str] = []

    def pay(self, coin: str, amount: str, address: str = ADDRESS) -> KeptWithdrawal:
        """Pay the address; one of the next slots takes it."""
        number, now_ms = f"w{len(self.paid)}", self.clock.now_ms()
        txid, place = payment_of(number, "solana", coin)
        fee = Decimal(1)
        kept = KeptWithdrawal(number, coin, "SOL", address, Decimal(amount), fee, now_ms, now_ms, txid, place)
        self.paid.append(kept)
        self.pass_slots(3)
        return kept

    def pass_slots(self, count: int) -> None:
        """Let so many slots pass."""
        self.clock.at_ms += count * SOLANA_SHAPE.block_ms

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method = msgspec.json.decode(request.content)["method"]
        self.asked.append(method)
        whole = msgspec.json.decode(self.view.answer(HttpRequest("POST", "/", "", {}, request.content)).body)
        return httpx.Response(200, json=self.changes.get(method, lambda told: told)(whole))


def result(change: Callable[[Any], Any]) -> Change:
    return lambda whole: {**whole, "result": change(whole["result"])}


def meta(**changes: object) -> Change:
    return result(lambda told: {**told, "meta": {**told["meta"], **changes}})


def seen(node: Node, act: Callable[[SolanaSource], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        source = SolanaSource("test", "https://node.invalid", transport=httpx.MockTransport(node))
        try:
            return await act(source)
        finally:
            await source.close()

    return asyncio.run(run())


def payments(node: Node, coin: str, since_ms: int = START_MS) -> list[Payment]:
    found = seen(node, lambda source: source.payments_to(ADDRESS, coin=coin, since_ms=since_ms))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("coin", "units"), [("SOL", 1_500_000_000), ("USDC", 1_500_000)])
def test_a_payment_is_counted_and_becomes_final(coin: str, units: int) -> None:
    node = Node()
    assert payments(node, coin) == []
    kept = node.pay(coin, "1.5")
    node.pay(coin, "9", OTHER)
    [payment] = payments(node, coin)
    assert (payment.txid, payment.vout, payment.units, payment.final) == (kept.txid, kept.vout, units, False)
    assert payment.vout == (COIN_ITSELF if coin == "SOL" else 0)
    assert payment.height == node.view._chain.block_of(kept)
    node.pass_slots(40)
    [payment] = payments(node, coin)
    assert payment.final
    assert payment.confirmations > 32


def test_newest_comes_first_and_what_is_final_is_not_read_again() -> None:
    node = Node()
    first, second = node.pay("USDC", "1"), node.pay("USDC", "2")
    node.pass_slots(40)

    async def act(source: SolanaSource) -> None:
        for _ in range(2):
            found = await source.payments_to(ADDRESS, coin="USDC", since_ms=START_MS)
            assert [(p.txid, p.units) for p in found] == [(second.txid, 2_000_000), (first.txid, 1_000_000)]
        assert node.asked.count("getTransaction") == 2
        assert node.asked.count("getGenesisHash") == 1

    seen(node, act)


def test_another_token_another_owner_and_a_failed_transaction_are_no_payment() -> None:
    node = Node()
    node.pay("USDC", "5")
    tokens = msgspec.json.decode(b"[]")
    node.changes["getTransaction"] = meta(postTokenBalances=tokens)
    assert payments(node, "USDC") == []
    for name, value in (("mint", OTHER), ("owner", OTHER)):
        node.changes["getTransaction"] = result(
            lambda told, name=name, value=value: {
                **told,
                "meta": {
                    **told["meta"],
                    "postTokenBalances": [{**one, name: value} for one in told["meta"]["postTokenBalances"]],
                },
            }
        )
        assert payments(node, "USDC") == []
    node.changes = {"getSignaturesForAddress": result(lambda rows: [{**row, "err": {"x": 1}} for row in rows])}
    assert payments(node, "USDC") == []
    node.changes = {"getTransaction": lambda whole: {**whole, "result": None}}
    assert payments(node, "USDC") == []


def test_what_the_wallet_spends_is_no_payment_to_it() -> None:
    node = Node()
    node.pay("SOL", "5")
    node.changes["getTransaction"] = meta(preBalances=[1, 9_000_000_000], postBalances=[1, 4_000_000_000])
    assert payments(node, "SOL") == []


@pytest.mark.parametrize(
    ("method", "change", "words"),
    [
        ("getGenesisHash", result(lambda told: "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"), "another network"),
        ("getSlot", result(lambda told: "7"), "documented"),
        ("getSignaturesForAddress", result(lambda rows: [{**row, "signature": "x"} for row in rows]), "no name"),
        ("getSignaturesForAddress", result(lambda rows: {"rows": rows}), "documented"),
        ("getTransaction", result(lambda told: {**told, "slot": 1}), "another transaction"),
        ("getTransaction", result(lambda told: {**told, "meta": None}), "without its record"),
        ("getTransaction", meta(err={"InstructionError": []}), "failed"),
        ("getTransaction", meta(postBalances=[1]), "balances"),
    ],
)
def test_an_answer_that_is_not_as_documented_is_trouble(method: str, change: Change, words: str) -> None:
    node = Node()
    node.pay("SOL", "5")
    node.changes[method] = change
    with pytest.raises(NetworkTrouble, match=words):
        payments(node, "SOL")


def test_an_amount_that_is_none_is_trouble() -> None:
    node = Node()
    node.pay("USDC", "5")
    balance = {"accountIndex": 1, "mint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkZwyTDt1v", "owner": ADDRESS}
    node.changes["getTransaction"] = meta(postTokenBalances=[{**balance, "uiTokenAmount": {"amount": "-5"}}])
    with pytest.raises(NetworkTrouble, match="no amount"):
        payments(node, "USDC")


def test_what_is_older_is_left_out_and_many_rows_are_read_page_by_page() -> None:
    node = Node()
    old = node.pay("SOL", "5")
    node.pass_slots(1_000)
    now_ms = node.clock.now_ms()
    for _ in range(230):
        node.pay("SOL", "0.1")
    found = payments(node, "SOL", now_ms)
    assert len(found) == 230
    assert old.txid not in {p.txid for p in found}
    assert len({p.txid for p in found}) == 230


def test_a_wrong_address_and_a_coin_that_is_not_there_are_named() -> None:
    with pytest.raises(BadInput):
        seen(Node(), lambda source: source.payments_to("0x12", coin="SOL"))
    with pytest.raises(BadInput, match="no USDT"):
        seen(Node(), lambda source: source.payments_to(ADDRESS, coin="USDT"))
    assert len({url.split("/")[2].rsplit(".", 2)[-2] for _, url in LIVE_SOURCES}) == 2
