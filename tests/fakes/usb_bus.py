"""A USB bus as the libusb binding shows it, with the devices that a test puts on it."""

from __future__ import annotations

from typing import Any

import usb1


class Endpoint:
    """One endpoint of an interface."""

    def __init__(self, address: int, kind: int = 3, size: int = 64) -> None:
        self.getAddress, self.getAttributes, self.getMaxPacketSize = lambda: address, lambda: kind, lambda: size


class Setting:
    """One interface with its endpoints."""

    def __init__(self, number: int, kind: int, endpoints: list[Endpoint]) -> None:
        self.getNumber, self.getClass, self.iterEndpoints = lambda: number, lambda: kind, lambda: iter(endpoints)


class Handle:
    """An opened device. `trouble` meets who claims it; `waiting` is what reads give, then silence."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.sent: list[tuple[int, bytes]] = []
        self.stale: list[bytes] = []
        self.waiting: list[bytes | Exception] = []
        self.read_from: set[int] = set()
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
        self.sent.append((endpoint, packet))
        return len(packet)

    def interruptRead(self, endpoint: int, size: int, timeout: int) -> bytes:
        assert size == 64
        assert timeout > 0  # 0 would wait for ever
        self.read_from.add(endpoint)
        if self.stale:
            return self.stale.pop(0)
        answer = self.waiting.pop(0) if self.waiting else usb1.USBErrorTimeout()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Device:
    """A device on the bus; by default a OneKey as shipped."""

    def __init__(self, product_id: int = 0x53C1, maker: str = "OneKey", **more: Any) -> None:
        self.handle: Handle = more.get("handle", Handle())
        self.serial_told_later: str | None = None
        self._serial = more.get("serial", "S1")
        self._asked = 0
        self._settings = more.get("settings", [Setting(0, 0xFF, [Endpoint(0x81), Endpoint(0x01)])])
        self.getVendorID, self.getProductID = lambda: more.get("vendor", 0x1209), lambda: product_id
        self.getManufacturer, self.getProduct = lambda: maker, lambda: more.get("product", "OneKey Pro")
        self.getBusNumber, self.getDeviceAddress = lambda: 1, lambda: 7

    def getSerialNumber(self) -> str:
        return self._serial if self.serial_told_later is None or not self.handle_given else self.serial_told_later

    handle_given = False

    def getPortNumberList(self) -> list[int]:
        return []

    def iterSettings(self) -> list[Setting]:
        return self._settings

    def open(self) -> Handle:
        self.handle_given = True
        return self.handle


def context_of(devices: list[Device]) -> type:
    """Return a class to stand for `usb1.USBContext`, with these devices on its bus."""

    class Context:
        def __enter__(self) -> Context:
            return self

        def __exit__(self, *gone: object) -> None:
            pass

        def open(self) -> None:
            pass

        def close(self) -> None:
            pass

        def getDeviceIterator(self, skip_on_error: bool) -> list[Device]:
            return devices

    return Context
