"""A clock that stands still until the test moves it, and knows who is waiting for it."""

from __future__ import annotations

import asyncio


class ManualClock:
    """Time in the test's hand. `next_sleep` waits until somebody waits; then `advance` moves on."""

    speed = 1.0

    def __init__(self, start_ms: int = 1_790_000_000_000) -> None:
        self._now_ms = float(start_ms)
        self._sleepers: list[tuple[float, float, asyncio.Future[None]]] = []
        self._changed = asyncio.Condition()

    def now_ms(self) -> int:
        """Return the UTC milliseconds set last."""
        return int(self._now_ms)

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has moved the time so far."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self._now_ms + seconds * 1000, seconds, waiter)
        self._sleepers.append(sleeper)
        async with self._changed:
            self._changed.notify_all()
        try:
            await waiter
        finally:
            self._sleepers.remove(sleeper)

    async def next_sleep(self, seconds: float) -> None:
        """Wait until somebody waits for so many seconds."""
        async with self._changed:
            await self._changed.wait_for(lambda: any(abs(s - seconds) < 1e-9 for _, s, _ in self._sleepers))

    async def next_sleep_between(self, least: float, most: float) -> float:
        """Wait until somebody waits for a time within these bounds, and return it."""
        found: list[float] = []

        def look() -> bool:
            found[:] = [s for _, s, _ in self._sleepers if least <= s <= most]
            return bool(found)

        async with self._changed:
            await self._changed.wait_for(look)
        return found[0]

    async def advance(self, seconds: float) -> None:
        """Move the time and wake who has waited long enough."""
        self._now_ms += seconds * 1000
        for deadline, _, waiter in sorted(self._sleepers, key=lambda one: one[0]):
            if deadline <= self._now_ms + 1e-6 and not waiter.done():
                waiter.set_result(None)
        await asyncio.sleep(0)

    async def tick(self, times: int, seconds: float = 1.0) -> None:
        """Let somebody who looks every `seconds` look so many times."""
        for _ in range(times):
            await self.next_sleep(seconds)
            await self.advance(seconds)
