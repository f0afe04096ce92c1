"""A TRON node in Ethereum's forms: the token's transfers, its names of transactions, its solid blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from desktop.chain.tron import LIVE_SOURCES, TronSource, evm_form
from desktop.domain.errors import BadInput, NetworkTrouble
from desktop.domain.tron_address import address_bytes
from desktop.engine.ports import Payment
from desktop.worlds.practice.evm_chain import TRON_SHAPE, PracticeEvmChain, payment_of
from desktop.worlds.practice.evm_view import EvmView
from desktop.worlds.practice.http_server import HttpRequest
from desktop.worlds.practice.practice_store import KeptWithdrawal
from tests.fakes.practice_account import START_MS, HandClock

ADDRESS = "TY72iA3SBtrds3QLYsS7LwYfkzXwAXCRWT"
OTHER = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
Change = Callable[[dict[str, Any]], dict[str, Any]]


class Node:
    """A node of the practice TRON, whose answers to one method a test may change."""

    def __init__(self) -> None:
        self.clock = HandClock(START_MS + 100 * TRON_SHAPE.block_ms)
        self.paid: list[KeptWithdrawal] = []
        self.view = EvmView(PracticeEvmChain(START_MS, lambda: self.paid[::-1], TRON_SHAPE), self.clock, 0)
        self.changes: dict[str, Change] = {}

    def pay(self, amount: str, address: str = ADDRESS) -> KeptWithdrawal:
        """Pay the address USDT; the next block takes it."""
        number, now_ms = f"w{len(self.paid)}", self.clock.now_ms()
        txid, place = payment_of(number, "tron", "USDT")
        kept = KeptWithdrawal(
            number, "USDT", "TRX", address, Decimal(amount), Decimal(1), now_ms, now_ms, txid, place
        )
        self.paid.append(kept)
        self.pass_blocks(2)
        return kept

    def pass_blocks(self, count: int) -> None:
        """Let so many blocks come."""
        self.clock.at_ms += count * TRON_SHAPE.block_ms

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method = msgspec.json.decode(request.content)["method"]
        whole = msgspec.json.decode(self.view.answer(HttpRequest("POST", "/", "", {}, request.content)).body)
        return httpx.Response(200, json=self.changes.get(method, lambda told: told)(whole))


def seen(node: Node, act: Callable[[TronSource], Awaitable[list[Payment]]]) -> list[Payment]:
    async def run() -> list[Payment]:
        transport = httpx.MockTransport(node)
        source = TronSource("test", "https://node.invalid", slot_seconds=TRON_SHAPE.slot_seconds, transport=transport)
        try:
            return await act(source)
        finally:
            await source.close()

    return asyncio.run(run())


def payments(node: Node) -> list[Payment]:
    return seen(node, lambda source: source.payments_to(ADDRESS, coin="USDT"))


def test_a_payment_is_seen_by_its_own_name_and_is_final_when_its_block_is_solid() -> None:
    node = Node()
    kept = node.pay("12.345678")
    node.pay("5", OTHER)
    [payment] = payments(node)
    assert (payment.txid, payment.vout, payment.units) == (kept.txid, 0, 12_345_678)
    assert len(payment.txid) == 64
    assert (payment.confirmations, payment.final) == (4, False)
    node.pass_blocks(15)
    assert [(p.confirmations, p.final) for p in payments(node)] == [(19, False)]
    node.pass_blocks(1)
    assert [(p.confirmations, p.final) for p in payments(node)] == [(20, True)]


def test_a_node_that_numbers_logs_otherwise_in_receipts_is_understood() -> None:
    node = Node()
    node.pay("7")
    node.changes["eth_getTransactionReceipt"] = lambda whole: {
        **whole,
        "result": {**whole["result"], "logs": [{**log, "logIndex": "0x9"} for log in whole["result"]["logs"]]},
    }
    assert [p.units for p in payments(node)] == [7_000_000]


def test_a_failed_transaction_another_contract_and_another_chain_are_never_believed() -> None:
    node = Node()
    node.pay("7")
    node.changes["eth_getTransactionReceipt"] = lambda whole: {
        **whole,
        "result": {**whole["result"], "status": "0x0"},
    }
    with pytest.raises(NetworkTrouble, match="which failed"):
        payments(node)
    node.changes = {
        "eth_getLogs": lambda whole: {
            **whole, "result": [{**log, "address": evm_form(ADDRESS)} for log in whole["result"]]
        }
    }  # fmt: skip
    assert payments(node) == []
    node.changes = {"eth_chainId": lambda whole: {**whole, "result": "0x1"}}
    with pytest.raises(NetworkTrouble, match="chain 1, not of chain 728126428"):
        payments(node)


def test_the_chains_own_coin_is_not_watched_and_a_wrong_address_is_named() -> None:
    with pytest.raises(BadInput, match="no TRX"):
        seen(Node(), lambda source: source.payments_to(ADDRESS, coin="TRX"))
    with pytest.raises(BadInput):
        seen(Node(), lambda source: source.payments_to("0x73d0385F4d8E00C5e6504C6030F47BF6212736A8", coin="USDT"))


def test_an_address_in_ethereums_form_is_its_last_twenty_bytes() -> None:
    assert evm_form(OTHER) == "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c"
    assert bytes.fromhex(evm_form(ADDRESS)[2:]) == address_bytes(ADDRESS)[1:]
    assert len({url for _, url in LIVE_SOURCES}) == 2
