"""Who shows notifications in this session. For the doctor; showing them is `linux_notifications`."""

from __future__ import annotations

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

from desktop.notify.linux_notifications import INTERFACE, NoNotifications

_PATIENCE_SECONDS = 5.0
_SERVICE = DBusAddress("/org/freedesktop/Notifications", bus_name=INTERFACE, interface=INTERFACE)


def service_name() -> str:
    """Return name and version of the notification service; one that the bus can start is started.

    Waits; never for the GUI thread. Raise NoNotifications.
    """
    try:
        with open_dbus_connection("SESSION") as bus:
            question = new_method_call(_SERVICE, "GetServerInformation")
            answer = bus.send_and_get_reply(question, timeout=_PATIENCE_SECONDS)
    except TimeoutError:
        raise NoNotifications("it does not answer") from None
    except (OSError, EOFError, KeyError, ValueError, RuntimeError):
        raise NoNotifications("there is no session bus") from None
    if answer.header.message_type is MessageType.error:
        raise NoNotifications(answer.header.fields.get(HeaderFields.error_name, "error"))
    name, _, version, _ = answer.body
    return f"{name} {version}".strip()
