"""The carriers by cable, with stand-ins for their libraries: which devices are taken, and each way they fail."""

from typing import Any

import hidraw
import pytest
import usb1

from desktop.hw import errors
from desktop.hw.carriers import hid_transport, usb_transport
from desktop.hw.carriers.hid_transport import HidTransport
from desktop.hw.carriers.usb_transport import UsbTransport

PACKET = b"?##".ljust(64, b"\0")


class Setting:
    def __init__(self, number: int, kind: int) -> None:
        self.getNumber, self.getClass = lambda: number, lambda: kind


class Handle:
    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.sent: list[bytes] = []
        self.waiting: list[bytes | Exception] = []
        self.closed = False

    def claimInterface(self, number: int) -> None:
        assert number == 0
        if self.trouble:
            raise self.trouble

    def releaseInterface(self, number: int) -> None:
        raise usb1.USBErrorNoDevice

    def close(self) -> None:
        self.closed = True

    def interruptWrite(self, endpoint: int, packet: bytes, timeout: int) -> int:
        assert endpoint == 0x01
        self.sent.append(packet)
        return len(packet)

    def interruptRead(self, endpoint: int, size: int, timeout: int) -> bytes:
        assert (endpoint, size) == (0x81, 64)
        assert timeout > 0  # 0 would wait for ever
        answer = self.waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Device:
    def __init__(self, product_id: int = 0x53C1, maker: str = "OneKey", kind: int = 0xFF, **more: Any) -> None:
        self.handle = more.get("handle", Handle())
        self._kind = kind
        self.getVendorID, self.getProductID = lambda: more.get("vendor", 0x1209), lambda: product_id
        self.getManufacturer, self.getProduct = lambda: maker, lambda: "OneKey Pro"
        self.getSerialNumber = lambda: more.get("serial", "S1")
        self.getBusNumber, self.getDeviceAddress = lambda: 1, lambda: 7

    def iterSettings(self) -> list[Setting]:
        return [Setting(0, self._kind), Setting(1, 3)]

    def open(self) -> Handle:
        return self.handle


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> list[Device]:
    devices: list[Device] = []

    class Context:
        def __enter__(self) -> "Context":
            return self

        def __exit__(self, *gone: object) -> None:
            pass

        def open(self) -> None:
            pass

        def close(self) -> None:
            pass

        def getDeviceIterator(self, skip_on_error: bool) -> list[Device]:
            return devices

    monkeypatch.setattr(usb1, "USBContext", Context)
    return devices


def test_only_wallets_with_the_wire_interface_are_taken(bus: list[Device]) -> None:
    bus += [
        Device(),
        Device(0x4F4B, serial=""),
        Device(maker="SatoshiLabs"),
        Device(kind=3),
        Device(0x1234),
        Device(vendor=0x1111),
    ]
    assert [found.path for found in usb_transport.on_the_bus()] == ["usb:S1", "usb:1:7"]
    assert usb_transport.on_the_bus()[0].product == "OneKey OneKey Pro"


def test_packets_go_over_the_interrupt_endpoints(bus: list[Device]) -> None:
    bus.append(device := Device())
    late = usb1.USBErrorTimeout()
    partly = usb1.USBErrorTimeout()
    partly.received = PACKET
    device.handle.waiting = [PACKET, late, partly]
    transport = UsbTransport("S1", "")
    transport.open()
    transport.write(PACKET)
    assert device.handle.sent == [PACKET]
    assert [transport.read(0), transport.read(0.01), transport.read(0.01)] == [PACKET, None, PACKET]
    assert transport.present()
    bus.clear()
    assert not transport.present()
    transport.close()
    transport.close()
    assert device.handle.closed
    with pytest.raises(errors.DeviceGone):
        transport.write(PACKET)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (usb1.USBErrorBusy(), errors.DeviceBusy),
        (usb1.USBErrorAccess(), errors.AccessDenied),
        (usb1.USBErrorIO(), errors.DeviceGone),
    ],
)
def test_a_wallet_that_cannot_be_claimed(bus: list[Device], trouble: Exception, error: type[Exception]) -> None:
    bus.append(device := Device(handle=Handle(trouble)))
    with pytest.raises(error):
        UsbTransport("S1", "").open()
    assert device.handle.closed


def test_a_wallet_that_is_not_there(bus: list[Device]) -> None:
    with pytest.raises(errors.NoDevice):
        UsbTransport("S1", "").open()


@pytest.mark.parametrize("trouble", [usb1.USBErrorNoDevice(), usb1.USBErrorIO(), usb1.USBErrorPipe()])
def test_a_wallet_that_is_unplugged_while_reading(bus: list[Device], trouble: Exception) -> None:
    bus.append(device := Device())
    device.handle.waiting = [trouble]
    transport = UsbTransport("S1", "")
    transport.open()
    with pytest.raises(errors.DeviceGone):
        transport.read(0.01)
    transport.close()


class HidDevice:
    serial = "H1"
    written = 65
    waiting: list[list[int] | Exception]

    def __init__(self) -> None:
        self.waiting = []

    def open_path(self, path: bytes) -> None:
        assert path == b"/dev/hidraw9"

    def get_serial_number_string(self) -> str:
        return self.serial

    def close(self) -> None:
        pass

    def write(self, report: bytes) -> int:
        assert report == b"\0" + PACKET
        return self.written

    def read(self, size: int, timeout_ms: int) -> list[int]:
        answer = self.waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def hid(monkeypatch: pytest.MonkeyPatch) -> HidDevice:
    device = HidDevice()
    shared = {"vendor_id": 0x1209, "product_id": 0x53C1, "serial_number": "H1", "product_string": "W"}
    listed = [
        {**shared, "path": b"/dev/hidraw9", "usage_page": 0xFF00},
        {**shared, "path": b"/dev/hidraw10", "usage_page": 0xF1D0},
        {**shared, "path": b"/dev/hidraw11", "usage_page": 0xFF00, "vendor_id": 1},
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


def test_fido_is_never_taken_for_a_wallet(hid: HidDevice) -> None:
    assert [found.path for found in hid_transport.listed()] == ["hid:/dev/hidraw9"]


def test_reports_carry_an_id_of_zero(hid: HidDevice) -> None:
    (transport,) = hid_transport.listed()
    transport.open()
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


def test_a_path_that_is_gone(hid: HidDevice) -> None:
    with pytest.raises(errors.NoDevice):
        HidTransport("/dev/hidraw8").open()


def test_the_real_libraries_list_without_trouble() -> None:
    assert isinstance(hidraw.enumerate(), list)
    assert isinstance(usb_transport.on_the_bus(), list)
    assert isinstance(hid_transport.listed(), list)
