"""How often the device's thread looks for wallets: seldom while the system tells what is plugged, else steadily."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

_WATCHED_POLL_S = 5.0  # a look all the same: news can get lost, and simulators have none
_AFTER_NEWS_S = 5.0  # a device that has just arrived is given its rights a little later


class Watch(Protocol):
    """Tells that something was plugged in or pulled out."""

    def start(self, on_change: Callable[[], None]) -> bool:
        """Begin to tell, from another thread; return whether the system can."""

    def stop(self) -> None:
        """Stop telling."""


class LookingPace:
    """Owned by the device's thread. Without a watch, or with one that cannot tell, it is one look every `poll_s`."""

    def __init__(self, poll_s: float, watch: Watch | None, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._poll_s = poll_s
        self._watch = watch
        self._clock_s = clock_s
        self._told = False
        self._news_s = -_AFTER_NEWS_S

    def start(self, on_news: Callable[[], None]) -> None:
        """Begin to listen; `on_news` is called on the watch's thread whenever a look is worth it."""

        def hear() -> None:
            self._news_s = self._clock_s()
            on_news()

        self._told = self._watch is not None and self._watch.start(hear)

    def stop(self) -> None:
        """Stop listening."""
        if self._watch is not None:
            self._watch.stop()

    def pause_s(self, *, settled: bool) -> float:
        """Return how long nothing needs a look. `settled`: the device is as it should be, or there is none."""
        fresh = self._clock_s() - self._news_s < _AFTER_NEWS_S
        return max(self._poll_s, _WATCHED_POLL_S) if self._told and settled and not fresh else self._poll_s
