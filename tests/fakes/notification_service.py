"""A notification service on a real, private session bus: keeps what it is told and presses buttons."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_error, new_method_return, new_signal
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.Notifications"
_EMITTER = DBusAddress("/org/freedesktop/Notifications", interface=NAME)

have_dbus = shutil.which("dbus-daemon") is not None


@contextmanager
def private_bus() -> Iterator[str]:
    """Run a session bus of its own; give its address."""
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True
    ) as bus:
        assert bus.stdout is not None
        try:
            yield bus.stdout.readline().strip()
        finally:
            bus.terminate()


class NotificationService:
    """Answers the methods of the specification, as far as Seawall calls them, on the bus named by the environment."""

    def __init__(self, capabilities: tuple[str, ...] = ("body", "actions", "body-markup")) -> None:
        self.shown: dict[int, tuple[Any, ...]] = {}
        self.closed: list[int] = []
        self._capabilities = list(capabilities)
        self._bus: DBusConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._last = 0

    async def start(self) -> None:
        """Take the service's name."""
        self._bus = await open_dbus_connection("SESSION")
        await self._bus.send(message_bus.RequestName(NAME))
        while (await self._bus.receive()).header.message_type is not MessageType.method_return:
            pass
        self._task = asyncio.create_task(self._serve(self._bus))

    async def stop(self) -> None:
        """Leave the bus, as a service that crashed would."""
        assert self._bus is not None
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._bus.close()

    async def press(self, shown: int, action: str) -> None:
        """Press a button of a notification."""
        assert self._bus is not None
        await self._bus.send(new_signal(_EMITTER, "ActionInvoked", "us", (shown, action)))

    async def _serve(self, bus: DBusConnection) -> None:
        while True:
            message = await bus.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            match message.header.fields[HeaderFields.member]:
                case "GetCapabilities":
                    answer = new_method_return(message, "as", (self._capabilities,))
                case "GetServerInformation":
                    answer = new_method_return(message, "ssss", ("Board", "Seawall's tests", "0.9", "1.2"))
                case "Notify":
                    self._last = message.body[1] or self._last + 1
                    self.shown[self._last] = message.body
                    answer = new_method_return(message, "u", (self._last,))
                case "CloseNotification":
                    self.closed.append(message.body[0])
                    self.shown.pop(message.body[0], None)
                    answer = new_method_return(message)
                case _:
                    answer = new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")
            await bus.send(answer)
