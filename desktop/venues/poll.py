"""What a venue says only when asked: questions that are asked again and again, their answers as frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.domain.errors import NetworkTrouble
from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import Question, RestDoor

RETRY_SECONDS = 300.0


class Poll:
    """Ask the questions of the watched coins in turn, again and again; answers and gaps go to `take`. Engine thread.

    An answer that does not come is a gap of that question since the last good one; asking goes on. `more` gives the
    question for an answer's next page, None after the last.
    """

    def __init__(
        self,
        venue: str,
        door: RestDoor,
        clock: Clock,
        take: Callable[[RawFrame], None],
        every_s: float,
        questions: Callable[[Sequence[str]], Sequence[Question]],
        *,
        more: Callable[[bytes], Question | None] = lambda body: None,
    ) -> None:
        self._venue, self._door, self._clock, self._take = venue, door, clock, take
        self._questions_of = questions
        self._questions: Sequence[Question] = ()
        self._more = more
        # In a fast world at least a fifth of a real second lies between two rounds.
        self._every_s = max(every_s, 0.2 * clock.speed)
        self._retry_s = max(RETRY_SECONDS, 0.2 * clock.speed)
        self._begun_ms = clock.now_ms()
        self._good_ms: dict[str, int] = {}

    def watch(self, coins: Sequence[str]) -> None:
        """Ask for these coins from the next round on."""
        self._questions = self._questions_of(coins)

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            answered = [await self._ask_all_pages(question) for question in self._questions]
            await self._clock.sleep(self._every_s if all(answered) else min(self._every_s, self._retry_s))

    async def _ask_all_pages(self, question: Question) -> bool:
        page: Question | None = question
        while page is not None:
            body = await self._ask(page)
            if body is None:
                return False
            page = self._more(body)
        return True

    async def _ask(self, question: Question) -> bytes | None:
        channel, asked = question.channel, question.request
        try:
            body = await self._door.ask(question)
        except NetworkTrouble as trouble:
            since_ms = self._good_ms.get(channel, self._begun_ms)
            self._take(RawFrame(self._now_ns(), self._venue, channel, b"", asked, "gap", trouble.message, since_ms))
            return None
        self._good_ms[channel] = self._clock.now_ms()
        self._take(RawFrame(self._now_ns(), self._venue, channel, body, asked))
        return body

    def _now_ns(self) -> int:
        return self._clock.now_ms() * 1_000_000
