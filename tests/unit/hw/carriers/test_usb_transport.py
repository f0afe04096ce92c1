"""The USB carrier with a stand-in for its library: which devices are taken, and each way they fail."""

import sys

import pytest
import usb1

from desktop.hw import errors
from desktop.hw.carriers import usb_transport
from desktop.hw.carriers.bus_identity import BusLook
from desktop.hw.carriers.own_lock import OwnLock
from desktop.hw.carriers.usb_transport import UsbTransport
from tests.fakes.usb_bus import Device, Endpoint, Handle, Setting, context_of

PACKET = b"?##".ljust(64, b"\0")
LOOK = BusLook(0x1209, 0x53C1, "OneKey", "OneKey Pro", "S1", "1:7")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> list[Device]:
    devices: list[Device] = []
    monkeypatch.setattr(usb1, "USBContext", context_of(devices))
    return devices


def test_only_onekeys_with_the_wire_interface_are_taken(bus: list[Device]) -> None:
    hid_only = [Setting(0, 3, [Endpoint(0x81), Endpoint(0x01)])]
    bus += [
        Device(),
        Device(0x4F4B, serial=""),
        Device(0x4F4C, serial="P2"),
        Device(0x53C0, serial="B1", settings=[]),
        Device(maker="SatoshiLabs"),
        Device(maker="Trezor Company"),
        Device(settings=hid_only),
        Device(0x1234),
        Device(vendor=0x1111),
    ]
    found = usb_transport.on_the_bus()
    assert [one.path for one in found] == ["usb:S1", "usb:1:7", "usb:P2", "usb:B1"]
    assert [one.bootloader for one in found] == [False, False, False, True]
    assert [one.second_protocol for one in found] == [False, False, True, False]
    assert found[0].product == "OneKey Pro"


def test_packets_go_over_the_endpoints_of_the_descriptor(bus: list[Device]) -> None:
    wire = [Endpoint(0x85, size=8), Endpoint(0x84), Endpoint(0x06, kind=2), Endpoint(0x03)]
    bus.append(device := Device(settings=[Setting(1, 3, []), Setting(0, 0xFF, wire)]))
    partly = usb1.USBErrorTimeout()
    partly.received = PACKET
    device.handle.stale = [b"\x7e" * 64, b"\x7f" * 64]
    transport = UsbTransport(LOOK)
    transport.open()
    assert device.handle.stale == []
    device.handle.waiting = [PACKET, usb1.USBErrorTimeout(), partly]
    transport.write(PACKET)
    assert device.handle.sent == [(0x03, PACKET)]
    assert [transport.read(0), transport.read(0.01), transport.read(0.01)] == [PACKET, None, PACKET]
    assert device.handle.read_from == {0x84}
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
        UsbTransport(LOOK).open()
    assert device.handle.closed
    lock = OwnLock("S1")
    lock.take()  # it was let go
    lock.release()


def test_a_wallet_that_is_not_there(bus: list[Device]) -> None:
    with pytest.raises(errors.NoDevice):
        UsbTransport(LOOK).open()


def test_a_bootloader_is_never_opened(bus: list[Device]) -> None:
    bus.append(device := Device(0x53C0))
    with pytest.raises(errors.InBootloader):
        UsbTransport(LOOK).open()
    assert not device.handle_given


@pytest.mark.parametrize(("serial", "error"), [("S2", errors.WrongWallet), ("", errors.DeviceGone)])
def test_a_device_that_tells_another_serial_once_it_is_open(
    bus: list[Device], serial: str, error: type[Exception]
) -> None:
    bus.append(device := Device())
    device.serial_told_later = serial
    with pytest.raises(error, match="serial"):
        UsbTransport(LOOK).open()
    assert device.handle.closed


def test_a_device_that_was_put_back_is_not_the_one_that_is_held(bus: list[Device]) -> None:
    bus.append(device := Device())
    transport = UsbTransport(LOOK)
    transport.open()
    assert transport.present()
    device.getDeviceAddress = lambda: 8
    assert not transport.present()
    transport.close()


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_a_refusal_means_another_program(
    bus: list[Device], monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    bus.append(device := Device(handle=Handle(usb1.USBErrorAccess())))
    with pytest.raises(errors.DeviceBusy):
        UsbTransport(LOOK).open()
    device.handle.trouble = usb1.USBErrorNotSupported()
    with pytest.raises(errors.NoDriver, match="no driver yet"):
        UsbTransport(LOOK).open()


def test_two_of_us_cannot_hold_one_wallet(bus: list[Device]) -> None:
    bus.append(Device())
    first, second = UsbTransport(LOOK), UsbTransport(LOOK)
    first.open()
    with pytest.raises(errors.DeviceBusy, match="another Seawall"):
        second.open()
    first.close()
    second.open()
    second.close()


def test_a_device_that_never_falls_silent(bus: list[Device]) -> None:
    bus.append(device := Device())
    device.handle.stale = [PACKET] * 5000
    with pytest.raises(errors.Garbage):
        UsbTransport(LOOK).open()
    assert device.handle.closed


@pytest.mark.parametrize("trouble", [usb1.USBErrorNoDevice(), usb1.USBErrorIO(), usb1.USBErrorPipe()])
def test_a_wallet_that_is_unplugged_while_reading(bus: list[Device], trouble: Exception) -> None:
    bus.append(device := Device())
    transport = UsbTransport(LOOK)
    transport.open()
    device.handle.waiting = [trouble]
    with pytest.raises(errors.DeviceGone):
        transport.read(0.01)
    transport.close()


def test_the_node_of_a_device() -> None:
    assert str(usb_transport.node_of(LOOK)) in ("/dev/bus/usb/001/007", "None")
    assert usb_transport.node_of(BusLook(1, 2)) is None


def test_the_real_library_lists_without_trouble() -> None:
    assert isinstance(usb_transport.on_the_bus(), list)
