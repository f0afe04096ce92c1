"""A person's program that waits for the wallet: what the device's own thread tells, and when."""

from __future__ import annotations

import threading
import time

from desktop.hw.carriers import discovery
from desktop.hw.carriers.bus_watch import BusWatch
from desktop.hw.device_worker import DeviceState, DeviceWorker


class LongWatch:
    """A device worker that looks by itself only every `poll_s` seconds, and the states it told."""

    def __init__(self, poll_s: float) -> None:
        self._states: list[str] = []
        self._changed = threading.Condition()
        self._looks = 0
        self._worker = DeviceWorker(self._find, self._take, poll_s=poll_s, watch=BusWatch())
        self._worker.start()

    def wait_for(self, state: str, patience_s: float) -> dict[str, object]:
        """Wait until this state is told; return the states up to then, and how often was looked."""
        began = time.monotonic()
        with self._changed:
            came = self._changed.wait_for(lambda: state in self._states, patience_s)
            told = list(self._states)
            self._states.clear()
        return {"came": came, "states": told, "waited_s": round(time.monotonic() - began, 3), "looks": self._looks}

    def stop(self) -> None:
        """Let go of the wallet."""
        self._worker.stop()

    def _find(self) -> list[discovery.Transport]:
        self._looks += 1
        return discovery.connected()

    def _take(self, state: DeviceState) -> None:
        with self._changed:
            self._states.append(state.state)
            self._changed.notify_all()
