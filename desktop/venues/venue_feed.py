"""One venue's feed: a supervised socket and polls, read by the venue's parser, as one stream of messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

from desktop.domain.market import FeedStatus, Liquidation, Mark, Message, OpenInterest, Trade
from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Clock
from desktop.venues.mailbox import FreshPrints, Mailbox
from desktop.venues.reading import FrameReader
from desktop.venues.socket_session import LineEvent, SessionLimits, SocketPlan, SocketSession
from desktop.venues.waiting import stopped

_log = logging.getLogger(__name__)

Tap = Callable[[RawFrame], None]

_MARKET_DATA = frozenset({Liquidation, Trade, Mark, OpenInterest})
_RESTART_SECONDS = 10.0
_SHUTDOWN = "serverShutdown"


class Worker(Protocol):
    """Something that runs beside the socket, such as a poll."""

    async def run(self) -> None:
        """Work until cancelled."""


class VenueFeed:
    """A feed as the engine wants it. Engine thread.

    `workers` are made with the function that takes their raw frames; `closers` are awaited at the end. `tap` gets
    every raw frame before it is read.
    """

    def __init__(
        self,
        reader: FrameReader,
        clock: Clock,
        plan: SocketPlan,
        *,
        workers: Callable[[Callable[[RawFrame], None]], Sequence[Worker]] = lambda take: (),
        closers: Sequence[Callable[[], Awaitable[None]]] = (),
        tap: Tap | None = None,
        limits: SessionLimits | None = None,
    ) -> None:
        self.venue = reader.venue
        self._reader = reader
        self._clock = clock
        self._tap = tap
        self._channel = "/" + plan.url.split("/", 3)[3]
        self._fresh = FreshPrints()
        self._mailbox = Mailbox(self.venue)
        self._session = SocketSession(plan, clock, self._heard, self._told, limits=limits)
        self._workers: list[Worker] = [self._session, *workers(self._take)]
        self._closers = closers
        self._tasks: list[asyncio.Task[None]] = []

    async def messages(self) -> AsyncIterator[Sequence[Message]]:
        """Yield batches in the order received, until `close`. Trouble comes as Gap and FeedStatus."""
        self._tasks = [asyncio.create_task(self._keep(worker), name=f"{self.venue} feed") for worker in self._workers]
        try:
            while (batch := await self._mailbox.fetch()) is not None:
                yield batch
        finally:
            await self._stop()

    async def close(self) -> None:
        """End socket and polls, and let `messages` finish."""
        await self._stop()
        self._mailbox.close()

    async def _stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        await stopped(*tasks)
        closers, self._closers = self._closers, ()
        for closer in closers:
            await closer()

    async def _keep(self, worker: Worker) -> None:
        while True:
            try:
                await worker.run()
            except Exception as error:  # noqa: BLE001
                # A mistake of ours in one part must not end the others: it is told, logged, and tried again.
                _log.exception("a part of the %s feed failed", self.venue)
                self._told("closed", f"internal error: {type(error).__name__}", 0)
                self._told("gap", f"internal error: {type(error).__name__}", self._clock.now_ms())
            await self._clock.sleep(_RESTART_SECONDS)

    def _heard(self, message: bytes, retiring: bool) -> bool:
        raw = RawFrame(self._clock.now_ms() * 1_000_000, self.venue, self._channel, message)
        if self._tap is not None:
            self._tap(raw)
        messages = self._reader.read(raw)
        data = not _MARKET_DATA.isdisjoint(map(type, messages))
        if not data and any(type(one) is FeedStatus and one.detail == _SHUTDOWN for one in messages):
            self._session.renew_soon()
        if retiring:
            messages = tuple([one for one in messages if type(one) is Liquidation])
        self._put(messages, raw)
        return data

    def _take(self, raw: RawFrame) -> None:
        if self._tap is not None:
            self._tap(raw)
        self._put(self._reader.read(raw), raw)

    def _told(self, event: LineEvent, words: str, since_ms: int) -> None:
        now_ms = self._clock.now_ms()
        if event == "note":
            status = FeedStatus(self.venue, self._channel, "note", words, now_ms)
            self._mailbox.put((status,), self._channel, now_ms)
            return
        self._take(RawFrame(now_ms * 1_000_000, self.venue, self._channel, b"", "", event, words, since_ms))

    def _put(self, messages: tuple[Message, ...], raw: RawFrame) -> None:
        self._mailbox.put(self._fresh.fresh(messages), raw.channel, raw.received_ns // 1_000_000)
