"""The Ethereum reader against a real node: tokens, ether, failures, finality, replaced blocks, another chain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from desktop.chain.ethereum import EvmSource
from desktop.custody.reports import COIN_ITSELF
from desktop.domain.errors import NetworkTrouble
from desktop.domain.evm_address import address_text, parse_address
from desktop.engine.ports import Payment
from desktop.hw.ethereum.tokens import transfer_data
from tests.fakes.evm_node import EvmNode, anvil, assembled, evm_node

PROGRAM = anvil()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no anvil; .ci/run puts it into .cache/anvil where npm is")

ADDRESS = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"
FINAL_BEHIND = 64
ETHER = 10**18

T = TypeVar("T")


@pytest.fixture
def node() -> Iterator[EvmNode]:
    assert PROGRAM is not None
    with evm_node(1, PROGRAM) as running:
        running.ask("anvil_mine", "0x5", "0xc")
        yield running


@pytest.fixture
def maker(node: EvmNode) -> str:
    return str(node.ask("eth_accounts")[0])


def looked(node: EvmNode, scene: Callable[[EvmSource], Awaitable[T]], contract: str = "", chain_id: int = 1) -> T:
    async def run() -> T:
        contracts = {"USDT": contract} if contract else {}
        source = EvmSource("anvil", node.url, chain_id=chain_id, slot_seconds=1, contracts=contracts)
        try:
            return await scene(source)
        finally:
            await source.close()

    return asyncio.run(run())


def payments(node: EvmNode, coin: str, contract: str = "", **more: object) -> list[Payment]:
    return looked(node, lambda source: source.payments_to(ADDRESS, coin=coin, **more), contract)  # type: ignore[arg-type]


def sent(node: EvmNode, **transaction: object) -> dict[str, object]:
    call = {"from": node.ask("eth_accounts")[0], "gas": "0x100000", **transaction}
    return node.mined(node.ask("eth_sendTransaction", call))


def token_sent(node: EvmNode, contract: str, to: str, units: int, **more: object) -> dict[str, object]:
    return sent(node, to=contract, data="0x" + transfer_data(to, units).hex(), **more)


def test_a_token_arrives_and_becomes_final(node: EvmNode, maker: str) -> None:
    contract = node.token_for(maker, 10**12)
    receipt = token_sent(node, contract, ADDRESS, 12_345_678)

    async def scene(source: EvmSource) -> list[Payment]:
        [first] = await source.payments_to(ADDRESS, coin="USDT")
        node.ask("anvil_mine", hex(FINAL_BEHIND - 1), "0xc")
        [later] = await source.payments_to(ADDRESS, coin="USDT")
        node.ask("anvil_mine", "0x1", "0xc")
        [settled] = await source.payments_to(ADDRESS, coin="USDT")
        [again] = await source.payments_to(ADDRESS, coin="USDT")
        assert settled == again
        assert await source.tip_height() == settled.height + settled.confirmations - 1  # type: ignore[operator]
        return [first, later, settled]

    seen = looked(node, scene, contract)
    assert {(p.txid, p.vout, p.units) for p in seen} == {(receipt["transactionHash"], 0, 12_345_678)}
    assert [(p.confirmations, p.final) for p in seen] == [(1, False), (64, False), (65, True)]
    assert seen[0].height == int(str(receipt["blockNumber"]), 16)
    assert seen[0].at_ms is not None


def test_what_is_not_this_token_to_this_address_is_no_payment(node: EvmNode, maker: str) -> None:
    contract, other = node.token_for(maker, 10**12), node.token_for(maker, 10**12)
    token_sent(node, other, ADDRESS, 5)
    token_sent(node, contract, maker, 5)
    token_sent(node, contract, ADDRESS, 0)
    failed = token_sent(node, contract, ADDRESS, 10**15)
    assert failed["status"] == "0x0"
    assert payments(node, "USDT", contract) == []
    assert [p.units for p in payments(node, "USDT", other)] == [5]


def test_a_payment_in_a_replaced_block_is_gone_and_found_again_at_its_new_place(node: EvmNode, maker: str) -> None:
    contract = node.token_for(maker, 10**12)
    raw = {"from": maker, "to": contract, "data": "0x" + transfer_data(ADDRESS, 7).hex(), "gas": "0x100000"}

    async def scene(source: EvmSource) -> None:
        node.mined(node.ask("eth_sendTransaction", raw))
        assert [p.units for p in await source.payments_to(ADDRESS, coin="USDT")] == [7]
        node.ask("anvil_reorg", 1, [])
        assert await source.payments_to(ADDRESS, coin="USDT") == []
        token_sent(node, contract, maker, 1)
        node.mined(node.ask("eth_sendTransaction", raw))
        [found] = await source.payments_to(ADDRESS, coin="USDT")
        assert (found.vout, found.units) == (0, 7)

    looked(node, scene, contract)


def test_ether_paid_straight_is_found_by_its_block_and_by_its_name(node: EvmNode) -> None:
    receipt = sent(node, to=ADDRESS, value=hex(3 * ETHER))
    node.ask("anvil_mine", "0x9", "0xc")
    second = sent(node, to=ADDRESS, value="0x1")
    found = payments(node, "ETH")
    assert [(p.txid, p.vout, p.units) for p in found] == [
        (second["transactionHash"], COIN_ITSELF, 1),
        (receipt["transactionHash"], COIN_ITSELF, 3 * ETHER),
    ]
    assert payments(node, "ETH", named=(str(receipt["transactionHash"]),)) == found


def test_ether_out_of_a_contract_counts_once_its_transaction_is_named(node: EvmNode, maker: str) -> None:
    # Sends on whatever it was paid to the address that stands in the call data.
    code = assembled("0x00 0x00 0x00 0x00 CALLVALUE 0x00 CALLDATALOAD GAS CALL 0x00 0x00 RETURN")
    init = assembled(f"0x{len(code):04x} 0x000f 0x00 CODECOPY 0x{len(code):04x} 0x00 RETURN")
    payer = str(sent(node, data="0x" + (init + code).hex())["contractAddress"])
    receipt = sent(node, to=payer, value=hex(2 * ETHER), data=f"0x{ADDRESS[2:]:0>64}")
    assert node.number("eth_getBalance", ADDRESS, "latest") == 2 * ETHER
    with pytest.raises(NetworkTrouble, match="nobody has named"):
        payments(node, "ETH")
    [found] = payments(node, "ETH", named=(str(receipt["transactionHash"]),))
    assert (found.txid, found.units) == (receipt["transactionHash"], 2 * ETHER)

    async def after_it_is_final(source: EvmSource) -> None:
        with pytest.raises(NetworkTrouble):
            await source.payments_to(ADDRESS, coin="ETH")
        node.ask("anvil_mine", "0x80", "0xc")
        with pytest.raises(NetworkTrouble):
            await source.payments_to(ADDRESS, coin="ETH")
        [named] = await source.payments_to(ADDRESS, coin="ETH", named=(str(receipt["transactionHash"]),))
        assert (named.units, named.final) == (2 * ETHER, True)

    looked(node, after_it_is_final)


def test_nothing_is_an_empty_list_and_a_name_that_pays_nobody_changes_nothing(node: EvmNode, maker: str) -> None:
    elsewhere = sent(node, to=maker, value="0x5")
    for coin in ("ETH", "USDC"):
        assert payments(node, coin) == []
        assert payments(node, coin, named=(str(elsewhere["transactionHash"]), "0x" + "77" * 32)) == []


def test_blocks_before_that_time_are_left_out(node: EvmNode, maker: str) -> None:
    contract = node.token_for(maker, 10**12)
    token_sent(node, contract, ADDRESS, 5)
    sent(node, to=ADDRESS, value="0x5")
    node.ask("anvil_mine", "0x50", "0xc")
    now_ms = int(node.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16) * 1000
    for coin in ("USDT", "ETH"):
        assert payments(node, coin, contract, since_ms=now_ms - 60_000) == []
        assert [p.units for p in payments(node, coin, contract, since_ms=now_ms - 0x50 * 12_000 - 60_000)] == [5]


def test_a_node_of_another_chain_is_never_believed(node: EvmNode) -> None:
    with pytest.raises(NetworkTrouble, match="chain 1, not of chain 10"):
        looked(node, lambda source: source.payments_to(ADDRESS, coin="ETH"), chain_id=10)


def test_the_address_is_what_the_wallet_calls_it() -> None:
    assert address_text(parse_address(ADDRESS.lower())) == ADDRESS
