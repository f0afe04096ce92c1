"""Gets whole books where they are wanted: one at a time over all symbols, each longer after every failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from desktop.engine.ports import Clock
from desktop.venues.book_memory import BookMemory

_LOOK_SECONDS = 1.0
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 300.0


class BookKeeper:
    """Ask for the whole book of a symbol that wants one, at most one a second. Engine thread.

    `ask` asks once, and raises nothing for an answer that does not come. The book that has waited longest is next;
    one that was asked for in vain waits 5 s, then twice as long each time, up to five minutes.
    """

    def __init__(
        self,
        books: BookMemory,
        clock: Clock,
        ask: Callable[[str], Awaitable[object]],
        symbols: Callable[[Sequence[str]], Sequence[str]],
    ) -> None:
        self._books, self._clock, self._ask = books, clock, ask
        self._symbols = symbols
        self._asked: dict[str, int] = {}
        self._next_ms: dict[str, int] = {}

    def watch(self, coins: Sequence[str]) -> None:
        """Keep the books of these coins and no others from now on."""
        self._books.watch(self._symbols(coins))

    async def run(self) -> None:
        """Look each second until cancelled."""
        while True:
            await self._clock.sleep(max(_LOOK_SECONDS, 0.05 * self._clock.speed))
            symbol = self._next(self._books.wanted())
            if symbol is not None:
                await self._ask(symbol)

    def _next(self, wanted: Sequence[str]) -> str | None:
        now_ms = self._clock.now_ms()
        for symbol in self._asked.keys() - frozenset(wanted):
            del self._asked[symbol], self._next_ms[symbol]
        ready = [symbol for symbol in wanted if self._next_ms.get(symbol, 0) <= now_ms]
        if not ready:
            return None
        symbol = min(ready, key=lambda one: self._next_ms.get(one, 0))
        times = self._asked[symbol] = self._asked.get(symbol, 0) + 1
        pause_s = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** min(times - 1, 10))
        self._next_ms[symbol] = now_ms + int(pause_s * 1000)
        return symbol
