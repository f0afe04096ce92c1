"""One way to ask a venue: the answer, or the gap that is there instead of one, goes the way of raw frames."""

from __future__ import annotations

from collections.abc import Callable

from desktop.domain.errors import NetworkTrouble
from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import Question, RestDoor


class Asking:
    """Ask through a door and hand on what comes. An answer that does not come is a gap of that question since the
    last good one; the first that comes again is said to be connected. Engine thread.
    """

    def __init__(self, venue: str, door: RestDoor, clock: Clock, take: Callable[[RawFrame], None]) -> None:
        self._venue, self._door, self._clock, self._take = venue, door, clock, take
        self._begun_ms = clock.now_ms()
        self._good_ms: dict[str, int] = {}
        self._failed: set[str] = set()

    async def ask(self, question: Question) -> bytes | None:
        """Ask once and return the answer's body; None if none came."""
        channel, asked = question.channel, question.request
        try:
            body = await self._door.ask(question)
        except NetworkTrouble as trouble:
            self.failed(question, trouble.message)
            return None
        if channel in self._failed:
            self._failed.discard(channel)
            self._take(RawFrame(self._now_ns(), self._venue, channel, b"", asked, "connected", "it answers again"))
        self._good_ms[channel] = self._clock.now_ms()
        self._take(RawFrame(self._now_ns(), self._venue, channel, body, asked))
        return body

    def failed(self, question: Question, reason: str) -> None:
        """Tell that this question has no answer that could be used, since its last good one."""
        channel = question.channel
        since_ms = self._good_ms.get(channel, self._begun_ms)
        self._take(RawFrame(self._now_ns(), self._venue, channel, b"", question.request, "gap", reason, since_ms))
        self._failed.add(channel)

    def _now_ns(self) -> int:
        return self._clock.now_ms() * 1_000_000
