"""Plays the storm on loopback: websockets and REST of two venues, paced by the world's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain

from desktop.domain.market import HourBar
from desktop.engine.ports import Clock
from desktop.storage.recorded_past import RecordedPast
from desktop.worlds.practice.beside_streams import BESIDE, BesideStreams
from desktop.worlds.practice.binance_venue import BinanceVenue
from desktop.worlds.practice.binance_wire import ALL_TICKERS
from desktop.worlds.practice.bybit_venue import BybitVenue
from desktop.worlds.practice.calm_sea import calm_after, stream_of
from desktop.worlds.practice.http_server import HttpServer
from desktop.worlds.practice.market_tape import Sent
from desktop.worlds.practice.storm_recording import StormRecording, TimeShift
from desktop.worlds.practice.websocket_server import WebsocketServer

_PING_SECONDS = 180
_SHORTEST_REAL_PAUSE = 0.002
_LARGEST_BURST = 400


class VenueServers:
    """Both venues of the practice world. The storm begins when the first client asks for a stream.

    Times in the frames are those of the world's clock. After the storm quiet trading goes on for ever. One event
    loop.
    """

    def __init__(self, storm: StormRecording, clock: Clock) -> None:
        self._storm, self._clock = storm, clock
        self._asked = asyncio.Event()
        self._beside = BesideStreams()
        self._binance = BinanceVenue(
            self._asked.set,
            first_words=self._past_of,
            whole_depth=lambda symbol: self._beside.whole_depth(symbol, clock.now_ms()),
        )
        self._bybit = BybitVenue(self._asked.set, lambda topic: self._beside.snapshot(topic, clock.now_ms()))
        self.binance_sockets = WebsocketServer(self._binance.talk_for)
        self.bybit_sockets = WebsocketServer(self._bybit.talk_for)
        self.binance_rest = HttpServer(self._binance.answer)
        self._tasks: list[asyncio.Task[None]] = []
        self._opened_ms = clock.now_ms()
        self.started_ms: int | None = None
        """When the storm began (UTC ms of the world), or None as long as nobody listens."""

    async def start(self) -> None:
        """Listen on loopback; the storm waits for its first listener."""
        self._opened_ms = self._clock.now_ms()
        for server in (self.binance_sockets, self.bybit_sockets, self.binance_rest):
            await server.start()
        self._play_first(self._shift_to(self._opened_ms))
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._play(), name="practice storm"),
            loop.create_task(self._ping(), name="practice pings"),
        ]

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        """Return the made-up hours before the world opened; the newest ends at its opening."""
        bars = self._shift_to(self._opened_ms).bars(self._storm.past.hours.get(coin, []))
        return [bar for bar in bars if bar.open_ms >= since_ms]

    def past(self) -> RecordedPast:
        """Return the whole made-up past, as of the world's opening."""
        return self._shift_to(self._opened_ms).past(self._storm.past)

    async def close(self) -> None:
        """End the storm and cut every client."""
        for task in self._tasks:
            task.cancel()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for server in (self.binance_sockets, self.bybit_sockets, self.binance_rest):
            await server.close()
        for result in results:
            if isinstance(result, Exception):
                raise result

    def _shift_to(self, start_ms: int) -> TimeShift:
        return TimeShift(self._storm.started_ms, start_ms)

    def _play_first(self, shift: TimeShift) -> None:
        """Let the tickers and open interest of the first moment be known before anybody asks."""
        for sent in self._storm.messages:
            if sent.at_ms > 100:
                return
            if sent.channel.startswith("GET ") or stream_of(sent).startswith("tickers."):
                self._publish(sent, shift)

    async def _play(self) -> None:
        await self._asked.wait()
        self.started_ms = start_ms = self._clock.now_ms()
        shift = self._shift_to(start_ms)
        burst = second = 0
        for sent in chain(self._storm.messages, calm_after(self._storm)):
            wait_ms = start_ms + sent.at_ms - self._clock.now_ms()
            if wait_ms > 0 or burst >= _LARGEST_BURST:
                # A short real pause at least: at high speed many messages are due in the same turn.
                await self._clock.sleep(max(wait_ms / 1000, _SHORTEST_REAL_PAUSE * self._clock.speed))
                burst = 0
            self._publish(sent, shift)
            burst += 1
            if sent.at_ms // 1000 > second:
                second = sent.at_ms // 1000
                self._publish_beside(start_ms + sent.at_ms)

    def _publish(self, sent: Sent, shift: TimeShift) -> None:
        name = stream_of(sent)
        if sent.channel.startswith("GET "):
            self._binance.keep_open_interest(name, sent.frame, shift)
        elif sent.venue == "binance":
            self._binance.publish(name, sent.frame, shift)
        else:
            self._bybit.publish(name, sent.frame, shift)
        self._beside.hear(sent.venue, name, sent.frame)

    def _publish_beside(self, now_ms: int) -> None:
        if not (self._binance.is_asked_for(BESIDE) or self._bybit.is_asked_for(BESIDE)):
            return
        for made in self._beside.second(now_ms):
            if made.venue == "binance":
                self._binance.send(made.stream, made.frame)
            else:
                self._bybit.send(made.stream, made.frame)

    def _past_of(self, stream: str) -> Iterator[str]:
        return self._beside.past_tickers(self._clock.now_ms()) if stream == ALL_TICKERS else iter(())

    async def _ping(self) -> None:
        while True:
            await self._clock.sleep(_PING_SECONDS)
            self.binance_sockets.ping()
