"""One supervised session per socket: it connects, watches, and connects again, for as long as the feed lives.

Failures are: no connection, an end, no data soon after the connection (acknowledged but silent), no data for a while.
After each the session waits, longer each time, and tries again. Before the venue's 24 hours are over a second socket
is opened, and the first is closed only after data came on the second. All waits are by the world's clock.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import Clock
from desktop.venues.outbound import Way, straight
from desktop.venues.socket_life import Life
from desktop.venues.socket_line import SocketLine
from desktop.venues.socket_plan import SocketPlan
from desktop.venues.waiting import happens_within, stopped

LineEvent = Literal["connected", "closed", "gap", "note"]


class SessionLimits(msgspec.Struct, frozen=True):
    """How patient a session is; seconds of the world's clock, except `connect_s` (real seconds)."""

    connect_s: float = 10.0
    silent_s: float = 15.0
    idle_s: float = 20.0
    renew_s: float = 23.5 * 3600
    overlap_s: float = 5.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0
    settled_s: float = 60.0
    look_s: float = 1.0


class SocketSession:
    """Keep one stream coming. Engine thread.

    `take(messages, retiring)` gets every message, those that came together at once, and returns whether market data
    was among them; `retiring` is the old socket while the new one already delivers. `tell(event, words, since_ms)`
    hears of trouble: `closed` and `gap` when data stops coming, `connected`, and `gap` again with the whole hole when
    data is back.
    """

    def __init__(
        self,
        plan: SocketPlan,
        clock: Clock,
        take: Callable[[Sequence[bytes], bool], bool],
        tell: Callable[[LineEvent, str, int], None],
        *,
        limits: SessionLimits | None = None,
        chance: random.Random | None = None,
        way_to: Callable[[str], Way] = straight,
    ) -> None:
        self._plan = plan
        self._way_to = way_to
        self._clock = clock
        self._take = take
        self._tell = tell
        self._limits = limits or SessionLimits()
        self._chance = chance or random.Random()  # noqa: S311 (jitter, not a secret)
        self.missing = ""
        """Why nothing was heard, if that was nobody's failure."""
        self._ran = False
        self._hole_ms: int | None = None
        self._latest_data_ms = 0
        self._next: asyncio.Task[Life | None] | None = None
        self._retired: set[asyncio.Task[None]] = set()
        self._lives: set[Life] = set()
        self._wanted = asyncio.Event()
        self.follow(plan)

    async def run(self) -> None:
        """Keep going until cancelled; then every socket is closed. A plan without topics waits for some.

        Run again, the first data tells the gap since the last data of the run before.
        """
        if self._ran:
            self._hole_ms = self._hole_ms or self._latest_data_ms
        else:
            self._ran, self._latest_data_ms = True, self._clock.now_ms()
        failures = 0
        try:
            while True:
                await self._wanted.wait()
                started_ms = self._clock.now_ms()
                reason = await self._one_life()
                self._note_failure(reason)
                settled = self._clock.now_ms() - started_ms >= self._limits.settled_s * 1000
                failures = 1 if settled else failures + 1
                await self._clock.sleep(self._pause(failures))
        finally:
            await self._end_all()

    def renew_soon(self) -> None:
        """Open a new socket at the next look, because the venue says that it will close this one."""
        for life in self._lives:
            life.renew_ms = 0

    def follow(self, plan: SocketPlan) -> None:
        """Take a plan with other topics: connections that stand say only what differs."""
        before, self._plan = self._plan, plan
        if plan.rests:
            self._wanted.clear()
        else:
            self._wanted.set()
        self._say(plan.change_from(before))

    def ask_again(self, topic: str) -> None:
        """Subscribe to a topic anew, so that it begins with a snapshot."""
        if topic in self._plan.topics:
            self._say((*self._plan.words((topic,), False), *self._plan.words((topic,), True)))

    def _say(self, words: Sequence[bytes]) -> None:
        now_ms = self._clock.now_ms()
        for life in self._lives:
            if life.is_open and not life.retiring:
                life.say(words)
                life.speak(now_ms, self._plan)

    async def _one_life(self) -> str:
        try:
            life = await self._open(lambda: self._tell("connected", "", 0))
        except NetworkTrouble as trouble:
            return trouble.message
        return await self._watch(life)

    async def _open(self, opened: Callable[[], None]) -> Life:
        life: Life

        def take(messages: Sequence[bytes]) -> None:
            self._heard(life, messages)

        life = Life(SocketLine(take, opened), self._clock.now_ms(), self._limits.renew_s)
        self._lives.add(life)
        try:
            url, proxy = self._way_to(self._plan.url)
            await life.line.open(url, self._clock, self._limits.connect_s, proxy)
        except NetworkTrouble:
            self._lives.discard(life)
            raise
        life.opened_ms = life.pinged_ms = self._clock.now_ms()
        life.is_open = True
        life.say(self._plan.sayings)
        life.speak(life.opened_ms, self._plan)
        return life

    def _heard(self, life: Life, messages: Sequence[bytes]) -> None:
        if not self._take(messages, life.retiring) and not self._plan.quiet:
            life.said_something = True
            return
        life.data_ms = now_ms = self._clock.now_ms()
        if life.retiring:
            return
        if self._hole_ms is not None:
            since_ms, self._hole_ms = self._hole_ms, None
            why, self.missing = self.missing, ""
            self._tell("gap", f"data is back: {why}" if why else "data is back", since_ms)
        self._latest_data_ms = now_ms
        life.first_data.set()

    async def _watch(self, life: Life) -> str:
        """Return why the session's last connection failed; a renewed one takes the place of the old."""
        look_s = max(self._limits.look_s, 0.05 * self._clock.speed)
        while True:
            ended = await happens_within(self._clock, look_s, life.line.ended)
            now_ms = self._clock.now_ms()
            reason = life.line.reason if ended else self._silence(life, now_ms)
            fresh = self._renewed()
            if fresh is not None:
                self._retire(life)
                life = fresh
            elif reason:
                await self._give_up_renewal()
                await self._finish(life)
                return reason
            elif now_ms >= life.renew_ms and self._next is None:
                life.renew_ms = now_ms + 60_000
                self._next = asyncio.create_task(self._open_next(), name="renew socket")
            life.speak(now_ms, self._plan)
            life.ping(now_ms, self._plan)

    def _silence(self, life: Life, now_ms: int) -> str:
        plan, limits = self._plan, self._limits
        if plan.rests:
            return "nothing is watched"
        silent_s = self._patience(max(limits.silent_s, plan.patience_s))
        return life.silence(now_ms, silent_s, self._patience(max(limits.idle_s, plan.patience_s)))

    def _patience(self, seconds: float) -> float:
        # In a fast world a short stop of this machine is long: two real seconds are waited at least.
        return max(seconds, 2.0 * self._clock.speed) if self._clock.speed > 1 else seconds

    async def _open_next(self) -> Life | None:
        try:
            life = await self._open(lambda: None)
        except NetworkTrouble as trouble:
            self._tell("note", f"renewal failed: {trouble.message}", 0)
            return None
        delivers = False
        try:
            silent_s = self._patience(self._limits.silent_s)
            delivers = await happens_within(self._clock, silent_s, life.first_data) and not life.line.ended.is_set()
        finally:
            if not delivers:
                await self._finish(life)
        if not delivers:
            self._tell("note", "renewal failed: the new socket is silent", 0)
        return life if delivers else None

    def _renewed(self) -> Life | None:
        if self._next is None or not self._next.done():
            return None
        fresh, self._next = self._next.result(), None
        return fresh

    async def _give_up_renewal(self) -> None:
        if self._next is not None:
            await stopped(self._next)
            self._next = None

    def _retire(self, life: Life) -> None:
        life.retiring = True
        self._tell("note", "renewed without a gap" if not life.line.ended.is_set() else "renewed", 0)
        task = asyncio.create_task(self._close_later(life), name="retire socket")
        self._retired.add(task)
        task.add_done_callback(self._retired.discard)

    async def _close_later(self, life: Life) -> None:
        # What was on its way to the old socket when the new one began still comes in.
        await happens_within(self._clock, self._limits.overlap_s, life.line.ended)
        await self._finish(life)

    async def _finish(self, life: Life) -> None:
        self._lives.discard(life)
        await life.line.close()

    def _note_failure(self, reason: str) -> None:
        if self._hole_ms is None:
            self._hole_ms = self._latest_data_ms
        self._tell("closed", reason, 0)
        self._tell("gap", reason, self._hole_ms)

    def _pause(self, failures: int) -> float:
        limits = self._limits
        longest = min(limits.longest_pause_s, limits.first_pause_s * 2.0 ** min(failures - 1, 20))
        # Full pauses of many clients at once would meet again; half of it is chance.
        return longest * self._chance.uniform(0.5, 1.0)

    async def _end_all(self) -> None:
        await self._give_up_renewal()
        await stopped(*self._retired)
        for life in tuple(self._lives):
            await self._finish(life)
