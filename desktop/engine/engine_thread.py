"""The engine's thread: one asyncio loop, started and stopped by the wiring, reached by message only."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from desktop.engine.alerting.watchdog import Watchdog
from desktop.engine.commands import Command
from desktop.engine.desk_view import DeskView
from desktop.engine.door import EngineStalled, EngineStopped, News
from desktop.engine.engine import Engine

_log = logging.getLogger(__name__)

SHARED_THREADS = 32


class EngineThread:
    """Run an engine in a thread of its own and be its door (`EngineDoor`) for the window.

    `open_engine` is awaited on the new loop and returns the engine, ready to run. Commands handed in before it is
    ready wait for it. When it fails to open or to run, the news `EngineStopped` carries the reason.
    """

    def __init__(self, open_engine: Callable[[], Awaitable[Engine]]) -> None:
        self._open_engine = open_engine
        self._thread = threading.Thread(target=self._run, name="engine", daemon=False)
        self._listeners: list[Callable[[News], None]] = []
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Engine | None = None
        self._early: list[Command] = []
        self._stop: asyncio.Event | None = None
        self._stop_asked = False

    def start(self) -> None:
        """Start the thread and return at once."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> bool:
        """Ask the engine to end and wait for it. Return False if it did not end in time."""
        with self._lock:
            self._stop_asked = True
            if self._loop is not None and self._stop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def view(self) -> DeskView | None:
        """Return the latest picture, or None before there is one. Any thread."""
        engine = self._engine
        return None if engine is None else engine.view

    def submit(self, command: Command) -> None:
        """Hand a command to the engine. Any thread; returns at once."""
        with self._lock:
            if self._loop is None or self._engine is None:
                self._early.append(command)
                return
            self._loop.call_soon_threadsafe(self._engine.take, command)

    def listen(self, listener: Callable[[News], None]) -> None:
        """Call `listener` with rare news, on the engine's thread."""
        self._listeners.append(listener)

    def _tell(self, news: News) -> None:
        for listener in list(self._listeners):
            listener(news)

    def _goes_on(self, engine: Engine, seconds: float) -> None:
        self._tell(EngineStalled(0.0))
        engine.alerts.stood_still(seconds)

    def _run(self) -> None:
        reason = ""
        try:
            with asyncio.Runner() as runner:
                runner.run(self._main())
        except Exception as error:  # noqa: BLE001 -- turned into the state "stopped", with its reason
            # The thread ends here: the window is told, so that a dead engine never looks like a calm market.
            _log.exception("engine ended")
            reason = f"{type(error).__name__}: {error}"
        finally:
            with self._lock:
                self._loop = None
        self._tell(EngineStopped(reason))

    async def _main(self) -> None:
        # While names cannot be looked up, every host's look-up holds a thread for long: the usual handful is too few.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(SHARED_THREADS, "engine-aside"))
        stop = asyncio.Event()
        with self._lock:
            self._loop, self._stop = asyncio.get_running_loop(), stop
            if self._stop_asked:
                return
        engine = await self._open_engine()
        engine.on_news = self._tell
        with self._lock:
            self._engine = engine
            early, self._early = self._early, []
        for command in early:
            engine.take(command)
        watchdog = Watchdog(
            asyncio.get_running_loop(),
            on_stalled=lambda seconds: self._tell(EngineStalled(seconds)),
            on_back=lambda seconds: self._goes_on(engine, seconds),
        )
        watchdog.start()
        running = asyncio.create_task(engine.run())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watchdog.stop()
            # First everything that uses the journals ends, then they are closed.
            stopping.cancel()
            running.cancel()
            await asyncio.gather(running, stopping, return_exceptions=True)
            await engine.close()
        if running.done() and not running.cancelled() and running.exception() is not None:
            raise running.exception()  # type: ignore[misc]
