import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from desktop.venues.budget import Budgets, HostBudget, Purpose
from desktop.venues.errors import TooFast
from desktop.venues.host_rules import BINANCE_FUTURES, BYBIT, COINGLASS, OKX, Allowance, HostRules
from tests.fakes.manual_clock import ManualClock

TEN_A_MINUTE = HostRules((Allowance(10, 60),))


def play(rules: HostRules, scene: Callable[[HostBudget, ManualClock], Awaitable[None]]) -> None:
    async def whole() -> None:
        clock = ManualClock(1_790_000_040_000)  # a whole minute
        async with asyncio.timeout(20):
            await scene(HostBudget("venue.test", rules, clock), clock)

    asyncio.run(whole())


async def spend(budget: HostBudget, times: int, purpose: Purpose = "live", path: str = "/x") -> None:
    for _ in range(times):
        await budget.leave(path, 1, purpose)


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_four_fifths_are_used_and_then_the_oldest_must_be_out_of_the_window() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        await spend(budget, 1)
        await clock.advance(10)
        await spend(budget, 7)
        ninth = asyncio.create_task(budget.leave("/x", 1, "live"))
        await clock.next_sleep(50)
        assert not ninth.done()
        await clock.advance(50)
        await ninth

    play(TEN_A_MINUTE, scene)


def test_back_fill_never_uses_more_than_half() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        await spend(budget, 5, "backfill")
        sixth = asyncio.create_task(budget.leave("/x", 1, "backfill"))
        await clock.next_sleep(60)
        await spend(budget, 3, "live")
        assert not sixth.done()
        await clock.advance(60)
        await sixth

    play(TEN_A_MINUTE, scene)


def test_a_live_poll_goes_before_back_fill_that_waited_longer() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        done: list[str] = []

        async def ask(purpose: Purpose, weight: float) -> None:
            await budget.leave("/x", weight, purpose)
            done.append(purpose)

        await budget.leave("/x", 8, "live")
        waiting = asyncio.create_task(ask("backfill", 1))
        await clock.next_sleep(60)
        urgent = asyncio.create_task(ask("live", 8))
        await asyncio.sleep(0)
        await clock.advance(60)
        await urgent
        assert done == ["live"]
        await clock.next_sleep(60)
        await clock.advance(60)
        await waiting

    play(TEN_A_MINUTE, scene)


def test_more_than_everything_waits_for_an_empty_window_and_not_for_ever() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        await spend(budget, 1)
        big = asyncio.create_task(budget.leave("/x", 50, "live"))
        await clock.next_sleep(60)
        await clock.advance(60)
        await big

    play(TEN_A_MINUTE, scene)


def test_what_other_programs_used_counts_as_well() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        budget.answered(200, {"x-mbx-used-weight-1m": "1200"})
        await spend(budget, 1, "live")
        later = asyncio.create_task(budget.leave("/x", 1, "backfill"))
        await clock.next_sleep(60)
        await stop(later)
        budget.answered(200, {"x-mbx-used-weight-1m": "1920"})
        live = asyncio.create_task(budget.leave("/x", 1, "live"))
        await clock.next_sleep(60)
        await clock.advance(60)
        await live

    play(BINANCE_FUTURES, scene)


def test_paths_with_a_limit_of_their_own_weigh_nothing_elsewhere() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        await spend(budget, 400, path="/fapi/v1/fundingRate")
        await spend(budget, 100, path="/fapi/v1/openInterest")
        more = asyncio.create_task(budget.leave("/fapi/v1/fundingInfo", 1, "live"))
        await clock.next_sleep(300)
        await stop(more)

    play(BINANCE_FUTURES, scene)


def test_each_path_of_okx_has_its_own_two_seconds() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        await spend(budget, 16, path="/api/v5/public/open-interest")
        await spend(budget, 16, path="/api/v5/public/funding-rate")
        await spend(budget, 32, path="/api/v5/market/candles")
        more = asyncio.create_task(budget.leave("/api/v5/public/open-interest", 1, "live"))
        await clock.next_sleep(2)
        await stop(more)

    play(OKX, scene)


def test_a_greater_plan_is_taken_from_the_answer() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        await spend(budget, 24)
        budget.answered(200, {"api-key-max-limit": "80"})
        await spend(budget, 40)
        more = asyncio.create_task(budget.leave("/x", 1, "live"))
        await clock.next_sleep(60)
        await stop(more)

    play(COINGLASS, scene)


def test_a_storm_of_429_doubles_the_pause_and_a_good_answer_ends_that() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        waits = []
        for _ in range(6):
            with pytest.raises(TooFast) as caught:
                budget.answered(429, {})
            waits.append(caught.value.wait_seconds)
        assert waits == [60, 120, 240, 480, 960, 960]
        budget.answered(200, {})
        with pytest.raises(TooFast) as caught:
            budget.answered(429, {})
        assert caught.value.wait_seconds == 60

    play(BYBIT, scene)


def test_a_pause_may_be_named_by_its_end() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        until = datetime.fromtimestamp(clock.now_ms() / 1000, UTC) + timedelta(seconds=25)
        with pytest.raises(TooFast) as caught:
            budget.answered(429, {"retry-after": format_datetime(until, usegmt=True)})
        assert caught.value.wait_seconds == 25

    play(BYBIT, scene)


def test_the_end_of_a_pause_is_counted_from_the_hosts_own_clock() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        behind = datetime.fromtimestamp(clock.now_ms() / 1000, UTC) - timedelta(hours=3)
        until = behind + timedelta(seconds=25)
        headers = {"retry-after": format_datetime(until, usegmt=True), "date": format_datetime(behind, usegmt=True)}
        with pytest.raises(TooFast) as caught:
            budget.answered(429, headers)
        assert caught.value.wait_seconds == 25

    play(BYBIT, scene)


@pytest.mark.parametrize("named", ["0", "1", "Thu, 01 Jan 2026 00:00:00 GMT"])
def test_an_end_that_never_comes_is_waited_for_longer_each_time(named: str) -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        waits = []
        for _ in range(8):
            with pytest.raises(TooFast) as caught:
                budget.answered(429, {"retry-after": named})
            waits.append(caught.value.wait_seconds)
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
        with pytest.raises(TooFast) as caught:
            budget.answered(429, {"retry-after": "700"})
        assert caught.value.wait_seconds == 700

    play(BYBIT, scene)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    async def scene(budget: HostBudget, clock: ManualClock) -> None:
        for headers in ({"retry-after": "700"}, {"retry-after": "5"}):
            with pytest.raises(TooFast):
                budget.answered(403, headers)
        with pytest.raises(TooFast) as caught:
            await budget.leave("/x", 1, "live")
        assert caught.value.wait_seconds == 700

    play(BYBIT, scene)


def test_every_host_has_one_budget() -> None:
    budgets = Budgets(ManualClock())
    assert budgets.of("a.test", BYBIT) is budgets.of("a.test")
    assert budgets.of("a.test").rules is BYBIT
    assert budgets.of("b.test") is not budgets.of("a.test")
