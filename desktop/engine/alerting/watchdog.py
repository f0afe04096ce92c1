"""Watches the engine's loop from a thread of its own: an engine that stands still is told, not taken for calm."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from desktop.alerts.dead_man import STALLED_S

_PERIOD_S = 1.0
_OVERSLEPT_S = 5.0


class Heartbeat:
    """When the loop was last alive. Times are of one monotonic clock in seconds."""

    def __init__(self, now_s: float, limit_s: float = STALLED_S) -> None:
        self._beat_s = self._looked_s = now_s
        self._limit_s = limit_s
        self._stalled_since: float | None = None

    def beat(self, now_s: float) -> float | None:
        """Note that the loop is alive; return how long it had stood still if that had been told."""
        since_s, self._stalled_since = self._stalled_since, None
        self._beat_s = now_s
        return None if since_s is None else now_s - since_s

    def look(self, now_s: float) -> float | None:
        """Return for how long the loop has stood still, once when it passes the limit; otherwise None."""
        overslept = now_s - self._looked_s > _OVERSLEPT_S
        self._looked_s = now_s
        if overslept:
            # This thread stood still as well: the whole program did, and no loop is to blame.
            self._beat_s = now_s
        if self._stalled_since is not None or now_s - self._beat_s <= self._limit_s:
            return None
        self._stalled_since = self._beat_s
        return now_s - self._beat_s


class Watchdog:
    """Ask the loop for a sign of life every second. `start` and `stop` on any thread.

    `on_stalled(seconds)` is called on the watchdog's thread, since the loop cannot; `on_back(seconds)` on the loop.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_stalled: Callable[[float], None],
        on_back: Callable[[float], None],
        *,
        now_s: Callable[[], float] = time.monotonic,
        period_s: float = _PERIOD_S,
        limit_s: float = STALLED_S,
    ) -> None:
        self._loop = loop
        self._on_stalled, self._on_back = on_stalled, on_back
        self._now_s = now_s
        self._period_s = period_s
        self._heart = Heartbeat(now_s(), limit_s)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch and wait for its thread."""
        self._stop.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._period_s):
            with self._lock:
                stalled_s = self._heart.look(self._now_s())
            if stalled_s is not None:
                self._on_stalled(stalled_s)
            try:
                self._loop.call_soon_threadsafe(self._beat)
            except RuntimeError:
                return  # the loop is closed

    def _beat(self) -> None:
        with self._lock:
            stood_s = self._heart.beat(self._now_s())
        if stood_s is not None:
            self._on_back(stood_s)
