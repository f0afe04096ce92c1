"""Channels made of settings and keychain: secrets never touch the file, a missing one is told when it is used."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop.alerts.channel_words import test_message as trial
from desktop.domain.errors import Refused
from desktop.engine.alerting.channel_plan import ChannelPlans, CommandPlan, NtfyPlan, TelegramPlan, WebhookPlan
from desktop.storage.secrets import Secrets
from desktop.storage.settings import FILE_NAME, Settings, load_settings, save_settings
from desktop.wiring.channels import ChannelMaker
from tests.fakes.manual_clock import ManualClock


class MemorySecrets(Secrets):
    """A keychain in memory, for this test's life."""

    def __init__(self) -> None:
        super().__init__(main_thread_is_fine=True)
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, value: str) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


PLANS = ChannelPlans(
    ntfy=NtfyPlan("seawall-topic"),
    telegram=TelegramPlan("42"),
    webhook=WebhookPlan("https://example.org/h", on=False),
)


def test_secrets_go_to_the_keychain_and_plans_to_the_file(tmp_path: Path) -> None:
    keychain = MemorySecrets()
    maker = ChannelMaker(tmp_path, ManualClock(), lambda: keychain)

    async def scene() -> None:
        channels = await maker.keep(PLANS, {"telegram": "123:abc"})
        assert [channel.name for channel in channels] == ["ntfy", "telegram"]
        again = await ChannelMaker(tmp_path, ManualClock(), lambda: keychain).opened()
        assert [channel.name for channel in again] == ["ntfy", "telegram"]
        for channel in (*channels, *again):
            await channel.close()

    asyncio.run(scene())
    assert keychain.kept == {"channel-telegram-bot-token": "123:abc"}
    assert "123:abc" not in (tmp_path / FILE_NAME).read_text()
    assert load_settings(tmp_path).channels == PLANS


def test_an_empty_secret_is_forgotten(tmp_path: Path) -> None:
    keychain = MemorySecrets()
    keychain.kept["channel-ntfy-token"] = "old"

    async def scene() -> None:
        for channel in await ChannelMaker(tmp_path, ManualClock(), lambda: keychain).keep(PLANS, {"ntfy": ""}):
            await channel.close()

    asyncio.run(scene())
    assert keychain.kept == {}


def test_a_channel_without_its_secret_says_so_when_it_is_used(tmp_path: Path) -> None:
    async def scene() -> None:
        maker = ChannelMaker(tmp_path, ManualClock(), MemorySecrets)
        channels = {channel.name: channel for channel in await maker.keep(PLANS, {})}
        with pytest.raises(Refused, match="no bot token"):
            await channels["telegram"].send(trial("telegram", 0))
        for channel in channels.values():
            await channel.close()

    asyncio.run(scene())


def test_a_proxy_gets_its_login_from_the_keychain_whenever_the_channels_are_opened(tmp_path: Path) -> None:
    keychain = MemorySecrets()
    save_settings(tmp_path, Settings(proxy="http://127.0.0.1:1"))

    async def scene() -> None:
        maker = ChannelMaker(tmp_path, ManualClock(), lambda: keychain)
        await maker.plans()
        assert maker._proxy == "http://127.0.0.1:1"
        keychain.kept["proxy-login"] = "me:a b"
        await maker.plans()
        assert maker._proxy == "http://me:a%20b@127.0.0.1:1"

    asyncio.run(scene())


def test_a_command_is_off_until_it_is_turned_on(tmp_path: Path) -> None:
    async def scene() -> None:
        maker = ChannelMaker(tmp_path, ManualClock(), MemorySecrets)
        assert await maker.keep(ChannelPlans(command=CommandPlan(("true",))), {}) == []

    asyncio.run(scene())
