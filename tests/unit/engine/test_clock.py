"""Clocks: real time that never goes back, and fast time that keeps its promise."""

from __future__ import annotations

import asyncio
import time

import pytest

from desktop.domain.errors import WrongUsage
from desktop.engine.clock import FastClock, WallClock
from desktop.engine.ports import Clock


def test_wall_clock_holds_when_the_machine_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = WallClock()
    readings = iter([5_000_000_000, 3_000_000_000, 6_000_000_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(readings))
    assert [clock.now_ms(), clock.now_ms(), clock.now_ms()] == [5_000, 5_000, 6_000]


def test_fast_clock_scales_elapsed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([1_000_000_000, 1_000_000_000, 1_500_000_000])
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(readings))
    clock = FastClock(60, start_ms=1_700_000_000_000)
    assert clock.now_ms() == 1_700_000_000_000
    assert clock.now_ms() == 1_700_000_030_000


def test_fast_clock_sleep_is_shorter_in_real_time_and_whole_in_its_own() -> None:
    clock = FastClock(100, start_ms=0)

    async def sleep_ten() -> float:
        before = time.monotonic()
        await clock.sleep(10)
        return time.monotonic() - before

    real_seconds = asyncio.run(sleep_ten())
    assert 0.09 <= real_seconds < 5
    assert clock.now_ms() >= 9_900


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_fast_clock_refuses_a_speed_that_is_none(speed: float) -> None:
    with pytest.raises(WrongUsage):
        FastClock(speed, start_ms=0)


def test_both_are_clocks_of_the_engine() -> None:
    assert isinstance(WallClock(), Clock)
    assert isinstance(FastClock(2, 0), Clock)
