"""Desktop notifications on Linux: org.freedesktop.Notifications over the session bus, with buttons of our own.

jeepney is spoken to directly, because one notification per incident has to be replaced and taken away, and the bus or
the notification service may go and come back while Seawall runs. Source: Desktop Notifications Specification 1.2.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
from collections.abc import Callable
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, message_bus, new_method_call
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

from desktop.engine.ports import Notification

_log = logging.getLogger(__name__)

INTERFACE = "org.freedesktop.Notifications"
_SERVICE = DBusAddress("/org/freedesktop/Notifications", bus_name=INTERFACE, interface=INTERFACE)
_PATIENCE_SECONDS = 3.0
_NORMAL, _CRITICAL = 1, 2
_FOR_EVER_MS = 0
_AS_THE_DESKTOP_LIKES = -1
# A click on the notification itself, beside its buttons: the same as its first button.
_WHOLE = "default"


class NoNotifications(OSError):
    """The session bus or its notification service does not answer."""


class LinuxNotifier:
    """Shows notifications; fills the port Notifier. One event loop, the one that calls `show` first.

    The bus is joined with the first notification and again after it went away. `on_action` gets (key, action id) of a
    pressed button, on the loop.
    """

    def __init__(self, app_name: str = "Seawall") -> None:
        self.on_action: Callable[[str, str], None] | None = None
        self._app_name = app_name
        self._bus: DBusConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._ids: dict[str, int] = {}
        self._first_actions: dict[str, str] = {}
        self._markup = False

    async def show(self, notification: Notification) -> bool:
        """Show or replace it; False when this desktop cannot. Never raises."""
        for _ in range(2):  # a bus that went away shows itself only when it is used: join it anew, once
            try:
                await self._join()
                await self._notify(notification)
            except (OSError, EOFError, TimeoutError) as error:
                _log.info("notification not shown: %s", type(error).__name__)
                await self._leave()
            else:
                return True
        return False

    async def withdraw(self, key: str) -> None:
        """Take it away if it is still shown."""
        shown = self._ids.pop(key, None)
        self._first_actions.pop(key, None)
        if shown is not None and self._bus is not None:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                await self._ask(new_method_call(_SERVICE, "CloseNotification", "u", (shown,)))

    async def close(self) -> None:
        """Leave the bus. Notifications that are shown stay."""
        await self._leave()

    async def _notify(self, notification: Notification) -> None:
        actions = [part for action in notification.actions for part in action]
        if notification.actions:
            self._first_actions[notification.key] = notification.actions[0][0]
            actions = [_WHOLE, notification.actions[0][1], *actions]
        body = html.escape(notification.body, quote=False) if self._markup else notification.body
        hints = {
            "urgency": ("y", _CRITICAL if notification.urgent else _NORMAL),
            "desktop-entry": ("s", "seawall"),
            "suppress-sound": ("b", True),  # Seawall sounds by itself, by level
        }
        stay_ms = _FOR_EVER_MS if notification.urgent else _AS_THE_DESKTOP_LIKES
        replaces = self._ids.get(notification.key, 0)
        words = (self._app_name, replaces, "seawall", notification.title, body, actions, hints, stay_ms)
        answer = await self._ask(new_method_call(_SERVICE, "Notify", "susssasa{sv}i", words))
        self._ids[notification.key] = int(answer[0])

    async def _join(self) -> None:
        if self._bus is not None and self._reader is not None and not self._reader.done():
            return
        await self._leave()
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes with the answer, and then the engine
            # could not end.
            async with asyncio.timeout(_PATIENCE_SECONDS):
                self._bus = await open_dbus_connection("SESSION")
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise NoNotifications("no session bus") from error
        self._reader = asyncio.create_task(self._read(self._bus), name="notification signals")
        rule = MatchRule(type="signal", interface=INTERFACE, path="/org/freedesktop/Notifications")
        await self._ask(message_bus.AddMatch(rule))
        capabilities = await self._ask(new_method_call(_SERVICE, "GetCapabilities"))
        self._markup = "body-markup" in capabilities[0]

    async def _leave(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._bus is not None:
            with contextlib.suppress(OSError):
                await self._bus.close()
        self._bus = self._reader = None
        self._ids.clear()

    async def _ask(self, message: Message) -> tuple[Any, ...]:
        bus = self._bus
        if bus is None:
            raise NoNotifications("not on the bus")
        serial = next(bus.outgoing_serial)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[serial] = answered
        try:
            await bus.send(message, serial=serial)
            async with asyncio.timeout(_PATIENCE_SECONDS):
                answer = await answered
        finally:
            del self._waiting[serial]
        if answer.header.message_type is MessageType.error:
            raise NoNotifications(answer.header.fields.get(HeaderFields.error_name, "error"))
        body: tuple[Any, ...] = answer.body
        return body

    async def _read(self, bus: DBusConnection) -> None:
        try:
            while True:
                self._take(await bus.receive())
        except (OSError, EOFError) as gone:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(NoNotifications(type(gone).__name__))

    def _take(self, message: Message) -> None:
        fields = message.header.fields
        if message.header.message_type in (MessageType.method_return, MessageType.error):
            waiting = self._waiting.get(fields.get(HeaderFields.reply_serial, 0))
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        elif fields.get(HeaderFields.member) == "ActionInvoked":
            self._pressed(*message.body)
        elif fields.get(HeaderFields.member) == "NotificationClosed":
            closed = message.body[0]
            self._ids = {key: shown for key, shown in self._ids.items() if shown != closed}

    def _pressed(self, shown: int, action: str) -> None:
        key = next((key for key, known in self._ids.items() if known == shown), None)
        if key is None or self.on_action is None:
            return  # another program's notification
        self.on_action(key, self._first_actions.get(key, action) if action == _WHOLE else action)
