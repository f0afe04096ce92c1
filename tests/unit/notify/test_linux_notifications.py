"""Notifications over a real session bus, against a service that keeps what it is told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the session bus is Linux's")
pytest.importorskip("jeepney")

from desktop.engine.ports import Notification  # noqa: E402
from desktop.notify.linux_notifications import LinuxNotifier  # noqa: E402
from tests.fakes.notification_service import NotificationService, have_dbus, private_bus  # noqa: E402

ALERT = Notification(
    key="i1",
    title="Warning: long cascade in BTC",
    body="Longs <b>liquidated</b> & more",
    urgent=False,
    actions=(("transfer", "Open transfer"), ("snooze", "Snooze 1 h")),
)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not have_dbus:
        pytest.skip("dbus-daemon is not installed here")
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield


@pytest.mark.usefixtures("bus")
def test_same_key_replaces_and_body_is_escaped_for_a_service_that_reads_markup() -> None:
    async def run() -> None:
        service, notifier = NotificationService(), LinuxNotifier()
        await service.start()
        assert await notifier.show(ALERT)
        assert await notifier.show(ALERT)
        assert list(service.shown) == [1]
        _app, _replaces, _icon, title, body, actions, hints, _stay = service.shown[1]
        assert title == ALERT.title
        assert body == "Longs &lt;b&gt;liquidated&lt;/b&gt; &amp; more"
        assert actions[2:] == ["transfer", "Open transfer", "snooze", "Snooze 1 h"]
        assert hints["urgency"] == ("y", 1)
        await notifier.close()
        await service.stop()

    asyncio.run(run())


@pytest.mark.usefixtures("bus")
def test_plain_service_gets_the_body_as_it_is() -> None:
    async def run() -> None:
        service, notifier = NotificationService(("body", "actions")), LinuxNotifier()
        await service.start()
        assert await notifier.show(ALERT)
        assert service.shown[1][4] == ALERT.body
        await notifier.close()
        await service.stop()

    asyncio.run(run())


@pytest.mark.usefixtures("bus")
@pytest.mark.parametrize(("pressed", "means"), [("snooze", "snooze"), ("default", "transfer")])
def test_pressed_button_arrives_with_its_key(pressed: str, means: str) -> None:
    async def run() -> None:
        service, notifier = NotificationService(), LinuxNotifier()
        await service.start()
        heard: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
        notifier.on_action = lambda key, action: heard.set_result((key, action))
        await notifier.show(ALERT)
        await service.press(99, "snooze")  # another program's
        await service.press(1, pressed)
        async with asyncio.timeout(5):
            assert await heard == ("i1", means)
        await notifier.close()
        await service.stop()

    asyncio.run(run())


@pytest.mark.usefixtures("bus")
def test_withdrawn_notification_is_closed_there() -> None:
    async def run() -> None:
        service, notifier = NotificationService(), LinuxNotifier()
        await service.start()
        await notifier.show(ALERT)
        await notifier.withdraw("i1")
        await notifier.withdraw("never shown")
        assert service.closed == [1]
        await notifier.close()
        await service.stop()

    asyncio.run(run())


@pytest.mark.usefixtures("bus")
def test_service_that_comes_back_is_used_again() -> None:
    async def run() -> None:
        first, notifier = NotificationService(), LinuxNotifier()
        await first.start()
        assert await notifier.show(ALERT)
        await first.stop()
        assert not await notifier.show(ALERT)
        second = NotificationService()
        await second.start()
        assert await notifier.show(ALERT)
        assert len(second.shown) == 1
        await notifier.close()
        await second.stop()

    asyncio.run(run())


def test_without_a_bus_the_caller_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")

    async def run() -> None:
        notifier = LinuxNotifier()
        assert not await notifier.show(ALERT)
        await notifier.close()

    asyncio.run(run())


@pytest.mark.parametrize("turns", range(12))
def test_an_engine_that_ends_while_a_notification_is_tried_is_not_held_up(
    monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)

    async def run() -> None:
        notifier = LinuxNotifier()

        async def delivers() -> None:
            while True:
                await notifier.show(ALERT)
                await asyncio.sleep(0)

        delivering = asyncio.create_task(delivers())
        for _ in range(turns):
            await asyncio.sleep(0)
        delivering.cancel()
        _, still_delivering = await asyncio.wait({delivering}, timeout=0.2)
        if still_delivering:
            delivering.cancel()
        assert not still_delivering, "the first cancellation was lost"

    asyncio.run(run())
