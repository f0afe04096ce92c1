"""The practice world's time, which goes on over a restart: it never returns to a moment that already was."""

from __future__ import annotations

import asyncio
import time

from desktop.engine.clock import FastClock
from desktop.worlds.practice.practice_store import PracticeStore

_KEPT = "clock_ms"
_BEAT_REAL_SECONDS = 0.5
_AHEAD_REAL_SECONDS = 2.0


class PracticeClock(FastClock):
    """Starts at the wall's time, or later where an earlier run with a high speed has been later already.

    While it runs, a moment a little ahead is kept twice a second: after a crash time goes on from there.
    """

    def __init__(self, speed: float, store: PracticeStore) -> None:
        kept = store.setting(_KEPT)
        super().__init__(speed, max(time.time_ns() // 1_000_000, int(kept or 0)))
        self._store = store
        self._beat: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Keep the time from now on. Event loop."""
        self._keep(self._ahead_ms())
        self._beat = asyncio.get_running_loop().create_task(self._beats(), name="practice clock")

    async def close(self) -> None:
        """Keep the time once more and stop."""
        beat, self._beat = self._beat, None
        if beat is not None:
            beat.cancel()
            [failure] = await asyncio.gather(beat, return_exceptions=True)
            self._keep(self.now_ms())
            if isinstance(failure, Exception):
                raise failure

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_REAL_SECONDS)
            self._keep(self._ahead_ms())

    def _ahead_ms(self) -> int:
        return self.now_ms() + int(_AHEAD_REAL_SECONDS * 1000 * self.speed)

    def _keep(self, at_ms: int) -> None:
        self._store.keep_setting(_KEPT, str(at_ms))
