"""Hands finished hours and minutes to the disk, beside the engine's own work: a slow or full disk stops no feed."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

from desktop.domain.errors import SeawallError
from desktop.domain.market import HourBar
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.past.history_ports import HistorySink, ValueStore
from desktop.engine.past.history_view import HistoryView, RecordingView
from desktop.engine.ports import Clock

_log = logging.getLogger(__name__)

MINUTE_MS = 60_000
_MOST_MINUTES = 60
_MOST_HOURS = 2_000
_SILENT_MS = 2 * MINUTE_MS
_BETWEEN_STEPS_SECONDS = 0.1

_T = TypeVar("_T")
_Minute = tuple[int, Sequence[tuple[str, Mapping[str, float | None]]]]


class HistoryKeeper:
    """Keep what the market desk has finished. Engine thread; `run` beside the tick that calls `hand_over`.

    When the disk refuses, up to an hour of minutes and all finished hours wait, it is tried again each minute, and
    `view` says so; `on_trouble` is called once for each kind of trouble.
    """

    def __init__(self, clock: Clock, market: MarketDesk, bars: HistorySink | None, values: ValueStore | None) -> None:
        self._clock = clock
        self._market = market
        self._bars = bars
        self._values = values
        self._minutes: deque[_Minute] = deque(maxlen=_MOST_MINUTES)
        self._hours: deque[tuple[str, HourBar]] = deque(maxlen=_MOST_HOURS)
        self._handed = asyncio.Event()
        self._minute = -1
        self._trouble = ""
        self._since_ms: int | None = None
        self._kept_ms: int | None = None
        self._asked_ms: int | None = None
        self.on_trouble: Callable[[SeawallError], None] = lambda error: None
        self.recording: Callable[[], RecordingView] | None = None
        """How recording stands, where everything is recorded."""

    def hand_over(self, now_ms: int) -> None:
        """Take finished hours and, once a minute, the values at the end of the minute before. Returns at once."""
        if self._bars is not None:
            self._hours.extend(self._market.finished_hours())
        minute = now_ms // MINUTE_MS
        if minute == self._minute:
            return
        if self._values is not None and self._minute >= 0:
            self._minutes.append(((minute - 1) * MINUTE_MS, self._market.minute_values()))
        self._minute = minute
        self._handed.set()

    async def run(self) -> None:
        """Write until cancelled; trouble is told, and tried again at the next minute."""
        while True:
            await self._handed.wait()
            self._handed.clear()
            try:
                await self._write()
            except SeawallError as error:
                self.note(error)
            finally:
                self._asked_ms = None

    def note(self, error: SeawallError) -> None:
        """Take trouble of the history into the view."""
        if error.message != self._trouble:
            _log.warning("history: %s", error.message)
            self.on_trouble(error)
            self._since_ms = self._clock.now_ms()
        self._trouble = error.message

    def view(self, now_ms: int) -> HistoryView:
        """Return how keeping stands."""
        waiting = len(self._minutes) + len(self._hours)
        silent_ms = 0 if self._asked_ms is None else now_ms - self._asked_ms
        state: Literal["keeping", "trouble", "off"] = "trouble" if self._trouble else "keeping"
        reason, since_ms = self._trouble, self._since_ms
        if self._bars is None and self._values is None:
            state = "off"
        elif silent_ms > _SILENT_MS and not self._trouble:
            state, since_ms = "trouble", self._asked_ms
            reason = f"the disk has not answered for {silent_ms // MINUTE_MS} min"
        recording = None if self.recording is None else self.recording()
        return HistoryView(state, reason, since_ms, self._kept_ms, waiting, recording)

    async def _write(self) -> None:
        self._asked_ms = self._clock.now_ms()
        # An entry leaves its queue when it is on disk and not before.
        while self._bars is not None and self._hours:
            hour = self._hours[0]
            await self._bars.keep_hour(*hour)
            _left(self._hours, hour)
        while self._values is not None and self._minutes:
            minute = self._minutes[0]
            await self._values.keep_minutes(*minute)
            _left(self._minutes, minute)
        self._trouble, self._since_ms = "", None
        self._kept_ms = self._clock.now_ms()
        await self._tidy()

    async def _tidy(self) -> None:
        while self._values is not None and await self._values.tidy(self._clock.now_ms()):
            self._asked_ms = self._clock.now_ms()
            await self._clock.sleep(_BETWEEN_STEPS_SECONDS)


def _left(queue: deque[_T], entry: _T) -> None:
    # A full queue drops its oldest by itself while a write is under way.
    if queue and queue[0] is entry:
        queue.popleft()
