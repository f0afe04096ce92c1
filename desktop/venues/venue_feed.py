"""One venue's feed: supervised sockets and polls, read by the venue's parser, as one stream of messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from desktop.domain.market import FeedStatus, Gap, Liquidation, Message, Unparsed
from desktop.domain.raw_frame import RawFrame, is_beside
from desktop.engine.ports import Clock
from desktop.venues.answer_tally import AnswerTally
from desktop.venues.mailbox import FreshPrints, Mailbox
from desktop.venues.outbound import Way, straight
from desktop.venues.reading import FrameReader
from desktop.venues.socket_plan import SocketPlan
from desktop.venues.socket_session import LineEvent, SessionLimits, SocketSession
from desktop.venues.waiting import stopped

_log = logging.getLogger(__name__)

Tap = Callable[[RawFrame], None]
Take = Callable[[RawFrame], None]
Plans = Callable[[Sequence[str]], Sequence[SocketPlan]]
"""The sockets for a watch list of coins: always the same channels in the same order, only their topics differ."""

_SELF_TALK = frozenset({FeedStatus, Gap, Unparsed})
_RESTART_SECONDS = 10.0
_ALIVE_NS = 5 * 1_000_000_000
# What Binance and OKX say before they close a connection themselves.
_SHUTDOWN = ("serverShutdown", "notice: 64008")


class Worker(Protocol):
    """Something that runs beside the sockets, such as a poll."""

    def watch(self, coins: Sequence[str]) -> None:
        """Work for these coins from now on."""

    async def run(self) -> None:
        """Work until cancelled."""


class VenueFeed:
    """A feed as the engine wants it. Engine thread.

    Each socket has a session of its own: it falls silent, is told of and comes back alone. `workers` are made with
    the feed, whose `take` gets their raw frames; `closers` are awaited at the end. `tap` gets every raw frame before
    it is read. `way_to` says how an address is reached, `tally` what was asked.
    """

    def __init__(
        self,
        reader: FrameReader,
        clock: Clock,
        plans: Plans,
        coins: Sequence[str],
        *,
        workers: Callable[[VenueFeed], Sequence[Worker]] = lambda feed: (),
        closers: Sequence[Callable[[], Awaitable[None]]] = (),
        tap: Tap | None = None,
        limits: SessionLimits | None = None,
        way_to: Callable[[str], Way] = straight,
        tally: AnswerTally | None = None,
    ) -> None:
        self.venue = reader.venue
        self._reader = reader
        self._clock = clock
        self._tap = tap
        self._plans = plans
        self._coins = coins
        self._limits = limits
        self._way_to = way_to
        self._tally = tally or AnswerTally()
        self._fresh = FreshPrints()
        self._mailbox = Mailbox(self.venue)
        self._sessions = {plan.name: self._session(plan) for plan in plans(coins)}
        self._alive_ns = dict.fromkeys(self._sessions, 0)
        self._workers = workers(self)
        for worker in self._workers:
            worker.watch(coins)
        self._closers = closers
        self._tasks: list[asyncio.Task[None]] = []
        self._followed = False
        self._rests = False

    async def messages(self) -> AsyncIterator[Sequence[Message]]:
        """Yield batches in the order received, until `close`. Trouble comes as Gap and FeedStatus."""
        self._followed = True
        if not self._rests:
            self._begin()
        try:
            while (batch := await self._mailbox.fetch()) is not None:
                yield batch
        finally:
            await self._stop()

    async def watch(self, coins: Sequence[str]) -> None:
        """Watch these coins and no others from now on, on the connections that stand."""
        self._coins = coins
        self.watch_again()

    def error_share(self, now_ms: int) -> float | None:
        """Return the share (0..1) of the lately asked questions that failed at the venue; None: too few."""
        return self._tally.share(now_ms)

    def watch_again(self) -> None:
        """Follow the watched coins anew, since another list of contracts may name other symbols for them."""
        self.plan_again()
        for worker in self._workers:
            worker.watch(self._coins)

    def plan_again(self) -> None:
        """Follow what the plans of the watched coins say by now."""
        for plan in self._plans(self._coins):
            self._sessions[plan.name].follow(plan)

    def ask_again(self, channel: str, topic: str) -> None:
        """Subscribe to a topic of a socket anew, so that it begins with a snapshot."""
        self._sessions[channel].ask_again(topic)

    async def rest(self, reason: str) -> None:
        """Close sockets and polls for now, and tell why; `messages` goes on."""
        if self._rests:
            return
        self._rests = True
        tasks, self._tasks = self._tasks, []
        await stopped(*tasks)
        for channel, session in self._sessions.items():
            session.missing = reason
            if tasks:
                self._told(channel, "closed", reason, 0)

    async def resume(self) -> None:
        """Open again what rested."""
        self._rests = False
        if self._followed and not self._tasks:
            self._begin()

    async def close(self) -> None:
        """End sockets and polls, and let `messages` finish."""
        await self._stop()
        self._mailbox.close()

    def _begin(self) -> None:
        runs = [(channel, session.run) for channel, session in self._sessions.items()]
        runs += [(f"{type(worker).__name__} {place}", worker.run) for place, worker in enumerate(self._workers)]
        self._tasks = [asyncio.create_task(self._keep(*one), name=f"{self.venue} {one[0]}") for one in runs]

    def _session(self, plan: SocketPlan) -> SocketSession:
        channel = plan.name
        heard, told = partial(self._heard, channel), partial(self._told, channel)
        return SocketSession(plan, self._clock, heard, told, limits=self._limits, way_to=self._way_to)

    async def _stop(self) -> None:
        self._followed = False
        tasks, self._tasks = self._tasks, []
        await stopped(*tasks)
        closers, self._closers = self._closers, ()
        for closer in closers:
            await closer()

    async def _keep(self, channel: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001
                # A mistake of ours in one part must not end the others: it is told, logged, and tried again.
                _log.exception("a part of the %s feed failed", self.venue)
                self._told(channel, "closed", f"internal error: {type(error).__name__}", 0)
                self._told(channel, "gap", f"internal error: {type(error).__name__}", self._clock.now_ms())
            await self._clock.sleep(_RESTART_SECONDS)

    def _heard(self, channel: str, frames: Sequence[bytes], retiring: bool) -> bool:
        received_ns = self._clock.now_ms() * 1_000_000
        if self._tap is not None:
            for frame in frames:
                self._tap(RawFrame(received_ns, self.venue, channel, frame))
        if is_beside(channel):
            # Books take in most of what comes here, and tell nothing: what each frame was can only be seen by itself.
            told = [self._heard_these(channel, (frame,), retiring, received_ns) for frame in frames]
            return any(told)
        return self._heard_these(channel, frames, retiring, received_ns)

    def _heard_these(self, channel: str, frames: Sequence[bytes], retiring: bool, received_ns: int) -> bool:
        messages = self._reader.read_all(frames, channel, received_ns)
        # Nothing to tell means that a book took it in.
        data = not messages or not _SELF_TALK.issuperset(map(type, messages))
        if not data and any(type(one) is FeedStatus and one.detail.startswith(_SHUTDOWN) for one in messages):
            self._sessions[channel].renew_soon()
        if retiring:
            messages = [one for one in messages if type(one) is Liquidation]
        self._put(messages, channel, received_ns)
        if data and received_ns >= self._alive_ns[channel]:
            self._say_alive(channel, received_ns)
        return data

    def _say_alive(self, channel: str, now_ns: int) -> None:
        """Tell now and then that data comes by this channel: messages themselves do not say by which they came."""
        self._alive_ns[channel] = now_ns + _ALIVE_NS
        now_ms = now_ns // 1_000_000
        self._mailbox.put((FeedStatus(self.venue, channel, "alive", "data", now_ms),), channel, now_ms)

    def take(self, raw: RawFrame) -> None:
        """Take a raw frame from a worker, as if it had come by a socket."""
        if self._tap is not None:
            self._tap(raw)
        self._put(self._reader.read(raw), raw.channel, raw.received_ns)
        # Beside sockets; of questions about one symbol there are too many to show each.
        if self._sessions and not raw.event and "symbol=" not in raw.channel:
            self._say_alive(raw.channel, raw.received_ns)

    def _told(self, channel: str, event: LineEvent, words: str, since_ms: int) -> None:
        now_ms = self._clock.now_ms()
        if event == "note":
            status = FeedStatus(self.venue, channel, "note", words, now_ms)
            self._mailbox.put((status,), channel, now_ms)
            return
        self.take(RawFrame(now_ms * 1_000_000, self.venue, channel, b"", "", event, words, since_ms))

    def _put(self, messages: Sequence[Message], channel: str, received_ns: int) -> None:
        if messages:
            self._mailbox.put(self._fresh.fresh(messages), channel, received_ns // 1_000_000)
