"""The HID carrier with a stand-in for its library."""

import sys
from typing import Any

import hidraw
import pytest

from desktop.hw import errors
from desktop.hw.carriers import hid_transport
from desktop.hw.carriers.bus_identity import BusLook
from desktop.hw.carriers.hid_transport import HidTransport

PACKET = b"?##".ljust(64, b"\0")


class HidDevice:
    serial = "H1"
    written = 65

    def __init__(self) -> None:
        self.stale: list[list[int]] = []
        self.waiting: list[list[int] | Exception] = []
        self.refuses = False

    def open_path(self, path: bytes) -> None:
        if self.refuses:
            raise OSError("open failed")

    def get_serial_number_string(self) -> str:
        return self.serial

    def close(self) -> None:
        pass

    def write(self, report: bytes) -> int:
        assert report == b"\0" + PACKET
        return self.written

    def read(self, size: int, timeout_ms: int) -> list[int]:
        if self.stale:
            return self.stale.pop(0)
        answer = self.waiting.pop(0) if self.waiting else []
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def hid(monkeypatch: pytest.MonkeyPatch) -> HidDevice:
    device = HidDevice()
    shared = {
        "vendor_id": 0x1209,
        "product_id": 0x53C1,
        "serial_number": "H1",
        "product_string": "OneKey W",
        "manufacturer_string": "OneKey",
    }
    listed = [
        {**shared, "path": b"/dev/hidraw9", "usage_page": 0xFF00},
        {**shared, "path": b"/dev/hidraw10", "usage_page": 0xF1D0},
        {**shared, "path": b"/dev/hidraw11", "usage_page": 0xFF00, "vendor_id": 1},
        {**shared, "path": b"/dev/hidraw12", "usage_page": 0xFF00, "manufacturer_string": "SatoshiLabs"},
        {**shared, "path": b"/dev/hidraw13", "usage_page": 0xF1D0, "manufacturer_string": "SatoshiLabs"},
    ]

    class Library:
        @staticmethod
        def enumerate() -> list[dict[str, Any]]:
            return listed

        @staticmethod
        def device() -> HidDevice:
            return device

    monkeypatch.setattr(hid_transport, "_library", lambda: Library)
    return device


def test_fido_is_seen_and_never_taken_for_a_wallet(hid: HidDevice) -> None:
    assert [found.path for found in hid_transport.listed()] == ["hid:/dev/hidraw9"]
    assert [look.maker for look in hid_transport.fido_seen()] == ["OneKey"]


def test_reports_carry_an_id_of_zero(hid: HidDevice) -> None:
    (transport,) = hid_transport.listed()
    hid.stale = [[0x7E] * 64]
    transport.open()
    assert hid.stale == []
    transport.write(PACKET)
    hid.waiting = [list(PACKET), [], OSError("read error")]
    assert [transport.read(0), transport.read(0.01)] == [PACKET, None]
    with pytest.raises(errors.DeviceGone):
        transport.read(0.01)
    hid.written = -1  # all that hidapi says of an unplugged device
    with pytest.raises(errors.DeviceGone, match="-1 of 64"):
        transport.write(PACKET)
    transport.close()


def test_another_device_behind_the_same_path_is_refused(hid: HidDevice) -> None:
    (transport,) = hid_transport.listed()
    hid.serial = "H2"
    with pytest.raises(errors.WrongWallet):
        transport.open()
    hid.serial = "H1"
    transport.open()
    assert transport.present()
    transport.close()


def test_two_of_us_cannot_hold_one_device(hid: HidDevice) -> None:
    first, second = hid_transport.listed()[0], hid_transport.listed()[0]
    first.open()
    with pytest.raises(errors.DeviceBusy, match="another Seawall"):
        second.open()
    first.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a device that does not open is held by another")
def test_a_device_that_does_not_open(hid: HidDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    (transport,) = hid_transport.listed()
    hid.refuses = True
    with pytest.raises(errors.DeviceGone):  # its node left meanwhile
        transport.open()
    transport._where = b"/dev/null"
    monkeypatch.setattr(hid_transport, "_library", lambda: _listing_null(hid))
    with pytest.raises(errors.AccessDenied):
        transport.open()


def test_a_path_that_is_gone(hid: HidDevice) -> None:
    with pytest.raises(errors.NoDevice):
        HidTransport("/dev/hidraw8", BusLook(0x1209, 0x53C1)).open()


def test_the_real_library_lists_without_trouble() -> None:
    assert isinstance(hidraw.enumerate(), list)
    assert isinstance(hid_transport.listed(), list)


def _listing_null(device: HidDevice) -> Any:
    class Library:
        enumerate = staticmethod(lambda: [{"path": b"/dev/null"}])
        device = staticmethod(lambda: held)

    held = device
    return Library
