"""An ordinary client library drives our emulator's Ethereum, and gets the bytes our own client gets."""

from collections.abc import Iterator

import pytest
from trezorlib import ethereum, exceptions
from trezorlib.client import Session as TheirSession
from trezorlib.client import get_default_client
from trezorlib.tools import parse_path
from trezorlib.transport.udp import UdpTransport

from desktop.hw.emulator.device import Emulator
from desktop.hw.ethereum.operations import sign_ethereum_message
from tests.fakes.device_bench import emulator, session_with
from tests.fakes.ethereum_bench import ADDRESS, PATH

STEPS = parse_path("m/44h/60h/0h/0/0")


@pytest.fixture(params=["classic1s", "pro"])
def device(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with emulator(always_yes=True, model=request.param) as running:
        yield running


@pytest.fixture
def theirs(device: Emulator) -> TheirSession:
    return get_default_client("Seawall test", UdpTransport.find_by_path(device.path)).get_session()


def test_addresses(theirs: TheirSession) -> None:
    assert ethereum.get_address(theirs, STEPS) == ethereum.get_address(theirs, STEPS, show_display=True) == ADDRESS
    with pytest.raises(exceptions.TrezorFailure, match="Forbidden key path"):
        ethereum.get_address(theirs, parse_path("m/44h/0h/0h/0/0"))


def test_messages(theirs: TheirSession, device: Emulator) -> None:
    answer = ethereum.sign_message(theirs, STEPS, "hello")
    with session_with(device) as session:
        ours = sign_ethereum_message(session, PATH, "hello")
    assert (answer.address, "0x" + answer.signature.hex()) == (ours.address, ours.signature)
