"""An ordinary client library works with our emulator over UDP, and meets the answers our own client gets."""

from collections.abc import Iterator

import pytest
from trezorlib import btc, exceptions, messages
from trezorlib.client import PassphraseSetting, TrezorClient, get_default_client
from trezorlib.tools import parse_path
from trezorlib.transport.udp import UdpTransport

from desktop.domain.signed_message import signer
from desktop.hw.emulator.device import Emulator
from tests.fakes.device_bench import SEGWIT_ADDRESS, TAPROOT_ADDRESS, emulator

NATIVE = parse_path("m/84h/0h/0h/0/0")


@pytest.fixture(params=["classic1s", "pro"])
def device(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with emulator(always_yes=True, label="Contract", model=request.param) as running:
        yield running


@pytest.fixture
def client(device: Emulator) -> TrezorClient:
    transport = UdpTransport.find_by_path(device.path)
    return get_default_client("Seawall test", transport)


def test_features_are_accepted(client: TrezorClient, device: Emulator) -> None:
    features = client.features
    assert (features.vendor, features.label, features.initialized) == ("trezor.io", "Contract", True)
    assert features.session_id
    assert not client.is_outdated()
    assert client.model.name in ("1", "T")


def test_a_session_derives_and_shows_addresses(client: TrezorClient) -> None:
    session = client.get_session(PassphraseSetting.STANDARD_WALLET)
    assert session.get_root_fingerprint().hex() == "5c9e228d"
    spend = messages.InputScriptType
    assert btc.get_address(session, "Bitcoin", NATIVE, True, script_type=spend.SPENDWITNESS) == SEGWIT_ADDRESS
    taproot = parse_path("m/86h/0h/0h/0/0")
    assert btc.get_address(session, "Bitcoin", taproot, False, script_type=spend.SPENDTAPROOT) == TAPROOT_ADDRESS
    assert client.ping("still there") == "still there"
    session.close()


def test_a_message_is_signed_for_it(client: TrezorClient) -> None:
    session = client.get_session()
    answer = btc.sign_message(session, "Bitcoin", NATIVE, "hello", script_type=messages.InputScriptType.SPENDWITNESS)
    assert answer.address == SEGWIT_ADDRESS
    assert signer("hello", answer.signature) == SEGWIT_ADDRESS


def test_a_forbidden_path_is_refused_as_firmware_does(client: TrezorClient) -> None:
    session = client.get_session()
    with pytest.raises(exceptions.TrezorFailure, match="Forbidden key path"):
        btc.get_address(session, "Bitcoin", parse_path("m/84h/1h/0h/0/0"))


def test_no_is_a_cancel_for_it() -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    with emulator(on_screen=say_no) as device:
        client = get_default_client("Seawall test", UdpTransport.find_by_path(device.path))
        session = client.get_session()
        with pytest.raises(exceptions.Cancelled):
            btc.get_address(session, "Bitcoin", NATIVE, True, script_type=messages.InputScriptType.SPENDWITNESS)


def test_pin_and_passphrase_are_asked_of_it() -> None:
    with emulator(pin="1234", passphrase=True, always_yes=True) as device:
        transport = UdpTransport.find_by_path(device.path)
        client = get_default_client("Seawall test", transport, pin_callback=lambda request: "1234")
        hidden = client.get_session("abc")
        standard = client.get_session("")
        assert hidden.get_root_fingerprint() != standard.get_root_fingerprint()
        assert standard.get_root_fingerprint().hex() == "5c9e228d"
        address = btc.get_address(hidden, "Bitcoin", NATIVE, script_type=messages.InputScriptType.SPENDWITNESS)
        assert address != SEGWIT_ADDRESS
