"""One connection of a socket's session: what was heard on it, and what is still to be said."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice

from desktop.venues.socket_line import SocketLine
from desktop.venues.socket_plan import SocketPlan

_HOUR_MS = 3_600_000


class Life:
    """One connection of the session, from opening to end. What it has to say waits its turn."""

    def __init__(self, line: SocketLine, now_ms: int, renew_s: float) -> None:
        self.line = line
        self.is_open = False
        self.opened_ms = now_ms
        self.pinged_ms = now_ms
        self.renew_ms = now_ms + int(renew_s * 1000)
        self.data_ms: int | None = None
        self.first_data = asyncio.Event()
        self.said_something = False
        self.retiring = False
        self._unsaid: deque[bytes] = deque()
        self._said_ms: deque[int] = deque()

    def say(self, words: Sequence[bytes]) -> None:
        """Add to what is to be said."""
        self._unsaid.extend(words)

    def speak(self, now_ms: int, plan: SocketPlan) -> None:
        """Send what is waiting, no faster than the plan allows; call again later for the rest."""
        while self._said_ms and self._said_ms[0] <= now_ms - _HOUR_MS:
            self._said_ms.popleft()
        lately = sum(at_ms > now_ms - 1000 for at_ms in islice(reversed(self._said_ms), plan.most_a_second))
        most = plan.most_an_hour or len(self._said_ms) + plan.most_a_second
        while self._unsaid and lately < plan.most_a_second and len(self._said_ms) < most:
            lately += 1
            self._said_ms.append(now_ms)
            self.line.send(self._unsaid.popleft())

    def ping(self, now_ms: int, plan: SocketPlan) -> None:
        """Send the plan's heartbeat if it is due."""
        if plan.ping and now_ms - self.pinged_ms >= plan.ping_s * 1000:
            self.pinged_ms = now_ms
            self.line.send(plan.ping)

    def silence(self, now_ms: int, first_s: float, later_s: float) -> str:
        """Return in words that it has been silent too long; empty while it has not.

        `first_s` is how long the first data may take, `later_s` how long it may stay away afterwards.
        """
        if self.data_ms is None:
            waited_s = (now_ms - self.opened_ms) / 1000
            how = "acknowledged but silent" if self.said_something else "connected but silent"
            return f"{how} for {waited_s:.0f} s" if waited_s >= first_s else ""
        waited_s = (now_ms - self.data_ms) / 1000
        return f"no data for {waited_s:.0f} s" if waited_s >= later_s else ""
