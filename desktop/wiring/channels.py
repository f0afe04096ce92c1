"""The ways out for alerts: made of the settings' plans, with their secrets from the system keychain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from desktop.engine.alerting.channel_desk import AlertChannel
from desktop.engine.alerting.channel_plan import SECRET_NAMES, ChannelPlans, PingPlan
from desktop.engine.ports import Clock
from desktop.notify.local_command import CommandChannel
from desktop.notify.mail import MailChannel
from desktop.notify.outside_door import OutsideDoor
from desktop.notify.phone_push import NtfyChannel, TelegramChannel
from desktop.notify.webhook import DeadManPing, WebhookChannel
from desktop.storage.proxy_login import proxy_login
from desktop.storage.secrets import Secrets
from desktop.storage.settings import change_settings, load_settings
from desktop.venues.outbound import with_login


class ChannelMaker:
    """Fills the port ChannelShop from `settings.json` in `folder` and the keychain. Engine loop; the keychain and the
    file are asked on another thread."""

    def __init__(self, folder: Path, clock: Clock, secrets: Callable[[], Secrets] = Secrets) -> None:
        self._folder = folder
        self._clock = clock
        self._secrets = secrets
        self._proxy: str | None = None

    async def plans(self) -> ChannelPlans:
        """Return the settings' plans. Raise SeawallError."""
        settings = await asyncio.to_thread(load_settings, self._folder)
        self._proxy = await asyncio.to_thread(self._way_out, settings.proxy) or None
        return settings.channels

    async def opened(self) -> Sequence[AlertChannel]:
        """Return the channels of the settings that are on. Raise SeawallError."""
        return await self._made(await self.plans())

    async def keep(self, plans: ChannelPlans, secrets: Mapping[str, str]) -> Sequence[AlertChannel]:
        """Keep secrets, then plans, and return the channels made of them. Raise SeawallError."""
        await asyncio.to_thread(self._keep, plans, dict(secrets))
        return await self._made(plans)

    def ping(self, plan: PingPlan, watches: Callable[[], bool]) -> DeadManPing:
        """Return the sign of life for an outside dead-man service."""
        return DeadManPing(plan, OutsideDoor(self._proxy), self._clock, watches)

    def _way_out(self, proxy: str) -> str:
        return with_login(proxy, proxy_login(self._secrets(), proxy)) if proxy else ""

    def _keep(self, plans: ChannelPlans, secrets: dict[str, str]) -> None:
        keychain = self._secrets() if secrets else None
        for channel, secret in secrets.items():
            assert keychain is not None
            if secret:
                keychain.put(SECRET_NAMES[channel], secret)
            else:
                keychain.delete(SECRET_NAMES[channel])
        change_settings(self._folder, channels=plans)

    async def _made(self, plans: ChannelPlans) -> list[AlertChannel]:
        wanted = [name for name in SECRET_NAMES if (plan := getattr(plans, name)) is not None and plan.on]
        known = await asyncio.to_thread(self._read, wanted) if wanted else {}
        return _channels(plans, known, self._proxy, self._clock)

    def _read(self, names: Sequence[str]) -> dict[str, str]:
        keychain = self._secrets()
        found = {name: keychain.get(SECRET_NAMES[name]) for name in names}
        return {name: secret for name, secret in found.items() if secret}


def _channels(plans: ChannelPlans, known: Mapping[str, str], proxy: str | None, clock: Clock) -> list[AlertChannel]:
    """Return a channel for each plan that is on. One whose secret is missing is made all the same and tells so when
    it is used: a channel that silently is not there would be trusted."""
    made: list[AlertChannel] = []
    if plans.ntfy is not None and plans.ntfy.on:
        made.append(NtfyChannel(plans.ntfy, known.get("ntfy"), OutsideDoor(proxy)))
    if plans.telegram is not None and plans.telegram.on:
        made.append(TelegramChannel(plans.telegram, known.get("telegram", ""), OutsideDoor(proxy)))
    if plans.webhook is not None and plans.webhook.on:
        made.append(WebhookChannel(plans.webhook, known.get("webhook", ""), OutsideDoor(proxy), clock))
    if plans.email is not None and plans.email.on:
        made.append(MailChannel(plans.email, known.get("email")))
    if plans.command is not None and plans.command.on:
        made.append(CommandChannel(plans.command))
    return made
