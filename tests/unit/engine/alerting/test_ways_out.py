"""Which incidents leave the house, and what happens when the settings or the keychain refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest

from desktop.domain.errors import BadInput, SeawallError
from desktop.engine.alerting.channel_desk import AlertChannel
from desktop.engine.alerting.channel_plan import ChannelPlans, NtfyPlan, PingPlan
from desktop.engine.alerting.ways_out import WaysOut
from desktop.engine.commands import KeepChannels, TryChannel, WatchCoin
from tests.fakes.desk import cascade
from tests.fakes.manual_clock import ManualClock
from tests.unit.engine.alerting.test_channel_desk import Line

PLANS = ChannelPlans(ntfy=NtfyPlan("t"), ping=PingPlan("https://example.org/p"))


class Shop:
    """Hands out lines of the test."""

    def __init__(self, *lines: Line, refuses: SeawallError | None = None) -> None:
        self.lines, self.refuses = lines, refuses
        self.kept: list[ChannelPlans] = []

    async def plans(self) -> ChannelPlans:
        if self.refuses is not None:
            raise self.refuses
        return PLANS

    async def opened(self) -> Sequence[AlertChannel]:
        return self.lines

    async def keep(self, plans: ChannelPlans, secrets: Mapping[str, str]) -> Sequence[AlertChannel]:
        self.kept.append(plans)
        return self.lines


class Sign:
    """A sign of life that notes that it is given and taken away."""

    def __init__(self) -> None:
        self.given, self.closed = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        self.given.set()
        await asyncio.Event().wait()

    async def close(self) -> None:
        self.closed.set()


def play(shop: Shop, scene: Callable[[WaysOut, asyncio.Queue[Sign]], Awaitable[None]], *, sends: bool = True) -> None:
    async def whole() -> None:
        signs: asyncio.Queue[Sign] = asyncio.Queue()

        def make(_plan: PingPlan, _watches: Callable[[], bool]) -> Sign:
            signs.put_nowait(made := Sign())
            return made

        ways = WaysOut(ManualClock(), shop, make, lambda: True, sends=sends)
        task = asyncio.create_task(ways.run())
        async with asyncio.timeout(10):
            await scene(ways, signs)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await ways.close()

    asyncio.run(whole())


def test_a_named_local_channel_keeps_the_incident_in_the_house() -> None:
    async def scene(ways: WaysOut, _signs: asyncio.Queue[Sign]) -> None:
        await ways.is_open.wait()
        ways.ring(cascade(), "opened", ("window", "sound"))
        assert ways.views()[0].waiting == 0
        ways.ring(cascade(), "opened", ("window", "ntfy"))
        await line.took.wait()
        assert line.sent[0].title == "Warning: long cascade in BTC"

    line = Line()
    play(Shop(line), scene)


def test_in_practice_only_tests_leave_the_house() -> None:
    async def scene(ways: WaysOut, signs: asyncio.Queue[Sign]) -> None:
        await ways.is_open.wait()
        ways.ring(cascade(), "opened")
        assert await ways.handle(TryChannel("ntfy"))
        await line.took.wait()
        assert [message.occasion for message in line.sent] == ["test"]
        assert signs.empty()

    line = Line()
    play(Shop(line), scene, sends=False)


def test_new_plans_replace_channels_and_sign_of_life() -> None:
    async def scene(ways: WaysOut, signs: asyncio.Queue[Sign]) -> None:
        await ways.is_open.wait()
        sign = await signs.get()
        await sign.given.wait()
        assert await ways.handle(KeepChannels(ChannelPlans(ntfy=NtfyPlan("u"))))
        await sign.closed.wait()
        assert (shop.kept[0].ntfy, ways.plans.ping) == (NtfyPlan("u"), None)
        assert not await ways.handle(WatchCoin("BTC"))

    shop = Shop(Line())
    play(shop, scene)


def test_settings_that_cannot_be_read_are_told_and_watching_goes_on() -> None:
    async def scene(ways: WaysOut, _signs: asyncio.Queue[Sign]) -> None:
        told: list[SeawallError] = []
        ways.on_refused = told.append
        await ways.is_open.wait()
        assert told[0].message == "the settings cannot be read"
        with pytest.raises(SeawallError, match="not set up"):
            await ways.handle(TryChannel("ntfy"))

    play(Shop(refuses=BadInput("the settings cannot be read")), scene)
