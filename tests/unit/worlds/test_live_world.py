"""The live world opens without asking anything of the network, and has an account only with a key."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput
from desktop.storage.settings import Settings
from desktop.worlds.live import open_live
from desktop.worlds.live_accounts import AccountKeys, ReadOnlyKey
from desktop.worlds.world import World


def opened(folder: Path, key: ReadOnlyKey | None, settings: Settings | None = None) -> World:
    async def run() -> World:
        world = await open_live(folder, settings=settings, keys=AccountKeys(key, key))
        for feed in (*world.feeds, *world.context):
            await feed.close()
        await world.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return world

    return asyncio.run(run())


@pytest.mark.parametrize("key", [None, ReadOnlyKey("a-key", "a-secret")])
def test_an_account_is_there_only_with_a_key(tmp_path: Path, key: ReadOnlyKey | None) -> None:
    world = opened(tmp_path, key)
    assert list(world.exchanges) == ([] if key is None else ["binance"])
    assert [own.venue for own in world.positions] == ([] if key is None else ["binance", "bybit"])
    assert [own.venue for own in world.keys] == ([] if key is None else ["binance", "bybit"])
    assert "a-secret" not in repr(world)


def test_the_chain_is_watched_from_two_sources_and_time_is_real(tmp_path: Path) -> None:
    world = opened(tmp_path, None)
    assert Counter(source.chain for source in world.chain) == {"bitcoin": 2, "ethereum": 2, "tron": 2, "solana": 2}
    assert len({source.name for source in world.chain}) == 8
    with_node = opened(tmp_path, None, Settings(eth_node="http://127.0.0.1:8545"))
    names = [source.name for source in with_node.chain if source.chain == "ethereum"]
    assert names == ["publicnode.com", "your Ethereum node"]
    assert [feed.venue for feed in world.feeds] == ["binance", "bybit", "okx", "hyperliquid"]
    assert (world.name, world.clock.speed, world.practice) == ("live", 1.0, None)


def test_a_host_that_is_none_of_the_venue_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"evil\.test"):
        opened(tmp_path, None, Settings(hosts={"bybit": {"ws": "wss://evil.test"}}))


def test_more_may_be_asked_within_the_same_budgets_and_through_the_same_proxy(tmp_path: Path) -> None:
    world = opened(tmp_path, ReadOnlyKey("a-key", "a-secret"), Settings(proxy="http://127.0.0.1:1"))
    assert world.outbound is not None
    assert world.outbound.proxy == "http://127.0.0.1:1"


def test_everything_is_recorded_only_where_the_person_wants_it(tmp_path: Path) -> None:
    assert opened(tmp_path, None).recording is None
    assert list(tmp_path.iterdir()) == []

    async def run() -> None:
        world = await open_live(tmp_path, settings=Settings(record_always=True))
        for feed in (*world.feeds, *world.context):
            await feed.close()
        await world.aclose()
        assert world.recording is not None
        assert world.recording().state == "recording"

    asyncio.run(run())


def test_flows_of_funds_are_asked_for_only_with_a_key_and_gas_only_of_a_node(tmp_path: Path) -> None:
    world = opened(tmp_path, None)
    assert [feed.venue for feed in world.context] == ["context", "withdrawals"]
    told = frozenset[str]().union(*world.context_channels.values())
    assert {"VIX", "PEG_USDT", "FEAR_GREED", "BTC_FEE"} <= told
    assert not told & {"ETF_FLOW_BTC", "ETH_FEE"}
    with_node = opened(tmp_path, None, Settings(eth_node="http://127.0.0.1:8545"))
    assert "ETH_FEE" in frozenset[str]().union(*with_node.context_channels.values())
