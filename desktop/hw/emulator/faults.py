"""Faults on demand: what goes wrong with an answer of the emulated device, once, at the n-th answer from now.

drop            its last packet is lost (all of a short answer)
silence         it is lost whole
garbage         bytes of no protocol come instead
wrong-type      a sound message comes that answers something else
late            it is held back, and comes just before the next answer
twice           it comes twice
lie-long        it declares more bytes than it has
lie-huge        it declares four thousand million bytes
die             the device loses its power instead of answering
"""

from __future__ import annotations

import threading
from typing import Literal, NamedTuple, get_args

from desktop.hw import messages as m
from desktop.hw.wire.codec import Message, encoded
from desktop.hw.wire.framing import PACKET_SIZE, Framing

FaultName = Literal["drop", "silence", "garbage", "wrong-type", "late", "twice", "lie-long", "lie-huge", "die"]
FAULTS: tuple[FaultName, ...] = get_args(FaultName)
_NOISE = b"\xff" * PACKET_SIZE
_HUGE = 0xFFFFFFFF
_EXTRA_BYTES = 1000


class PowerLost(Exception):
    """The device is to die now."""


class _Armed(NamedTuple):
    name: FaultName
    answers_before: int


class Faults:
    """Turns answers into packets, right or wrong. `arm` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._held_back: list[bytes] = []

    def arm(self, name: FaultName, at: int = 1) -> None:
        """Let this fault happen to the `at`-th answer from now. Several may wait."""
        if name not in FAULTS or at < 1:
            raise ValueError(f"{name} at {at} is no fault")
        with self._lock:
            self._armed.append(_Armed(name, at - 1))

    def packets(self, answer: Message, framing: Framing) -> list[bytes]:
        """Return the packets to send for this answer. Raises PowerLost."""
        fault = self._due()
        sound = framing.packets(answer.number, encoded(answer))
        held, self._held_back = self._held_back, []
        if fault == "die":
            raise PowerLost
        if fault == "late":
            self._held_back = sound
            return held
        return held + _spoiled(fault, answer, sound, framing)

    def forget(self) -> None:
        """Begin as after power on: nothing held back, what is armed stays."""
        self._held_back = []

    def _due(self) -> FaultName | None:
        with self._lock:
            due = next((armed for armed in self._armed if armed.answers_before == 0), None)
            self._armed = [
                armed._replace(answers_before=max(0, armed.answers_before - 1))
                for armed in self._armed
                if armed is not due
            ]
        return due.name if due else None


def _spoiled(fault: FaultName | None, answer: Message, sound: list[bytes], framing: Framing) -> list[bytes]:
    match fault:
        case "drop":
            return sound[:-1]
        case "silence":
            return []
        case "garbage":
            return [_NOISE]
        case "wrong-type":
            other = m.UnlockDeviceResponse(unlocked=True)
            return framing.packets(other.number, encoded(other))
        case "twice":
            return sound + framing.packets(answer.number, encoded(answer))
        case "lie-long":
            return framing.lying(answer.number, encoded(answer), len(encoded(answer)) + _EXTRA_BYTES)
        case "lie-huge":
            return framing.lying(answer.number, encoded(answer), _HUGE)
    return sound
