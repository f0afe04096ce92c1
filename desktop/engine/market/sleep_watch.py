"""Notices that this computer slept: on waking, every socket is half open and every silence has a reason."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

LEAST_SLEEP_MS = 20_000


class Slept(msgspec.Struct, frozen=True):
    """This computer, or the program, stood still from `since_ms` to `until_ms` (UTC)."""

    since_ms: int
    until_ms: int

    @property
    def words(self) -> str:
        """Return the reason for what was not heard meanwhile."""
        since, until = (datetime.fromtimestamp(at_ms / 1000, UTC) for at_ms in (self.since_ms, self.until_ms))
        return f"this computer slept from {since:%H:%M:%S} to {until:%H:%M:%S} UTC"


class SleepWatch:
    """Compares two clocks at every look; looked at about once a second. Pure: both times come from outside."""

    def __init__(self, now_ms: int, monotonic_ms: int) -> None:
        self._now_ms = now_ms
        self._monotonic_ms = monotonic_ms

    def looked(self, now_ms: int, monotonic_ms: int) -> Slept | None:
        """Return the sleep since the last look, if there was one.

        UTC ran on while the monotonic clock stood (Linux, macOS), or both ran on while nobody looked (Windows, a
        stopped process). A clock set forward by as much looks the same, and is treated the same.
        """
        since_ms, self._now_ms = self._now_ms, max(now_ms, self._now_ms)
        ran_ms, self._monotonic_ms = monotonic_ms - self._monotonic_ms, monotonic_ms
        passed_ms = now_ms - since_ms
        return Slept(since_ms, now_ms) if passed_ms >= LEAST_SLEEP_MS or ran_ms >= LEAST_SLEEP_MS else None
