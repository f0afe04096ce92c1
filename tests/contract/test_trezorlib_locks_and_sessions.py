"""PIN grid, passphrases, sessions, lock and cancel, as an ordinary client library asks for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from trezorlib import btc, exceptions, messages
from trezorlib.client import PassphraseSetting, TrezorClient, get_default_client
from trezorlib.tools import parse_path
from trezorlib.transport.udp import UdpTransport

from desktop.hw import public_keys
from desktop.hw.emulator.device import Emulator
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.prompts import FixedAnswers
from tests.fakes.device_bench import SEGWIT_ADDRESS, emulator, session_with

NATIVE = parse_path("m/84h/0h/0h/0/0")
WITNESS = messages.InputScriptType.SPENDWITNESS
STANDARD = "5c9e228d"


def _client(device: Emulator, pin: Callable[[object], str] | None = None) -> TrezorClient:
    return get_default_client("Seawall test", UdpTransport.find_by_path(device.path), pin_callback=pin)


# The nine keys that the other library knows; a Classic 1S of today has a tenth.
@pytest.mark.parametrize("model", ["classic", "mini"])
def test_the_shuffled_grid_takes_the_places_it_is_given(model: str) -> None:
    setup = Setup(MODELS[model], pin="1987", scrambled=True)
    with emulator(setup=setup) as device:
        session = _client(device, lambda request: device.positions_of("1987")).get_session()
        assert session.get_root_fingerprint().hex() == STANDARD


def test_a_wrong_pin_is_refused_and_the_right_one_is_taken_after_it() -> None:
    pins = iter(["9999", "1234"])
    with emulator(pin="1234") as device:
        client = _client(device, lambda request: next(pins))
        with pytest.raises(exceptions.PinException, match="PIN invalid"):
            client.get_session().get_root_fingerprint()
        assert client.get_session().get_root_fingerprint().hex() == STANDARD


def test_lock_and_unlock() -> None:
    asked: list[object] = []
    with emulator(pin="1234") as device:
        client = _client(device, lambda request: asked.append(request) or "1234")
        client.ensure_unlocked()
        assert client.refresh_features().unlocked
        client.lock()
        assert device.screen()[-1] == "Locked"
        client.ensure_unlocked()
        assert len(asked) == 2


def test_sessions_of_several_wallets_are_kept_apart() -> None:
    with emulator(passphrase=True) as device:
        client = _client(device)
        prints = {word: client.get_session(word) for word in ("", "abc", "def")}
        found = {word: session.get_root_fingerprint().hex() for word, session in prints.items()}
        assert found[""] == STANDARD
        assert len(set(found.values())) == 3
        again = {word: session.get_root_fingerprint().hex() for word, session in reversed(prints.items())}
        assert again == found
        prints["abc"].close()
        assert prints[""].get_root_fingerprint().hex() == STANDARD


def test_the_passphrase_typed_on_the_device() -> None:
    def on_screen(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(True, "abc")

    with emulator(model="pro", passphrase=True, on_screen=on_screen) as device:
        there = _client(device).get_session(PassphraseSetting.ON_DEVICE).get_root_fingerprint().hex()
    with emulator(passphrase=True) as device, session_with(device, FixedAnswers(passphrase="abc")) as session:
        assert public_keys.fingerprint(session) == there


def test_power_ends_its_sessions() -> None:
    with emulator(passphrase=True) as device:
        session = _client(device).get_session("abc")
        session.get_root_fingerprint()
        device.replug()
        with pytest.raises(exceptions.InvalidSessionError):
            btc.get_address(session, "Bitcoin", NATIVE, script_type=WITNESS)


def test_its_cancel_ends_an_open_question() -> None:
    with emulator() as device:
        client = _client(device)
        session = client.get_session()
        question = messages.GetAddress(address_n=NATIVE, coin_name="Bitcoin", show_display=True, script_type=WITNESS)
        with session:
            assert isinstance(session.call_raw(question), messages.ButtonRequest)
            session.write(messages.ButtonAck())
            assert device.wait_until_asks(10)
            session.cancel()
            failure = session.read()
        assert isinstance(failure, messages.Failure)
        assert failure.code == messages.FailureType.ActionCancelled
        assert not device.asks()
        assert btc.get_address(session, "Bitcoin", NATIVE, script_type=WITNESS) == SEGWIT_ADDRESS


def test_a_device_without_a_wallet_says_so() -> None:
    with emulator(setup=Setup(MODELS["classic1s"], state="uninitialised")) as device:
        client = _client(device)
        assert client.features.initialized is False
        with pytest.raises(exceptions.TrezorException):
            client.get_session().get_root_fingerprint()
