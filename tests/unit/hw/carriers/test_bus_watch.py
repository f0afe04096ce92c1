"""The watch on the bus, with the real library: no device here will be plugged, so only that it starts and ends."""

import threading

import pytest
import usb1

from desktop.hw.carriers import bus_watch
from desktop.hw.carriers.bus_watch import BusWatch
from desktop.hw.errors import LibraryMissing


def test_it_sleeps_until_it_is_stopped() -> None:
    watch = BusWatch()
    told = watch.start(lambda: None)
    assert any(thread.name == "usb watch" for thread in threading.enumerate()) is told
    watch.stop()
    watch.stop()
    assert not any(thread.name == "usb watch" for thread in threading.enumerate())


def test_a_system_without_such_news_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb1.USBContext, "hasCapability", lambda self, capability: False)
    assert BusWatch().start(lambda: None) is False


def test_a_missing_library_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking() -> None:
        raise LibraryMissing("libusb", "")

    monkeypatch.setattr(bus_watch, "library", lacking)
    watch = BusWatch()
    assert watch.start(lambda: None) is False
    watch.stop()
