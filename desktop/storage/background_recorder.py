"""Records everything, always: in a thread of its own, so that no disk holds up a feed."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from desktop.domain.raw_frame import RawFrame
from desktop.engine.past.history_view import RecordingView
from desktop.storage.recorder import CannotRecord, Recorder
from desktop.storage.recording_shelf import RecordingShelf
from desktop.storage.recordings import RecordedWorld

_log = logging.getLogger(__name__)

_MOST_WAITING = 50_000
_RETRY_NS = 60 * 1_000_000_000
_SWEEP_NS = 60 * 1_000_000_000


class BackgroundRecorder:
    """Take raw frames on any thread, write them on its own, keep the folder within its budget.

    When the disk refuses, frames are dropped and counted, `view` says why, and a new file is tried once a minute.
    """

    def __init__(
        self,
        shelf: RecordingShelf,
        world: RecordedWorld,
        *,
        most_waiting: int = _MOST_WAITING,
        recorder: Callable[[Path, RecordedWorld], Recorder] = Recorder,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._shelf = shelf
        self._world = world
        self._make = recorder
        self._now_ns = now_ns
        self._waiting: queue.Queue[RawFrame | None] = queue.Queue(most_waiting)
        self._trouble = ""
        self._dropped = 0
        self._size = 0
        self._file = ""
        self._retry_ns = 0
        self._swept_ns: int | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Start to write."""
        self._thread.start()

    def tap(self, raw: RawFrame) -> None:
        """Take a frame; returns at once. What the disk is too slow for is dropped and counted."""
        try:
            self._waiting.put_nowait(raw)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Write what waits and finish the file. Waits for the disk: not for the engine thread."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def view(self) -> RecordingView:
        """Return how recording stands, from any thread."""
        return RecordingView(
            "trouble" if self._trouble else "recording", self._trouble, self._file, self._size, self._dropped
        )

    def _run(self) -> None:
        recorder: Recorder | None = None
        self._sweep(None)
        while (raw := self._waiting.get()) is not None:
            recorder = self._written(recorder, raw)
        self._closed(recorder)

    def _written(self, recorder: Recorder | None, raw: RawFrame) -> Recorder | None:
        if recorder is None and self._now_ns() < self._retry_ns:
            self._dropped += 1
            return None
        try:
            recorder = recorder or self._make(self._shelf.folder, self._world)
            files = len(recorder.files)
            recorder.write(raw)
        except CannotRecord as error:
            self._refused(error)
            self._closed(recorder)
            return None
        self._trouble, self._file = "", str(recorder.files[-1])
        if len(recorder.files) != files or self._now_ns() - (self._swept_ns or 0) > _SWEEP_NS:
            self._sweep(recorder.files[-1])
        return recorder

    def _refused(self, error: CannotRecord) -> None:
        if not self._trouble:
            _log.warning("recording: %s", error.message)
        self._trouble = error.message
        self._dropped += 1
        self._retry_ns = self._now_ns() + _RETRY_NS
        # A disk that is full may have room again without the oldest recordings.
        self._sweep(None)

    def _sweep(self, writing: Path | None) -> None:
        for path in self._shelf.sweep(writing):
            _log.info("recording %s went: the budget is used", path.name)
        self._size = self._shelf.holds().size
        self._swept_ns = self._now_ns()

    def _closed(self, recorder: Recorder | None) -> None:
        try:
            if recorder is not None:
                recorder.close()
        except CannotRecord as error:
            self._trouble = error.message
