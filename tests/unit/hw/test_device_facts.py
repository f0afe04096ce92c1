"""Gathering the doctor's facts, by looking and by asking."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from desktop.domain.errors import DeviceTrouble
from desktop.hw import device_facts, errors
from desktop.hw.carriers.bus_identity import BusLook
from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.udp_transport import UdpTransport
from desktop.hw.device_facts import bridge_answers, gathered
from tests.fakes.device_bench import emulator

FINGERPRINT = "5c9e228d"  # of the public test words


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Transport]:
    devices: list[Transport] = []
    monkeypatch.setattr(device_facts.discovery, "connected", lambda: devices)
    monkeypatch.setattr(device_facts.hid_transport, "fido_seen", list)
    monkeypatch.setattr(device_facts, "bridge_answers", lambda: False)
    return devices


class Refusing(UdpTransport):
    def __init__(self, trouble: DeviceTrouble) -> None:
        super().__init__("127.0.0.1", 1)
        self.trouble = trouble

    def open(self) -> None:
        raise self.trouble


def test_a_wallet_that_is_asked_says_who_it_is(found: list[Transport]) -> None:
    with emulator(model="pro") as device:
        found.append(UdpTransport("127.0.0.1", device.port))
        (asked,) = gathered(ask=True).seen
        (looked,) = gathered(ask=False).seen
    assert (asked.answer, asked.model) == ("ready", "Pro")
    assert (looked.answer, looked.model) == ("not asked", "")
    assert (asked.fingerprint, looked.fingerprint) == (FINGERPRINT, "")


@pytest.mark.parametrize("model", ["classic1s", "touch"])
def test_which_wallet_it_is_is_not_asked_where_a_person_would_be(found: list[Transport], model: str) -> None:
    with emulator(model=model, passphrase=True) as device:
        found.append(UdpTransport("127.0.0.1", device.port))
        (asked,) = gathered(ask=True).seen
        assert device.screen()[-1] != "Passphrase"
    assert (asked.answer, asked.fingerprint) == ("ready", "")


def test_a_locked_wallet_is_asked_nothing_more(found: list[Transport]) -> None:
    with emulator(pin="1234") as device:
        found.append(UdpTransport("127.0.0.1", device.port))
        assert gathered(ask=True).seen[0].answer == "locked"
        assert device.screen()[-1] == "Locked"


@pytest.mark.parametrize(
    ("trouble", "answer", "ours"),
    [
        (errors.AccessDenied("usb:A"), "no access", False),
        (errors.DeviceBusy("x holds it"), "busy", False),
        (errors.HeldBySeawall("7"), "busy", True),
        (errors.DoesNotAnswer(), "silent", False),
        (errors.InBootloader(), "bootloader", False),
        (errors.NoDevice(), "gone", False),
        (errors.WrongWallet("a", "b"), "other", False),
    ],
)
def test_what_goes_wrong_is_kept(found: list[Transport], trouble: DeviceTrouble, answer: str, ours: bool) -> None:
    found.append(Refusing(trouble))
    (seen,) = gathered(ask=True).seen
    assert (seen.answer, seen.ours, seen.words, seen.remedy) == (answer, ours, trouble.message, trouble.remedy)


def test_a_missing_library_and_a_lonely_fido(found: list[Transport], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        device_facts.hid_transport, "fido_seen", lambda: [BusLook(0x1209, 0x53C1, "OneKey", "OneKey Pro")]
    )
    assert gathered(ask=False).fido == ("OneKey Pro",)

    def lacking() -> list[Transport]:
        raise errors.LibraryMissing("libusb", "Install it.")

    monkeypatch.setattr(device_facts.discovery, "connected", lacking)
    facts = gathered(ask=False)
    assert (facts.library, facts.library_remedy, facts.seen) == ("libusb", "Install it.", ())


@contextmanager
def http_server(answer: bytes) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield "127.0.0.1", server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("answer", "is_bridge"),
    [
        (b'HTTP/1.0 200 OK\r\n\r\n{"version":"2.2.0"}', True),
        (b"HTTP/1.0 404 Not Found\r\n\r\nno", False),
        (b"SSH-2.0-x\r\n", False),
        (b"", False),
    ],
)
def test_the_bridge_is_known_by_its_answer(answer: bytes, is_bridge: bool) -> None:
    with http_server(answer) as place:
        assert bridge_answers(place) is is_bridge
    assert bridge_answers(place) is False
