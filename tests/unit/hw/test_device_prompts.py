"""PIN, passphrase, sessions and cancel against the emulated device, as a person meets them."""

import threading

import pytest

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors, open_wallets, public_keys
from desktop.hw import messages as m
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.carriers.udp_transport import UdpTransport
from desktop.hw.emulator.device import Emulator
from desktop.hw.emulator.faults import FaultName
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.prompts import (
    Answer,
    Declined,
    FixedAnswers,
    PassphraseAnswer,
    PassphrasePrompt,
    PinAnswer,
    PinPrompt,
    Prompt,
)
from desktop.hw.session import Session
from tests.fakes.device_bench import SEGWIT_ADDRESS, SEGWIT_PATH, emulator, session_with

STANDARD = "5c9e228d"


class Person:
    """Reads the PIN grid from the screen, knows one passphrase, and remembers what was asked."""

    def __init__(self, pin: str = "", passphrase: str | None = "", *, attach: str = "") -> None:
        self.device: Emulator | None = None
        self.asked: list[Prompt] = []
        self._pin, self._passphrase, self._attach = pin, passphrase, attach

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        self.asked.append(prompt)
        if isinstance(prompt, PinPrompt):
            assert self.device is not None
            return PinAnswer(prompt.id, self.device.positions_of(self._attach if prompt.hidden else self._pin))
        return PassphraseAnswer(prompt.id, self._passphrase, attach_pin=bool(self._attach))


@pytest.mark.parametrize(("model", "keys"), [("classic", 9), ("classic1s-first", 9), ("classic1s", 10), ("pure", 10)])
def test_the_shuffled_pin_grid_has_nine_or_ten_keys(model: str, keys: int) -> None:
    person = Person("1020" if keys == 10 else "1929")
    setup = Setup(MODELS[model], pin="1020" if keys == 10 else "1929", scrambled=True)
    with emulator(setup=setup) as person.device, session_with(person.device, person) as session:
        assert session.features.unlocked is False
        assert public_keys.fingerprint(session) == STANDARD
        assert [
            (prompt.keys, prompt.may_type_on_device) for prompt in person.asked if isinstance(prompt, PinPrompt)
        ] == [(keys, True)]


def test_a_tenth_key_is_refused_where_the_grid_has_nine() -> None:
    setup = Setup(MODELS["classic"], pin="12")
    with emulator(setup=setup) as device, session_with(device, FixedAnswers(positions="10")) as session:
        with pytest.raises(errors.Locked, match="1 to 9"):
            public_keys.fingerprint(session)
        assert not session.over


@pytest.mark.parametrize("model", ["touch", "pro"])
def test_a_device_with_a_touch_screen_never_asks_here(model: str) -> None:
    person = Person()
    with (
        emulator(model=model, pin="1234", always_yes=True) as device,
        session_with(device, person) as session,
    ):
        assert public_keys.fingerprint(session) == STANDARD
    assert person.asked == []


@pytest.mark.parametrize("model", ["classic1s", "pro"])
def test_the_pin_of_a_hidden_wallet_in_place_of_a_passphrase(model: str) -> None:
    person = Person("1234", attach="556677")
    setup = Setup(MODELS[model], pin="1234", passphrase=True, attach_pin="556677", scrambled=True)
    with (
        emulator(setup=setup, always_yes=model == "pro") as person.device,
        session_with(person.device, person) as session,
    ):
        hidden = public_keys.fingerprint(session)
        assert hidden != STANDARD
        passphrase = next(prompt for prompt in person.asked if isinstance(prompt, PassphrasePrompt))
        assert passphrase.attach_pin
        session.resume()
        assert public_keys.fingerprint(session) == hidden
        assert len([prompt for prompt in person.asked if isinstance(prompt, PassphrasePrompt)]) == 1


def test_several_wallets_are_kept_open_and_found_again_until_the_power_goes() -> None:
    person = Person(passphrase="abc")
    with emulator(passphrase=True) as person.device, session_with(person.device, person) as session:
        hidden = public_keys.fingerprint(session)
        person._passphrase = ""
        assert open_wallets.open_another(session) == STANDARD
        open_wallets.return_to(session, hidden)
        open_wallets.return_to(session, STANDARD)
        assert len(person.asked) == 2
        with pytest.raises(errors.WrongWallet, match="wallet 0badf00d"):
            open_wallets.return_to(session, "0badf00d")


def test_power_ends_the_sessions_and_the_passphrase_is_asked_again() -> None:
    person = Person(passphrase="abc")
    with emulator(passphrase=True) as person.device, session_with(person.device, person) as session:
        hidden = public_keys.fingerprint(session)
        before = session.features.session_id
        person.device.replug()
        session.resume()
        assert session.features.session_id != before
        assert public_keys.fingerprint(session) == hidden
        assert len(person.asked) == 2


def test_another_identity_after_the_cable_was_pulled_is_another_wallet() -> None:
    with emulator() as device, session_with(device) as session:
        device.replug(new_identity=True)
        with pytest.raises(errors.WrongWallet):
            session.resume()
        assert session.over


@pytest.mark.parametrize("model", ["classic1s", "classic1s-old", "mini"])
def test_lock_and_unlock(model: str) -> None:
    setup = Setup(MODELS[model], pin="1234", attach_pin="5566")
    with emulator(setup=setup) as device, session_with(device, FixedAnswers(positions="1234")) as session:
        assert open_wallets.unlock(session) is False
        open_wallets.lock(session)
        assert device.screen()[-1] == "Locked"
        assert open_wallets.unlock(session) is False


def test_the_device_names_the_open_wallet_where_it_can() -> None:
    with emulator(passphrase=True) as device, session_with(device) as session:
        assert open_wallets.wallet_name(session) == "mvbu1Gdy8SUjTenqerxUaZyYjmveZvt33q"
    with (
        emulator(model="classic1s-old") as device,
        session_with(device) as session,
        pytest.raises(errors.NotSupported),
    ):
        open_wallets.wallet_name(session)


class Leaving:
    """Does not answer: cancelled, or nobody was there."""

    def __init__(self, *, timed_out: bool) -> None:
        self._timed_out = timed_out

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        return Declined(prompt.id, self._timed_out)


@pytest.mark.parametrize(("timed_out", "error"), [(True, errors.Locked), (False, errors.Cancelled)])
@pytest.mark.parametrize("options", [{"pin": "1"}, {"passphrase": True}])
def test_no_answer_sends_the_device_home(
    timed_out: bool, error: type[DeviceTrouble], options: dict[str, object]
) -> None:
    with emulator(**options) as device, session_with(device, Leaving(timed_out=timed_out)) as session:
        with pytest.raises(error):
            public_keys.fingerprint(session)
        assert not session.over
        assert session.call(m.GetFeatures(), m.Features).initialized


def _cancelled_while(device: Emulator, session: Session) -> list[DeviceTrouble]:
    """Ask for the wallet in a thread, cancel as soon as the device asks, and return what came of it."""
    troubles: list[DeviceTrouble] = []

    def ask() -> None:
        try:
            bitcoin.bitcoin_address(session, SEGWIT_PATH, show=True)
        except DeviceTrouble as trouble:
            troubles.append(trouble)

    thread = threading.Thread(target=ask)
    thread.start()
    assert device.wait_until_asks(10), device.screen()
    session.cancel()
    thread.join(10)
    session.allow()
    return troubles


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("classic1s", {"pin": "1234"}),
        ("classic1s", {"passphrase": True}),
        ("pro", {"pin": "1234"}),
    ],
)
def test_a_cancel_while_something_is_typed_on_the_device_is_an_initialize(
    model: str, options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[type] = []
    with (
        emulator(model=model, **options) as device,
        session_with(device, FixedAnswers(passphrase=None)) as session,
    ):
        monkeypatch.setattr(session._link, "send", _noting(sent, session._link.send))
        before = session.features.session_id
        assert [type(trouble) for trouble in _cancelled_while(device, session)] == [errors.Cancelled]
        assert sent[-1] is m.Initialize
        assert not device.asks()
        assert not session.over
        session.resume()
        assert session.features.session_id == before


def _noting(sent: list[type], send: object) -> object:
    def noted(message: m.Message) -> None:
        sent.append(type(message))
        send(message)  # type: ignore[operator]

    return noted


def test_a_device_that_ignores_cancel_loses_the_link_and_the_next_session_is_in_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desktop.hw.wire.link._CANCEL_PATIENCE_S", 0.2)
    with emulator() as device:
        with session_with(device) as session:
            device.ignore_cancel()
            [cancelled] = _cancelled_while(device, session)
            assert isinstance(cancelled, errors.Cancelled)
            assert cancelled.remedy.startswith("Press No on the wallet")
            assert session.over
        with pytest.raises(errors.DeviceBusy, match="does not answer"):
            Session(UdpTransport("127.0.0.1", device.port), quick_s=0.2).begin()
        device.press(False)
        device.ignore_cancel(False)
        with session_with(device) as session:
            assert bitcoin.bitcoin_address(session, SEGWIT_PATH).address == SEGWIT_ADDRESS


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("drop", errors.Silent),
        ("silence", errors.Silent),
        ("late", errors.Silent),
        ("garbage", errors.Garbage),
        ("wrong-type", errors.WrongAnswer),
        ("lie-long", errors.Silent),
        ("lie-huge", errors.TooBig),
        ("die", errors.DeviceGone),
    ],
)
@pytest.mark.parametrize("model", ["classic1s", "pro2"])
def test_every_fault_of_the_device_drops_the_link(fault: FaultName, error: type[DeviceTrouble], model: str) -> None:
    with emulator(model=model) as device, session_with(device, quick_s=0.3) as session:
        assert public_keys.fingerprint(session) == STANDARD
        device.fault(fault)
        with pytest.raises(error):
            public_keys.xpub(session, "m/84'/0'/0'")
        assert session.over


@pytest.mark.parametrize("model", ["classic1s", "pro2"])
def test_an_answer_given_twice_is_not_taken_for_the_next_one(model: str) -> None:
    with emulator(model=model) as device, session_with(device, quick_s=0.3) as session:
        assert public_keys.fingerprint(session) == STANDARD
        device.fault("twice")
        public_keys.xpub(session, "m/84'/0'/0'")
        with pytest.raises((errors.Garbage, errors.NotProved)):  # it may come a moment after the next request
            public_keys.xpub(session, "m/84'/0'/1'")
        assert session.over


class Slow(Person):
    """Lets the device take its question back before answering."""

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        assert self.device is not None
        self.device._wallet._flow = None  # it went home by itself, as firmware does after some minutes
        return PinAnswer(prompt.id, "1234")


def test_an_answer_that_comes_too_late_for_the_device_is_no_unknown_request() -> None:
    person = Slow()
    with emulator(pin="1234") as person.device, session_with(person.device, person) as session:
        with pytest.raises(errors.Locked, match="did not wait"):
            public_keys.fingerprint(session)
        assert not session.over
