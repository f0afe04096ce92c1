"""Hears from the system when a OneKey is plugged in or pulled out, so that nobody has to look every second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from desktop.hw.carriers.bus_identity import ONEKEY_VENDOR
from desktop.hw.carriers.libusb import library
from desktop.hw.errors import LibraryMissing

_log = logging.getLogger(__name__)
_JOIN_S = 5.0


class BusWatch:
    """Listens to libusb's own hot-plug news on a thread of its own, which sleeps until there is some.

    Both methods belong to one thread. Windows has no such news in libusb: there `start` returns False.
    """

    def __init__(self) -> None:
        self._context: Any = None
        self._thread: threading.Thread | None = None
        self._over = False

    def start(self, on_change: Callable[[], None]) -> bool:
        """Begin to listen; `on_change` is called on the watch's thread. Return whether the system tells such news."""
        try:
            usb1 = library()
            context = usb1.USBContext()
            context.open()
        except LibraryMissing:
            return False
        except usb1.USBError as error:
            _log.info("no hot-plug news: %s", type(error).__name__)
            return False
        if not context.hasCapability(usb1.CAP_HAS_HOTPLUG):
            context.close()
            return False
        context.hotplugRegisterCallback(lambda *news: on_change(), flags=0, vendor_id=ONEKEY_VENDOR)
        self._context = context
        self._thread = threading.Thread(target=self._listen, name="usb watch", daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """Stop listening; the thread has ended on return."""
        if self._thread is None:
            return
        self._over = True
        self._context.interruptEventHandler()
        self._thread.join(_JOIN_S)
        self._thread = None
        self._context.close()

    def _listen(self) -> None:
        usb1 = library()
        while not self._over:
            try:
                self._context.handleEvents()
            except usb1.USBErrorInterrupted:
                continue
            except usb1.USBError as error:
                _log.warning("no more hot-plug news: %s", type(error).__name__)
                return
