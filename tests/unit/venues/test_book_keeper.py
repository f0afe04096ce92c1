"""Whole books are asked for one at a time, the one that waits longest first, and in vain ever more rarely."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

from desktop.venues.book_keeper import BookKeeper
from desktop.venues.book_memory import BookMemory, linked
from tests.fakes.manual_clock import ManualClock


class Wanting(BookMemory):
    """Wants the whole books that the test says."""

    def __init__(self) -> None:
        super().__init__(linked)
        self.now: list[str] = []
        self.watched: list[Sequence[str]] = []

    def watch(self, symbols: Sequence[str]) -> None:
        self.watched.append(symbols)

    def wanted(self) -> list[str]:
        return self.now


class Bench:
    """A keeper whose questions are kept with the second in which they were asked."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.start_ms = self.clock.now_ms()
        self.books = Wanting()
        self.asked: list[tuple[int, str]] = []
        self.answers = asyncio.Event()
        self.answers.set()
        self.keeper = BookKeeper(self.books, self.clock, self.ask, lambda coins: [f"{coin}USDT" for coin in coins])

    async def ask(self, symbol: str) -> None:
        self.asked.append(((self.clock.now_ms() - self.start_ms) // 1000, symbol))
        await self.answers.wait()

    async def seconds(self, count: int) -> None:
        for _ in range(count):
            await self.clock.next_sleep(1.0)
            await self.clock.advance(1)
            await asyncio.sleep(0)


def play(scene: Callable[[Bench], Awaitable[None]]) -> None:
    async def whole() -> None:
        bench = Bench()
        async with asyncio.timeout(20):
            running = asyncio.create_task(bench.keeper.run())
            await scene(bench)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(whole())


def test_in_vain_it_waits_twice_as_long_each_time_up_to_five_minutes() -> None:
    async def scene(bench: Bench) -> None:
        bench.books.now = ["A"]
        await bench.seconds(1300)
        times = [at for at, _ in bench.asked]
        assert [later - sooner for sooner, later in pairwise(times)] == [
            5, 10, 20, 40, 80, 160, 300, 300, 300,
        ]  # fmt: skip

    play(scene)


def test_one_that_came_is_asked_for_at_once_when_it_is_wanted_again() -> None:
    async def scene(bench: Bench) -> None:
        bench.books.now = ["A"]
        await bench.seconds(20)
        assert [at for at, _ in bench.asked] == [1, 6, 16]
        bench.books.now = []
        await bench.seconds(1)
        bench.books.now = ["A"]
        await bench.seconds(6)
        assert [at for at, _ in bench.asked][3:] == [22, 27]

    play(scene)


def test_all_have_their_turn_and_the_one_that_waits_longest_is_next() -> None:
    async def scene(bench: Bench) -> None:
        bench.books.now = ["A", "B", "C"]
        await bench.seconds(8)
        assert bench.asked == [(1, "A"), (2, "B"), (3, "C"), (6, "A"), (7, "B"), (8, "C")]

    play(scene)


def test_nothing_is_asked_while_an_answer_is_awaited() -> None:
    async def scene(bench: Bench) -> None:
        bench.books.now = ["A", "B"]
        bench.answers.clear()
        await bench.seconds(1)
        for _ in range(100):
            await bench.clock.advance(1)
        assert bench.asked == [(1, "A")]
        bench.answers.set()
        await bench.seconds(1)
        assert [symbol for _, symbol in bench.asked] == ["A", "B"]

    play(scene)


def test_the_books_of_the_watched_coins_are_kept() -> None:
    async def scene(bench: Bench) -> None:
        bench.keeper.watch(["BTC", "ETH"])
        assert bench.books.watched == [["BTCUSDT", "ETHUSDT"]]

    play(scene)
