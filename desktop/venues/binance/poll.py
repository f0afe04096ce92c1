"""What Binance says only when asked: open interest by symbol, and which symbols have unusual funding intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from desktop.domain.errors import NetworkTrouble
from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.http import RestDoor

OPEN_INTEREST = "/fapi/v1/openInterest"
FUNDING_INFO = "/fapi/v1/fundingInfo"
OPEN_INTEREST_SECONDS = 15.0
FUNDING_INFO_SECONDS = 4 * 3600.0
RETRY_SECONDS = 300.0


class BinancePoll:
    """Ask one path again and again, for each of `queries` in turn; answers and gaps go to `take`. Engine thread.

    An answer that does not come is a gap of that path since the last good one; asking goes on.
    """

    def __init__(
        self,
        door: RestDoor,
        clock: Clock,
        take: Callable[[RawFrame], None],
        path: str,
        queries: Sequence[dict[str, str]],
        every_s: float,
    ) -> None:
        self._door = door
        self._clock = clock
        self._take = take
        self._path = path
        self._queries = queries
        # In a fast world at least a fifth of a real second lies between two rounds.
        self._every_s = max(every_s, 0.2 * clock.speed)
        self._retry_s = max(RETRY_SECONDS, 0.2 * clock.speed)
        self._good_ms = {self._channel(query): clock.now_ms() for query in queries}

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            answered = [await self._ask(query) for query in self._queries]
            await self._clock.sleep(self._every_s if all(answered) else min(self._every_s, self._retry_s))

    async def _ask(self, query: dict[str, str]) -> bool:
        channel = self._channel(query)
        try:
            body = await self._door.get(self._path, query)
        except NetworkTrouble as trouble:
            since_ms = self._good_ms[channel]
            self._take(
                RawFrame(self._now_ns(), "binance", channel, event="gap", detail=trouble.message, since_ms=since_ms)
            )
            return False
        self._good_ms[channel] = self._clock.now_ms()
        self._take(RawFrame(self._now_ns(), "binance", channel, body))
        return True

    def _channel(self, query: dict[str, str]) -> str:
        return f"GET {self._path}?{urlencode(query)}" if query else f"GET {self._path}"

    def _now_ns(self) -> int:
        return self._clock.now_ms() * 1_000_000


def polls(
    door: RestDoor, clock: Clock, take: Callable[[RawFrame], None], symbols: Sequence[str]
) -> tuple[BinancePoll, ...]:
    """Return the polls of a watch list: weight 1 a symbol each 15 s, and the funding intervals every 4 hours."""
    each = [{"symbol": symbol} for symbol in symbols]
    return (
        BinancePoll(door, clock, take, FUNDING_INFO, [{}], FUNDING_INFO_SECONDS),
        BinancePoll(door, clock, take, OPEN_INTEREST, each, OPEN_INTEREST_SECONDS),
    )
