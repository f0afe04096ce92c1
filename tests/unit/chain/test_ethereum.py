"""An Ethereum node that answers as documented, contradicts itself, forgets, refuses, or talks nonsense."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from desktop.chain.ethereum import LIVE_SOURCES, EvmSource
from desktop.custody.reports import COIN_ITSELF
from desktop.domain.errors import NetworkTrouble, SeawallError
from desktop.engine.ports import Payment
from desktop.worlds.practice.evm_chain import ETHEREUM_SHAPE, PracticeEvmChain, payment_of
from desktop.worlds.practice.evm_view import EvmView
from desktop.worlds.practice.http_server import HttpRequest
from desktop.worlds.practice.practice_store import KeptWithdrawal
from tests.fakes.practice_account import START_MS, HandClock

ADDRESS = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"
OTHER = "0x2a91d411ed68262c5143f284d8add365d7797136"
BLOCK_MS, FIRST_HEIGHT = ETHEREUM_SHAPE.block_ms, ETHEREUM_SHAPE.first_height
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
Change = Callable[[Any], Any]


class Node:
    """A node of the practice chain, whose answers a test may change. `asked` are the methods in order."""

    def __init__(self) -> None:
        self.clock = HandClock(START_MS + 100 * BLOCK_MS)
        self.paid: list[KeptWithdrawal] = []
        self.view = EvmView(PracticeEvmChain(START_MS, lambda: self.paid[::-1]), self.clock, 0)
        self.changes: dict[str, Change] = {}
        self.asked: list[str] = []
        self.answer: Callable[[httpx.Request], httpx.Response] | None = None

    def pay(self, coin: str, amount: str, address: str = ADDRESS) -> KeptWithdrawal:
        """Pay the address; the next block takes it."""
        number, now_ms = f"w{len(self.paid)}", self.clock.now_ms()
        txid, place = payment_of(number, "ethereum", coin)
        fee = Decimal(1)
        kept = KeptWithdrawal(number, coin, "ETH", address, Decimal(amount), fee, now_ms, now_ms, txid, place)
        self.paid.append(kept)
        self.pass_blocks(2)
        return kept

    def pass_blocks(self, count: int) -> None:
        """Let so many blocks come."""
        self.clock.at_ms += count * BLOCK_MS

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.method == "POST"
        question = msgspec.json.decode(request.content)
        assert question["jsonrpc"] == "2.0"
        self.asked.append(question["method"])
        if self.answer is not None:
            return self.answer(request)
        whole = msgspec.json.decode(self.view.answer(HttpRequest("POST", "/", "", {}, request.content)).body)
        change = self.changes.get(question["method"])
        if change is not None:
            whole = change({**whole, "params": question["params"]})
            whole.pop("params", None)
        return httpx.Response(200, json=whole)


def result(change: Change) -> Change:
    """Return a change of the result alone; nothing is changed where there is none."""
    return lambda whole: {**whole, "result": change(whole["result"])} if whole["result"] is not None else whole


def scene(
    node: Node, act: Callable[[EvmSource], Awaitable[object]], now: Callable[[], float] | None = None
) -> object:
    async def run() -> object:
        source = EvmSource(
            "test",
            "https://node.invalid/secret-key",
            slot_seconds=ETHEREUM_SHAPE.slot_seconds,
            transport=httpx.MockTransport(node),
            **({} if now is None else {"monotonic": now}),
        )
        try:
            return await act(source)
        finally:
            await source.close()

    return asyncio.run(run())


def payments(node: Node, coin: str, **more: Any) -> list[Payment]:
    found = scene(node, lambda source: source.payments_to(ADDRESS, coin=coin, **more))
    assert isinstance(found, list)
    return found


def trouble(node: Node, coin: str, **more: Any) -> str:
    with pytest.raises(SeawallError) as told:
        payments(node, coin, **more)
    assert isinstance(told.value, NetworkTrouble)
    assert told.value.remedy
    assert "secret-key" not in told.value.message
    return told.value.message


@pytest.mark.parametrize(("coin", "units"), [("USDT", 1_000_001), ("USDC", 1_000_001), ("ETH", 1_000_001 * 10**12)])
def test_a_payment_is_counted_and_becomes_final(coin: str, units: int) -> None:
    node = Node()
    kept = node.pay(coin, "1.000001")
    node.pay(coin, "7", OTHER)
    [payment] = payments(node, coin)
    assert (payment.txid, payment.vout, payment.units) == (kept.txid, kept.vout, units)
    assert (payment.confirmations, payment.final) == (4, False)
    assert payment.height == FIRST_HEIGHT + 101
    assert payment.at_ms == (START_MS + 101 * BLOCK_MS) // 1000 * 1000
    node.pass_blocks(100)
    [payment] = payments(node, coin)
    assert (payment.confirmations, payment.final) == (104, True)


def test_newest_comes_first_and_what_is_final_is_not_read_again() -> None:
    node = Node()
    first, second = node.pay("USDT", "1"), node.pay("USDT", "2")
    node.pass_blocks(200)

    async def act(source: EvmSource) -> None:
        assert [p.txid for p in await source.payments_to(ADDRESS, coin="USDT")] == [second.txid, first.txid]
        node.asked.clear()
        third = node.pay("USDT", "3")
        found = await source.payments_to(ADDRESS, coin="USDT")
        assert [p.txid for p in found] == [third.txid, second.txid, first.txid]
        assert node.asked.count("eth_getTransactionReceipt") == 1
        assert "eth_chainId" not in node.asked

    scene(node, act)


@pytest.mark.parametrize("coin", ["USDT", "ETH"])
def test_a_receipt_that_is_missing_or_tells_of_failure_is_no_payment(coin: str) -> None:
    node = Node()
    kept = node.pay(coin, "5")
    node.changes["eth_getTransactionReceipt"] = lambda whole: {**whole, "result": None}
    if coin == "USDT":
        assert payments(node, coin) == []
    else:
        assert "nobody has named" in trouble(node, coin)
    node.changes["eth_getTransactionReceipt"] = result(lambda told: {**told, "status": "0x0"})
    if coin == "USDT":
        assert "which failed" in trouble(node, coin)
    else:
        assert "nobody has named" in trouble(node, coin, named=(kept.txid,))


@pytest.mark.parametrize(
    "change",
    [
        lambda log: {**log, "address": OTHER},
        lambda log: {**log, "topics": [log["topics"][0], log["topics"][1], f"0x{OTHER[2:].lower():0>64}"]},
        lambda log: {**log, "topics": ["0x" + "11" * 32, *log["topics"][1:]]},
        lambda log: {**log, "topics": log["topics"][:2]},
        lambda log: {**log, "removed": True},
        lambda log: {**log, "data": "0x" + "0" * 64},
    ],
)
def test_a_log_of_another_contract_address_or_event_is_no_payment(change: Change) -> None:
    node = Node()
    node.pay("USDT", "5")
    node.changes["eth_getLogs"] = result(lambda logs: [change(log) for log in logs])
    assert payments(node, "USDT") == []


@pytest.mark.parametrize(
    ("method", "change", "words"),
    [
        ("eth_getLogs", lambda logs: [{**log, "data": "0x01"} for log in logs], "digits of amount"),
        ("eth_getLogs", lambda logs: [{**log, "data": f"0x{9:064x}"} for log in logs], "other transfers"),
        ("eth_getLogs", lambda logs: [*logs, *logs], "other transfers"),
        ("eth_getLogs", lambda logs: [{**log, "transactionHash": "0x12"} for log in logs], "no name"),
        ("eth_getLogs", lambda logs: "0x", "documented"),
        (
            "eth_getTransactionReceipt",
            lambda told: {**told, "transactionHash": "0x" + "1" * 64},
            "another transaction",
        ),
        ("eth_getTransactionReceipt", lambda told: {**told, "blockNumber": "later"}, "no number"),
        ("eth_getBlockByNumber", lambda told: {**told, "timestamp": None}, "documented"),
        ("eth_getBlockByNumber", lambda told: {"number": "0x1"}, "documented"),
        ("eth_chainId", lambda told: "0x38", "chain 56, not of chain 1"),
        ("eth_chainId", lambda told: 1, "no number"),
    ],
)
def test_an_answer_that_is_not_as_documented_is_trouble(method: str, change: Change, words: str) -> None:
    node = Node()
    node.pay("USDT", "5")
    node.changes[method] = result(change)
    assert words in trouble(node, "USDT")


def test_a_block_that_was_replaced_between_two_answers_is_asked_again() -> None:
    node = Node()
    node.pay("USDT", "5")
    node.changes["eth_getTransactionReceipt"] = result(lambda told: {**told, "blockHash": "0x" + "ee" * 32})
    assert payments(node, "USDT") == []
    node.pass_blocks(150)
    assert "calls final" in trouble(node, "USDT")


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        ({"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "header not found"}}, "header not found"),
        ({"jsonrpc": "2.0", "id": 99, "result": "0x1"}, "another question"),
        ({"jsonrpc": "2.0", "result": "0x1"}, "no JSON-RPC answer"),
        ([], "no JSON-RPC answer"),
    ],
)
def test_errors_and_answers_to_other_questions_are_trouble(whole: object, words: str) -> None:
    node = Node()
    node.answer = lambda request: httpx.Response(200, json=whole)
    assert words in trouble(node, "USDT")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(503), "503"),
        (httpx.Response(302, headers={"location": "https://elsewhere.invalid"}), "302"),
        (httpx.Response(200, text="<html>busy</html>"), "no JSON-RPC answer"),
        (httpx.Response(200, content=b" " * 8_000_001), "more than any answer"),
    ],
)
def test_a_host_that_answers_otherwise_is_trouble(answer: httpx.Response, words: str) -> None:
    node = Node()
    node.answer = lambda request: answer
    assert words in trouble(node, "ETH")


@pytest.mark.parametrize("limited", [httpx.Response(429, headers={"retry-after": "30"}), None])
def test_a_pause_that_is_asked_for_is_kept(limited: httpx.Response | None) -> None:
    node, now = Node(), [0.0]
    too_many = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "limit exceeded"}}
    node.answer = lambda request: limited or httpx.Response(200, json=too_many)

    async def act(source: EvmSource) -> None:
        with pytest.raises(NetworkTrouble, match="pause"):
            await source.payments_to(ADDRESS, coin="ETH")
        node.answer, now[0] = None, 29.0
        with pytest.raises(NetworkTrouble, match="are left"):
            await source.payments_to(ADDRESS, coin="ETH")
        assert len(node.asked) == 1
        now[0] = 61.0
        assert await source.payments_to(ADDRESS, coin="ETH") == []

    scene(node, act, lambda: now[0])


def forgetful(whole: dict[str, Any]) -> dict[str, Any]:
    """A node that keeps the state of 128 blocks."""
    if int(whole["params"][1], 16) < forgetful.oldest:  # type: ignore[attr-defined]
        return {"jsonrpc": "2.0", "id": whole["id"], "error": {"code": -32000, "message": "missing trie node"}}
    return whole


def test_a_node_without_old_state_says_so_rather_than_nothing() -> None:
    node = Node()
    early = node.pay("ETH", "0.5")
    node.pass_blocks(300)
    forgetful.oldest = FIRST_HEIGHT + 280  # type: ignore[attr-defined]
    node.changes["eth_getBalance"] = forgetful
    assert "keeps no state that old" in trouble(node, "ETH")
    [named] = payments(node, "ETH", named=(early.txid,))
    assert (named.txid, named.vout, named.units, named.final) == (early.txid, COIN_ITSELF, 5 * 10**17, True)
    late = node.pay("ETH", "0.25")
    assert [p.txid for p in payments(node, "ETH")] == [late.txid]


def test_an_account_that_never_had_anything_is_known_to_be_empty_without_old_state() -> None:
    node = Node()
    node.pass_blocks(300)
    forgetful.oldest = FIRST_HEIGHT + 280  # type: ignore[attr-defined]
    node.changes["eth_getBalance"] = forgetful
    assert payments(node, "ETH") == []
    node.changes["eth_getTransactionCount"] = result(lambda count: "0x1")
    assert "keeps no state that old" in trouble(node, "ETH")


def test_two_payments_of_ether_between_two_looks_are_both_found() -> None:
    node = Node()

    async def act(source: EvmSource) -> None:
        assert await source.payments_to(ADDRESS, coin="ETH", since_ms=node.clock.now_ms()) == []
        first, second = node.pay("ETH", "0.1"), node.pay("ETH", "0.2")
        found = await source.payments_to(ADDRESS, coin="ETH", since_ms=START_MS + 100 * BLOCK_MS)
        assert [p.txid for p in found] == [second.txid, first.txid]
        node.pass_blocks(200)
        node.asked.clear()
        found = await source.payments_to(ADDRESS, coin="ETH", since_ms=START_MS + 100 * BLOCK_MS)
        assert [(p.txid, p.final) for p in found] == [(second.txid, True), (first.txid, True)]
        await source.payments_to(ADDRESS, coin="ETH", since_ms=START_MS + 100 * BLOCK_MS)
        assert "eth_getLogs" not in node.asked

    scene(node, act)


def test_a_coin_that_is_not_on_this_chain_is_bad_input() -> None:
    with pytest.raises(SeawallError, match="no TRX"):
        payments(Node(), "TRX")


def test_the_public_nodes_are_of_two_operators() -> None:
    assert len({url.split("/")[2].rsplit(".", 2)[-2] for _, url in LIVE_SOURCES}) == 2


@pytest.mark.parametrize(
    ("code", "words"), [("0x", ""), ("0xef0100" + "11" * 20, "a program lies"), ("0x6001", "a program")]
)
def test_a_program_at_the_address_speaks_against_paying_it(code: str, words: str) -> None:
    node = Node()
    node.changes["eth_getCode"] = result(lambda told: code)
    said = scene(node, lambda source: source.why_not_pay(ADDRESS))
    assert isinstance(said, str)
    assert said.startswith(words)
    assert bool(said) is bool(words)
    node.changes["eth_getCode"] = result(lambda told: 7)
    with pytest.raises(NetworkTrouble, match="no program"):
        scene(node, lambda source: source.why_not_pay(ADDRESS))


def test_questions_keep_their_distance() -> None:
    node = Node()

    async def run() -> float:
        source = EvmSource("test", "https://node.invalid", gap_seconds=0.02, transport=httpx.MockTransport(node))
        begun = asyncio.get_running_loop().time()
        await source.payments_to(ADDRESS, coin="USDT", since_ms=START_MS)
        ended = asyncio.get_running_loop().time()
        await source.close()
        return ended - begun

    assert asyncio.run(run()) >= 0.02 * (len(node.asked) - 1)
    assert len(node.asked) == 4


def test_a_long_stretch_is_read_on_where_a_failure_cut_it_off() -> None:
    node = Node()
    early = node.pay("USDT", "1")
    node.pass_blocks(3_500)
    late = node.pay("USDT", "2")
    limits = [3]

    def limited(whole: dict[str, Any]) -> dict[str, Any]:
        limits[0] -= 1
        error = {"code": -32000, "message": "busy"}
        return whole if limits[0] >= 0 else {"jsonrpc": "2.0", "id": whole["id"], "error": error}

    async def act(source: EvmSource) -> None:
        node.changes["eth_getLogs"] = limited
        with pytest.raises(NetworkTrouble, match="busy"):
            await source.payments_to(ADDRESS, coin="USDT", since_ms=START_MS)
        limits[0] = 2
        found = await source.payments_to(ADDRESS, coin="USDT", since_ms=START_MS)
        assert [p.txid for p in found] == [late.txid, early.txid]

    scene(node, act)


def test_the_block_of_a_moment_stays_although_slots_go_without_blocks() -> None:
    node = Node()
    node.pass_blocks(200)
    since_ms = node.clock.now_ms()

    async def act(source: EvmSource) -> None:
        assert await source.payments_to(ADDRESS, coin="ETH", since_ms=since_ms) == []
        node.pay("ETH", "0.5")
        node.pass_blocks(300)
        # Without its memory a later look would begin earlier, where this node keeps no state any more.
        node.changes["eth_getBlockByNumber"] = result(
            lambda block: {**block, "timestamp": hex(int(block["timestamp"], 16) + 60)}
        )
        node.changes["eth_getBalance"] = forgetful
        forgetful.oldest = FIRST_HEIGHT + 297  # type: ignore[attr-defined]
        [payment] = await source.payments_to(ADDRESS, coin="ETH", since_ms=since_ms)
        assert payment.units == 5 * 10**17

    scene(node, act)
