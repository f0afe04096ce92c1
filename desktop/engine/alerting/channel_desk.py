"""Sends alerts out of the house: a queue for each channel, bounded tries, proof of delivery, and health.

A channel that fails three times in a row is itself something to tell: nobody should trust a mute one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from desktop.alerts.channel_words import ChannelMessage, test_message
from desktop.domain.errors import SeawallError
from desktop.engine.alerting.channel_plan import ChannelPlans, WayOutView
from desktop.engine.ports import Clock
from desktop.risk.reading import Level

_log = logging.getLogger(__name__)

PAUSES_SECONDS = (5.0, 30.0, 120.0)
"""How long to wait before the second, third and fourth try; after the last one the message is given up."""
MOST_WAITING = 50
KEEP_PROOFS = 200


class AlertChannel(Protocol):
    """One way out. `least` is the level under which nothing is sent there."""

    name: str
    least: Level

    async def send(self, message: ChannelMessage) -> str:
        """Send it and return the proof (what the other side answered). Raise SeawallError if it was not taken."""

    async def close(self) -> None:
        """Let go of what it holds."""


class Delivery(msgspec.Struct, frozen=True):
    """One try: `proof` is what the other side answered, `trouble` why it was not taken."""

    channel: str
    incident_id: str
    occasion: str
    at_ms: int
    attempt: int
    proof: str = ""
    trouble: str = ""


class ChannelShop(Protocol):
    """Makes channels of plans, with their secrets from the keychain. Never blocks the engine's loop."""

    async def plans(self) -> ChannelPlans:
        """Return what the person has set up. Raise SeawallError."""

    async def opened(self) -> Sequence[AlertChannel]:
        """Return the channels that the person's settings name and that are on. Raise SeawallError."""

    async def keep(self, plans: ChannelPlans, secrets: Mapping[str, str]) -> Sequence[AlertChannel]:
        """Write plans to the settings and secrets (by channel; empty: forget it) to the keychain; return the channels
        made of them. Raise SeawallError; then nothing of the old ones is lost."""


class _Line:
    """One channel with what waits for it: at most one message an incident, the newest."""

    def __init__(self, channel: AlertChannel) -> None:
        self.channel = channel
        self.view = WayOutView(channel.name, "unused")
        self.waiting: OrderedDict[str, ChannelMessage] = OrderedDict()
        self.in_hand: ChannelMessage | None = None
        self.arrived = asyncio.Event()

    def put(self, message: ChannelMessage) -> None:
        self.waiting.pop(message.incident_id, None)
        self.waiting[message.incident_id] = message
        while len(self.waiting) > MOST_WAITING:
            self.waiting.popitem(last=False)
        self.arrived.set()

    def unsent(self) -> list[ChannelMessage]:
        return [*(() if self.in_hand is None else (self.in_hand,)), *self.waiting.values()]

    async def next(self) -> ChannelMessage:
        while not self.waiting:
            self.arrived.clear()
            await self.arrived.wait()
        return self.waiting.popitem(last=False)[1]


class ChannelDesk:
    """Rings the channels. Engine loop.

    `on_failed(name, reason)` is called when a message was given up, `on_well(name)` with the first success after.
    """

    def __init__(
        self, channels: Sequence[AlertChannel], clock: Clock, pauses: Sequence[float] = PAUSES_SECONDS
    ) -> None:
        self._lines = {channel.name: _Line(channel) for channel in channels}
        self._changed = asyncio.Event()
        self._clock = clock
        self._pauses = tuple(pauses)
        self.proofs: list[Delivery] = []
        self.on_failed: Callable[[str, str], None] = lambda name, reason: None
        self.on_well: Callable[[str], None] = lambda name: None

    @property
    def names(self) -> tuple[str, ...]:
        """The channels that are set up and on."""
        return tuple(self._lines)

    def ring(self, names: Collection[str], message: ChannelMessage) -> None:
        """Queue a message for these channels; for all of them if no name is given. An older one is replaced."""
        for name, line in self._lines.items():
            if (not names or name in names) and message.level >= line.channel.least:
                line.put(message)

    def test(self, name: str) -> bool:
        """Queue a test message, whatever the channel's least level; False if there is no such channel."""
        line = self._lines.get(name)
        if line is not None:
            line.put(test_message(name, self._clock.now_ms()))
        return line is not None

    def views(self) -> tuple[WayOutView, ...]:
        """Return how each channel stands."""
        return tuple(msgspec.structs.replace(line.view, waiting=len(line.waiting)) for line in self._lines.values())

    async def run(self) -> None:
        """Send what is queued until cancelled."""
        while True:
            self._changed.clear()
            lines = tuple(self._lines.values())
            serving = [asyncio.create_task(self._serve(line), name=f"channel {line.channel.name}") for line in lines]
            try:
                await self._changed.wait()
            finally:
                for task in serving:
                    task.cancel()
                await asyncio.gather(*serving, return_exceptions=True)

    async def replace(self, channels: Sequence[AlertChannel]) -> None:
        """Take these channels in place of the old ones, which are closed; what waited for a name waits on.

        A message that was being tried is tried anew: rather twice than never.
        """
        old, self._lines = self._lines, {channel.name: _Line(channel) for channel in channels}
        for name, line in self._lines.items():
            for message in old[name].unsent() if name in old else ():
                line.put(message)
        self._changed.set()
        for line in old.values():
            await line.channel.close()

    async def close(self) -> None:
        """Close all channels."""
        for line in self._lines.values():
            await line.channel.close()

    async def _serve(self, line: _Line) -> None:
        while True:
            line.in_hand = await line.next()
            await self._deliver(line, line.in_hand)
            line.in_hand = None

    async def _deliver(self, line: _Line, message: ChannelMessage) -> None:
        tries = 1 + (0 if message.occasion == "test" else len(self._pauses))
        for attempt in range(1, tries + 1):
            if await self._tried(line, message, attempt, last=attempt == tries):
                return
            if attempt < tries:
                await self._clock.sleep(self._pauses[attempt - 1])
                newer = line.waiting.pop(message.incident_id, None)
                message = message if newer is None else newer

    async def _tried(self, line: _Line, message: ChannelMessage, attempt: int, *, last: bool) -> bool:
        name, was = line.channel.name, line.view.state
        try:
            proof = await line.channel.send(message)
        except SeawallError as error:
            trouble, remedy = error.message, error.remedy
        except Exception as error:  # noqa: BLE001
            # One broken way out must not end the others; what it was is told and logged.
            _log.exception("a channel failed in its own way")
            trouble, remedy = f"internal error: {type(error).__name__}", "See the log."
        else:
            line.view = WayOutView(name, "works", self._clock.now_ms(), proof=proof)
            self._prove(message, name, attempt, proof=proof)
            if was in ("failed", "trying"):
                self.on_well(name)
            return True
        state: Literal["failed", "trying"] = "failed" if last else "trying"
        line.view = WayOutView(name, state, self._clock.now_ms(), trouble=trouble, remedy=remedy)
        self._prove(message, name, attempt, trouble=trouble)
        if last:
            self.on_failed(name, trouble)
        return False

    def _prove(self, message: ChannelMessage, name: str, attempt: int, *, proof: str = "", trouble: str = "") -> None:
        now_ms = self._clock.now_ms()
        self.proofs.append(Delivery(name, message.incident_id, message.occasion, now_ms, attempt, proof, trouble))
        del self.proofs[:-KEEP_PROOFS]
