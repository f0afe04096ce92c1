"""Clocks of the worlds: the wall's own time, and a time that runs faster for practice, replay and tests."""

from __future__ import annotations

import asyncio
import time

from desktop.domain.errors import WrongUsage


class WallClock:
    """The real time. A step back of the machine's clock is held until the time has caught up."""

    speed = 1.0

    def __init__(self) -> None:
        self._latest_ms = 0

    def now_ms(self) -> int:
        """Return UTC milliseconds; never goes back. Any thread."""
        self._latest_ms = max(self._latest_ms, time.time_ns() // 1_000_000)
        return self._latest_ms

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        await asyncio.sleep(max(0.0, seconds))


class FastClock:
    """A time that starts at `start_ms` (UTC ms) and runs `speed` times as fast as real time.

    Raise WrongUsage if `speed` is not above zero.
    """

    def __init__(self, speed: float, start_ms: int) -> None:
        if not speed > 0:
            raise WrongUsage(f"speed {speed} is not above zero", "Give a speed such as 1, 4 or 60.")
        self.speed = float(speed)
        self._start_ms = start_ms
        self._started_ns = time.monotonic_ns()

    def now_ms(self) -> int:
        """Return UTC milliseconds of this world; never goes back. Any thread."""
        elapsed_ns = time.monotonic_ns() - self._started_ns
        return self._start_ms + int(elapsed_ns * self.speed / 1_000_000)

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)
