"""The way to a device that is named."""

import pytest

from desktop.domain.errors import WrongUsage
from desktop.hw import errors
from desktop.hw.carriers import discovery, hid_transport, udp_transport, usb_transport
from desktop.hw.carriers.bus_identity import BusLook
from desktop.hw.carriers.hid_transport import HidTransport
from desktop.hw.carriers.usb_transport import UsbTransport
from tests.fakes.device_bench import emulator


@pytest.fixture
def cabled(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [BusLook(0x1209, 0x53C1, serial=serial) for serial in ("A", "B")]
    monkeypatch.setattr(usb_transport, "on_the_bus", lambda: [UsbTransport(looks[0])])
    monkeypatch.setattr(
        hid_transport, "listed", lambda: [HidTransport(f"/dev/hidraw{n}", look) for n, look in enumerate(looks)]
    )


@pytest.mark.usefixtures("cabled")
def test_a_device_with_both_interfaces_is_listed_once() -> None:
    assert [found.path for found in discovery.connected()] == ["usb:A", "hid:/dev/hidraw1"]
    assert discovery.at_path("usb:A").serial == "A"
    with pytest.raises(errors.NoDevice):
        discovery.at_path("usb:C")
    with pytest.raises(errors.SeveralDevices):
        discovery.only_one()


def test_a_bootloader_counts_only_where_there_is_no_wallet() -> None:
    wallet, bootloader = (UsbTransport(BusLook(0x1209, number, serial="X")) for number in (0x53C1, 0x53C0))
    assert discovery.the_wallet([bootloader, wallet]) is wallet
    assert discovery.the_wallet([bootloader]) is bootloader
    with pytest.raises(errors.NoDevice):
        discovery.the_wallet([])


@pytest.mark.parametrize("path", ["A", "usb:", "ble:X", "", "udp:", "udp::1", "udp:h:x"])
def test_what_names_no_device(path: str) -> None:
    with pytest.raises(WrongUsage):
        discovery.at_path(path)


def test_a_simulator_is_found_at_the_usual_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulator() as device:
        monkeypatch.setattr(udp_transport, "USUAL_PORTS", (device.port,))
        assert discovery.at_path("udp:127.0.0.1").path == device.path
    with pytest.raises(errors.NoDevice):
        discovery.at_path("udp:127.0.0.1")
