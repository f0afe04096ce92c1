"""Alerts on their way out of the house: which incident goes where, and the channels' own life."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Protocol

from desktop.alerts.channel_words import Occasion, message_of
from desktop.alerts.incidents import Incident
from desktop.domain.errors import SeawallError
from desktop.engine.alerting.channel_desk import ChannelDesk, ChannelShop
from desktop.engine.alerting.channel_plan import ChannelPlans, PingPlan, WayOutView
from desktop.engine.commands import Command, KeepChannels, TryChannel
from desktop.engine.ports import Clock

LOCAL = frozenset({"window", "desktop", "sound"})
"""Channels that stay in the house: the window and the desktop's own notifications."""


class Ping(Protocol):
    """The sign of life for an outside dead-man service."""

    async def run(self) -> None:
        """Give it until cancelled."""

    async def close(self) -> None:
        """Let go of what it holds."""


MakePing = Callable[[PingPlan, Callable[[], bool]], Ping]


class WaysOut:
    """The channels of one engine. Engine loop.

    `sends` is False in worlds whose alerts are not real: there only tests leave the house. `watches` says whether a
    feed is heard, for the sign of life.
    """

    def __init__(
        self, clock: Clock, shop: ChannelShop, make_ping: MakePing, watches: Callable[[], bool], *, sends: bool
    ) -> None:
        self.desk = ChannelDesk((), clock)
        self.plans = ChannelPlans()
        self.on_refused: Callable[[SeawallError], None] = lambda error: None
        self._shop = shop
        self._make_ping = make_ping
        self._watches = watches
        self._sends = sends
        self._ping: Ping | None = None
        self._changed = asyncio.Event()
        self.is_open = asyncio.Event()
        """Set once what is set up has been read, or could not be."""

    async def open(self) -> None:
        """Read what is set up. Trouble is told and leaves the house without channels; watching goes on."""
        try:
            self.plans = await self._shop.plans()
            await self.desk.replace(await self._shop.opened())
        except SeawallError as error:
            self.on_refused(error)
        self._changed.set()
        self.is_open.set()

    async def run(self) -> None:
        """Send, and give the sign of life, until cancelled."""
        await self.open()
        sending = asyncio.create_task(self.desk.run(), name="channels")
        try:
            await self._give_signs()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def ring(self, incident: Incident, occasion: Occasion, names: Collection[str] = ()) -> None:
        """Send word of an incident over the named channels, over all of them if none is named."""
        outside = [name for name in names if name not in LOCAL]
        if self._sends and (outside or not names):
            self.desk.ring(outside, message_of(incident, occasion, sizes_allowed=self.plans.sizes_allowed))

    async def handle(self, command: Command) -> bool:
        """Obey a command about channels; False for any other. Raise SeawallError with words for the person."""
        match command:
            case TryChannel():
                if not self.desk.test(command.name):
                    raise SeawallError(f"the channel {command.name!r} is not set up", "Set it up and turn it on.")
            case KeepChannels():
                channels = await self._shop.keep(command.plans, command.secrets)
                self.plans = command.plans
                await self.desk.replace(channels)
                self._changed.set()
            case _:
                return False
        return True

    def views(self) -> tuple[WayOutView, ...]:
        """Return how each channel stands."""
        return self.desk.views()

    async def close(self) -> None:
        """Close channels and sign of life."""
        await self.desk.close()
        if self._ping is not None:
            await self._ping.close()

    async def _give_signs(self) -> None:
        while True:
            self._changed.clear()
            plan = self.plans.ping
            ping = self._make_ping(plan, self._watches) if plan is not None and plan.on and self._sends else None
            before, self._ping = self._ping, ping
            if before is not None:
                await before.close()
            giving = None if ping is None else asyncio.create_task(ping.run(), name="sign of life")
            try:
                await self._changed.wait()
            finally:
                if giving is not None:
                    giving.cancel()
                    await asyncio.gather(giving, return_exceptions=True)
