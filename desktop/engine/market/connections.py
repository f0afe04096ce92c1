"""The engine's feeds: followed while the engine runs, closed while the person is offline, renewed after a sleep."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence

from desktop.alerts.incidents import IncidentChange
from desktop.domain.market import Liquidation, Message
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.market.sleep_watch import SleepWatch, Slept
from desktop.engine.ports import Clock, Feed, TellsErrors

OFFLINE = "you are offline by choice"
# A new subscription may tell what happened hours ago (Hyperliquid's fills): stored hours hold it already, and a sum
# that counts it twice is no floor. Clocks and late reports lie seconds apart.
_BEFORE_US_MS = 60_000


def monotonic_ms() -> int:
    """Return the milliseconds of a clock that stands still while this computer sleeps."""
    return time.monotonic_ns() // 1_000_000


class Connections:
    """Follow all feeds and hand the messages to `fold`, as many as came together, with the time. Engine thread.

    A feed that rests keeps what is known of it and is shown as off: it is nobody's failure, and opens no incident.
    `gate` hears of going offline and coming back, so that nothing else asks meanwhile.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        market: MarketDesk,
        clock: Clock,
        fold: Callable[[Sequence[Message], int], None],
        *,
        offline: bool = False,
        gate: Callable[[bool], None] = lambda offline: None,
        steady_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._feeds = feeds
        self._market = market
        self._clock = clock
        self._fold = fold
        self._gate = gate
        self._steady_ms = steady_ms
        self._off: dict[str, str] = {}
        # A feed that is told to rest must not be resumed before it has come to rest.
        self._turns = asyncio.Lock()
        self._watch = SleepWatch(clock.now_ms(), steady_ms())
        self._earliest_ms = clock.now_ms() - _BEFORE_US_MS
        self.offline = offline

    async def start(self) -> None:
        """Begin offline if that is how the engine begins."""
        if self.offline:
            self.offline = False
            await self.set_offline(True)

    async def follow(self, feed: Feed) -> None:
        """Hand over the feed's messages until it is closed, without forced closings from before the engine began."""
        async for batch in feed.messages():
            earliest_ms = self._earliest_ms
            fresh = [one for one in batch if type(one) is not Liquidation or one.at_ms >= earliest_ms]
            if fresh:
                self._fold(fresh, self._clock.now_ms())

    def look(self) -> Slept | None:
        """Return the sleep of this computer since the last look, if there was one; to be asked once a second."""
        return self._watch.looked(self._clock.now_ms(), self._steady_ms())

    def tell_errors(self, now_ms: int) -> None:
        """Let the market know how many questions fail at each venue; of one that is off nothing is known."""
        for feed in self._feeds:
            if isinstance(feed, TellsErrors):
                share = None if feed.venue in self._off else feed.error_share(now_ms)
                self._market.errors(feed.venue, share)

    async def wake(self) -> tuple[IncidentChange, ...]:
        """If this computer slept: blame nobody for the silence before it is judged, and renew every socket."""
        slept = self.look()
        if slept is None:
            return ()
        changes = self._market.slept(slept, self._clock.now_ms())
        await self.renew(slept.words)
        return changes

    async def renew(self, reason: str, venues: Collection[str] | None = None) -> None:
        """Close and open again what is not off, of these feeds or of all: sockets that slept look alive and are dead,
        and others may go a way that is no longer wanted.
        """
        async with self._turns:
            for feed in self._feeds:
                if feed.venue not in self._off and (venues is None or feed.venue in venues):
                    await feed.rest(reason)
                    await feed.resume()

    async def set_offline(self, offline: bool) -> None:
        """Close every connection, or open again those that no other choice keeps closed."""
        if offline == self.offline:
            return
        self.offline = offline
        self._gate(offline)
        async with self._turns:
            for feed in self._feeds:
                if offline:
                    await self._rest(feed, OFFLINE)
                elif self._off.get(feed.venue) == OFFLINE:
                    await self._resume(feed)

    async def set_venue(self, venue: str, on: bool, reason: str) -> None:
        """Close one venue's connections for `reason`, or open them again (when the whole program is not offline)."""
        async with self._turns:
            for feed in self._feeds:
                if feed.venue != venue:
                    continue
                if not on:
                    await self._rest(feed, reason)
                elif self.offline:
                    self._off[venue] = OFFLINE
                    self._market.rest(venue, OFFLINE, self._clock.now_ms())
                else:
                    await self._resume(feed)

    async def _rest(self, feed: Feed, reason: str) -> None:
        if feed.venue in self._off:
            # Off already: a venue that the person closed stays closed when the program comes back.
            if reason != OFFLINE:
                self._off[feed.venue] = reason
                self._market.rest(feed.venue, reason, self._clock.now_ms())
            return
        self._off[feed.venue] = reason
        self._market.rest(feed.venue, reason, self._clock.now_ms())
        await feed.rest(reason)

    async def _resume(self, feed: Feed) -> None:
        if self._off.pop(feed.venue, None) is not None:
            self._market.resume(feed.venue, self._clock.now_ms())
            await feed.resume()
