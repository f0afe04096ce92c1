"""The practice world as the engine gets it: feeds, account, chain, device, history, and a clean end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput, WrongUsage
from desktop.domain.market import Gap, Liquidation, Message, Unparsed
from desktop.hw.carriers.udp_transport import udp_at
from desktop.worlds.practice.world import LABEL, open_practice
from desktop.worlds.world import World
from tests.fakes.practice_account import ADDRESS


def in_practice(folder: Path, scene: Callable[[World], Awaitable[None]], speed: float = 120.0) -> None:
    threads = set(threading.enumerate())

    async def run() -> None:
        world = await open_practice(folder, speed=speed)
        try:
            await scene(world)
        finally:
            for feed in world.feeds:
                await feed.close()
            await world.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    assert set(threading.enumerate()) == threads


async def read_until(world: World, enough: Callable[[list[Message]], bool]) -> list[Message]:
    """Read every feed until what came is enough."""
    heard: list[Message] = []
    done = asyncio.Event()

    async def follow(number: int) -> None:
        async for batch in world.feeds[number].messages():
            heard.extend(batch)
            if enough(heard):
                done.set()

    readers = [asyncio.create_task(follow(number)) for number in range(len(world.feeds))]
    async with asyncio.timeout(60):
        await done.wait()
    for feed in world.feeds:
        await feed.close()
    await asyncio.gather(*readers)
    return heard


def longs(heard: list[Message]) -> list[Liquidation]:
    return [m for m in heard if isinstance(m, Liquidation) and (m.coin, m.side) == ("BTC", "long")]


def test_both_venues_tell_of_forced_selling_through_the_real_session_code(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        assert (world.name, world.label) == ("practice", LABEL)
        assert "synthetic" in world.label
        opened_ms = world.clock.now_ms()
        heard = await read_until(world, lambda all_: {m.venue for m in longs(all_)} == {"binance", "bybit"})
        forced = longs(heard)
        assert forced[0].venue == "binance"
        assert all(opened_ms <= m.at_ms <= world.clock.now_ms() for m in forced)
        assert not [m for m in heard if isinstance(m, Gap | Unparsed)]

    in_practice(tmp_path, scene)


def test_history_is_warm_and_ends_where_the_world_opened(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        assert world.history is not None
        bars = await world.history.hours("BTC", 0)
        assert len(bars) == 720
        assert bars[-1].open_ms + 3_600_000 <= world.clock.now_ms()

    in_practice(tmp_path, scene)


def test_a_withdrawal_pressed_by_hand_is_seen_by_account_and_both_explorers(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        assert world.practice is not None
        begin_ms = world.clock.now_ms()
        await world.practice.save_address("BTC", ADDRESS)
        await world.practice.withdraw("BTC", Decimal("0.2"))
        account = world.exchanges["binance"]
        async with asyncio.timeout(60):
            while (await account.withdrawals("BTC", begin_ms - 5_000))[0].status != "completed":
                await world.clock.sleep(2)
            explorers = [source for source in world.chain if source.chain == "bitcoin"]
            while min([p.confirmations for s in explorers for p in await s.payments_to(ADDRESS)] or [0]) < 3:
                await world.clock.sleep(5)
        [row] = await account.withdrawals("BTC", begin_ms - 5_000)
        payments = [payment for source in explorers for payment in await source.payments_to(ADDRESS)]
        assert {payment.txid for payment in payments} == {row.txid}
        assert [payment.units for payment in payments] == [int(row.amount * 100_000_000)] * 2
        assert world.practice.page().balances["BTC"] == "0.642"

    in_practice(tmp_path, scene)


def test_the_device_answers_at_its_path_and_shows_its_label(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        [path] = world.device_paths()
        transport = udp_at(path.removeprefix("udp:"))
        transport.open()
        assert transport.present()
        transport.close()
        assert world.practice_screen is not None
        lines, asks = world.practice_screen()
        assert not asks
        assert any("PRACTICE" in line for line in lines)

    in_practice(tmp_path, scene)


def test_a_second_opening_finds_the_same_world_at_a_later_time(tmp_path: Path) -> None:
    seen: list[tuple[int, int, list[str], dict[str, str]]] = []

    async def scene(world: World) -> None:
        assert world.practice is not None
        begin_ms = world.clock.now_ms()
        if not seen:
            await world.practice.save_address("BTC", ADDRESS)
            await world.practice.withdraw("BTC", Decimal("0.2"))
        await world.clock.sleep(60)
        rows = await world.exchanges["binance"].withdrawals("BTC", 0 if not seen else seen[0][0])
        seen.append((begin_ms, world.clock.now_ms(), [row.txid for row in rows], world.practice.page().balances))

    in_practice(tmp_path, scene, speed=600.0)
    in_practice(tmp_path, scene, speed=60.0)
    first, second = seen
    assert first[1] <= second[0]
    assert first[2:] == second[2:]
    assert len(first[2]) == 1


def test_a_damaged_storm_and_a_speed_that_is_none_leave_nothing_open(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl.zst"
    broken.write_bytes(b"not a storm")

    async def run() -> None:
        with pytest.raises(BadInput, match=r"broken\.jsonl\.zst"):
            await open_practice(tmp_path, storm=broken)
        with pytest.raises(WrongUsage):
            await open_practice(tmp_path, speed=0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
