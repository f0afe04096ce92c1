"""What a venue says only when asked: questions that are asked again and again, their answers as frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.asking import Asking
from desktop.venues.http import Question, RestDoor

RETRY_SECONDS = 300.0
MOST_PAGES = 40
"""A list that goes on after so many pages, or leads back to one of them, is none."""


class Poll:
    """Ask the questions of the watched coins in turn, again and again; answers and gaps go to `take`. Engine thread.

    `more` gives the question for an answer's next page, None after the last. `after` is called when a whole round
    was answered.
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
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._asking = Asking(venue, door, clock, take)
        self._questions_of = questions
        self._questions: Sequence[Question] = ()
        self._more, self._after = more, after
        # In a fast world at least a fifth of a real second lies between two rounds.
        self._every_s = max(every_s, 0.2 * clock.speed)
        self._retry_s = max(RETRY_SECONDS, 0.2 * clock.speed)

    def watch(self, coins: Sequence[str]) -> None:
        """Ask for these coins from the next round on."""
        self._questions = self._questions_of(coins)

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            answered = [await self._ask_all_pages(question) for question in self._questions]
            if all(answered):
                self._after()
            await self._clock.sleep(self._every_s if all(answered) else min(self._every_s, self._retry_s))

    async def _ask_all_pages(self, question: Question) -> bool:
        page: Question | None = question
        asked: set[Question] = set()
        while page is not None:
            asked.add(page)
            body = await self._asking.ask(page)
            if body is None:
                return False
            page = self._more(body)
            if page is not None and (page in asked or len(asked) >= MOST_PAGES):
                self._asking.failed(question, f"its pages have no end: {len(asked)} were asked")
                return False
        return True
