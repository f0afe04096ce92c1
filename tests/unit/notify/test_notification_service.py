"""Who shows notifications here: the one that answers, or words why there is none."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest

if sys.platform != "linux":
    pytest.skip("the session bus is Linux's", allow_module_level=True)

from desktop.notify.linux_notifications import NoNotifications
from desktop.notify.notification_service import service_name
from tests.fakes.notification_service import NotificationService, have_dbus, private_bus


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not have_dbus:
        pytest.skip("dbus-daemon is not installed here")
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield


@pytest.mark.usefixtures("bus")
def test_the_service_on_the_bus_is_named() -> None:
    async def run() -> str:
        service = NotificationService()
        await service.start()
        try:
            return await asyncio.to_thread(service_name)
        finally:
            await service.stop()

    assert asyncio.run(run()) == "Board 0.9"


@pytest.mark.usefixtures("bus")
def test_a_bus_without_the_service_is_told() -> None:
    with pytest.raises(NoNotifications, match="ServiceUnknown"):
        service_name()


def test_a_session_without_a_bus_is_told() -> None:
    with pytest.raises(NoNotifications, match="session bus"):
        service_name()
