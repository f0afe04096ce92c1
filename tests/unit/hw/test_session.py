"""The request loop against devices that misbehave in every way."""

import threading
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.prompts import FixedAnswers
from desktop.hw.session import Session
from desktop.hw.wire.codec import Message, encoded
from desktop.hw.wire.framing import packets
from tests.fakes.scripted_device import SOUND_FEATURES, Reply, ScriptedDevice

ASK = btc.SignMessage(message=b"x")
ANSWER = btc.MessageSignature(address="a", signature=b"s")


def _session(*replies: Reply, quick_s: float = 0.2) -> tuple[Session, ScriptedDevice]:
    device = ScriptedDevice(lambda message: replies if isinstance(message, btc.SignMessage) else ())
    session = Session(device, quick_s=quick_s)
    session.begin()
    return session, device


def test_a_sound_answer_is_returned() -> None:
    session, device = _session(ANSWER)
    assert session.call(ASK, btc.MessageSignature) == ANSWER
    assert not session.over
    assert device.times_heard(btc.SignMessage) == 1


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ([m.Success()], errors.WrongAnswer),
        ([btc.Address(address="a")], errors.WrongAnswer),
        ([packets(4711, b"")[0]], errors.WrongAnswer),
        ([b"\xff" * 64], errors.Garbage),
        ([b""], errors.Garbage),
        ([b"?##"], errors.Garbage),
        ([packets(40, bytes(200))[0] + b"more"], errors.Garbage),
        ([b"?##" + bytes.fromhex("0028ffffffff") + bytes(55)], errors.TooBig),
        ([packets(40, b"\xff\xff\xff")[0]], errors.Garbage),
        ([packets(40, bytes(200))[0]], errors.Silent),
        ([packets(40, bytes(200))[0], b"\x00" * 64], errors.Garbage),
        ([], errors.Silent),
        ([None], errors.DeviceGone),
    ],
)
def test_what_does_not_fit_drops_the_link_and_is_never_asked_again(
    replies: list[Reply], error: type[DeviceTrouble]
) -> None:
    session, device = _session(*replies)
    with pytest.raises(error):
        session.call(ASK, btc.MessageSignature)
    assert session.over
    assert device.closed == 1
    assert device.times_heard(btc.SignMessage) == 1
    with pytest.raises(errors.DeviceGone, match="dropped"):
        session.call(ASK, btc.MessageSignature)
    assert device.times_heard(btc.SignMessage) == 1


class Slow(ScriptedDevice):
    """Its person reads for a minute before the answer comes; time passes while nothing is to be read."""

    def __init__(self, answer: Iterable[Reply]) -> None:
        super().__init__(self._told)
        self.now_s = 0.0
        self._answer = list(answer)

    def _told(self, message: Message) -> Iterable[Reply]:
        return [m.ButtonRequest(code=7)] if isinstance(message, btc.SignMessage) else ()

    def read(self, timeout_s: float) -> bytes | None:
        packet = super().read(0)
        if packet is None and timeout_s:
            self.now_s += 20.0
            if self.now_s >= 60.0:
                for one in self._answer:
                    self.send(one)
                self._answer = []
        return packet


def test_a_long_answer_is_taken_whole_however_long_the_person_read(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = btc.MessageSignature(address="a" * 62, signature=b"s" * 65)
    assert len(packets(answer.number, encoded(answer))) > 2
    device = Slow([answer])
    monkeypatch.setattr("desktop.hw.wire.link.time.monotonic", lambda: device.now_s)
    session = Session(device, quick_s=10.0)
    session.begin()
    assert session.call(ASK, btc.MessageSignature) == answer
    assert not session.over


def test_an_answer_that_breaks_off_after_the_person_confirmed_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = Slow([packets(40, bytes(200))[0]])
    monkeypatch.setattr("desktop.hw.wire.link.time.monotonic", lambda: device.now_s)
    session = Session(device, quick_s=10.0)
    session.begin()
    with pytest.raises(errors.Silent):
        session.call(ASK, btc.MessageSignature)
    assert session.over


def test_a_screen_is_drawn_while_the_device_works() -> None:
    shown: list[object] = []
    device = ScriptedDevice(lambda message: [m.ButtonRequest()] if isinstance(message, btc.SignMessage) else [ANSWER])
    session = Session(device, on_screen=lambda lines, asks: shown.append((lines, asks)))
    session.begin()

    def drawn() -> tuple[str, ...]:
        assert device.times_heard(btc.SignMessage) == 1
        assert not device.times_heard(m.ButtonAck)
        return ("drawn",)

    assert session.call(ASK, btc.MessageSignature, screen=drawn) == ANSWER
    assert (("drawn",), True) in shown


def test_further_questions_of_a_request_are_told_apart_and_typing_is_called_typing() -> None:
    told: list[tuple[str, ...]] = []
    codes = iter([m.BUTTON_PIN_ENTRY, m.BUTTON_SIGN_TX, m.BUTTON_SIGN_TX, m.BUTTON_OTHER])

    def reply(message: Message) -> list[Message]:
        code = next(codes, None) if isinstance(message, btc.SignMessage | m.ButtonAck) else None
        return [ANSWER] if code is None else [m.ButtonRequest(code=code)]

    session = Session(ScriptedDevice(reply), on_screen=lambda lines, asks: told.append(lines) if asks else None)
    session.begin()
    session.call(ASK, btc.MessageSignature, screen=("Send", "1 BTC"))
    assert told == [
        ("Enter your PIN on the wallet",),
        ("Send", "1 BTC"),
        ("Question 2 about the same", "Send", "1 BTC"),
        ("Last question: confirm it once more", "Send", "1 BTC"),
    ]
    codes = iter([m.BUTTON_SIGN_TX])
    session.call(ASK, btc.MessageSignature, screen=("Send", "1 BTC"))
    assert told[-1] == ("Send", "1 BTC")  # another request begins anew


def test_what_was_shown_counts_through_all_calls_of_a_flow() -> None:
    told: list[tuple[str, ...]] = []
    codes: list[int] = []

    def reply(message: Message) -> list[Message]:
        if isinstance(message, btc.SignMessage | m.ButtonAck) and codes:
            return [m.ButtonRequest(code=codes.pop(0))]
        return [ANSWER]

    session = Session(ScriptedDevice(reply), on_screen=lambda lines, asks: told.append(lines) if asks else None)
    session.begin()
    with session.flow():
        codes.append(m.BUTTON_SIGN_TX)
        session.call(ASK, btc.MessageSignature, screen=("Total", "1 BTC"))
        codes.append(m.BUTTON_OTHER)
        session.call(ASK, btc.MessageSignature, screen=("Total", "1 BTC"))
    assert told == [("Total", "1 BTC"), ("Last question: confirm it once more", "Total", "1 BTC")]


_STRAY = m.Failure(code=m.UNEXPECTED_MESSAGE, message="messages.c:289:Unknown message")
"""What firmware under test sends for a key that comes when no screen is open."""


def test_a_failure_that_nobody_waits_for_is_thrown_away() -> None:
    session, device = _session(ANSWER)
    for _ in range(3):
        device.send(_STRAY)
    assert session.call(ASK, btc.MessageSignature) == ANSWER
    device.send(_STRAY)
    device.send(ANSWER)
    with pytest.raises(errors.Garbage):
        session.call(ASK, btc.MessageSignature)
    assert device.times_heard(btc.SignMessage) == 1


@pytest.mark.parametrize("follows", [ANSWER, m.ButtonRequest()])
def test_a_failure_that_the_answer_follows_was_not_about_the_request(follows: Message) -> None:
    def answers(message: Message) -> Iterable[Reply]:
        return [_STRAY, follows] if isinstance(message, btc.SignMessage) else [ANSWER]

    device = ScriptedDevice(answers)
    session = Session(device, quick_s=0.2)
    session.begin()
    assert session.call(ASK, btc.MessageSignature) == ANSWER
    assert device.times_heard(btc.SignMessage) == 1


def test_a_failure_that_nothing_follows_means_that_the_firmware_does_not_know_the_request() -> None:
    session, _ = _session(_STRAY)
    with pytest.raises(errors.NotSupported):
        session.call(ASK, btc.MessageSignature)
    assert not session.over


class _MakesWait(ScriptedDevice):
    """It checks a PIN so slowly that the computer has to look several times."""

    looks = 0

    def read(self, timeout_s: float) -> bytes | None:
        if timeout_s and self.times_heard(m.PinMatrixAck):
            self.looks += 1
            if self.looks == 6:
                self.send(ANSWER)
        return super().read(timeout_s)


def test_a_pin_is_waited_for_as_long_as_earlier_wrong_ones_make_the_device_wait() -> None:
    device = _MakesWait(lambda message: [m.PinMatrixRequest(type=1)] if isinstance(message, btc.SignMessage) else [])
    session = Session(device, FixedAnswers(positions="1234"), quick_s=0.1)
    session.begin()
    assert session.call(ASK, btc.MessageSignature) == ANSWER


def test_a_wrong_answer_names_both_sides() -> None:
    session, _ = _session(m.Success())
    with pytest.raises(errors.WrongAnswer) as caught:
        session.call(ASK, btc.MessageSignature)
    assert (caught.value.expected, caught.value.actual) == ("MessageSignature", "Success")


def test_an_answer_given_twice_drops_the_link_before_the_next_request() -> None:
    session, device = _session(ANSWER, ANSWER)
    session.call(ASK, btc.MessageSignature)
    with pytest.raises(errors.Garbage, match="nobody asked"):
        session.call(ASK, btc.MessageSignature)
    assert device.times_heard(btc.SignMessage) == 1


def test_a_late_answer_of_an_earlier_request_is_not_taken_for_this_one() -> None:
    def answers(message: Message) -> Iterable[Reply]:
        return [ANSWER] if isinstance(message, btc.GetAddress) else ()

    session = Session(ScriptedDevice(answers), quick_s=0.2)
    session.begin()
    with pytest.raises(errors.WrongAnswer):
        session.call(btc.GetAddress(), btc.Address)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (1, errors.NotSupported),
        (3, errors.DeviceRefused),
        (4, errors.NoPressed),
        (5, errors.Locked),
        (6, errors.NoPressed),
        (7, errors.PinWrong),
        (11, errors.NotSetUp),
        (99, errors.DeviceRefused),
        (None, errors.DeviceRefused),
    ],
)
def test_a_refusal_keeps_the_link(code: int | None, error: type[DeviceTrouble]) -> None:
    session, _ = _session(m.Failure(code=code, message="words"))
    with pytest.raises(error):
        session.call(ASK, btc.MessageSignature)
    assert not session.over


def test_a_person_has_all_the_time_there_is() -> None:
    session, device = _session(m.ButtonRequest(code=10), quick_s=0.01)
    shown = threading.Event()
    session._on_screen = lambda lines, asks: shown.set() if asks else None
    results: list[Message] = []
    thread = threading.Thread(target=lambda: results.append(session.call(ASK, btc.MessageSignature)))
    thread.start()
    assert shown.wait(5)
    thread.join(0.3)  # thirty times the machine's patience
    assert thread.is_alive()
    device.send(ANSWER)
    thread.join(5)
    assert results == [ANSWER]
    assert device.times_heard(m.ButtonAck) == 1


@pytest.mark.parametrize("obedient", [True, False])
def test_cancel_from_another_thread_reaches_the_device(obedient: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.hw.wire.link._CANCEL_PATIENCE_S", 0.2)
    asking = threading.Event()

    def answers(message: Message) -> Iterable[Reply]:
        if isinstance(message, btc.SignMessage):
            return [m.ButtonRequest(code=1)]
        if isinstance(message, m.ButtonAck):
            asking.set()
        return [m.Failure(code=4)] if isinstance(message, m.Cancel) and obedient else ()

    device = ScriptedDevice(answers)
    session = Session(device)
    session.begin()
    troubles: list[DeviceTrouble] = []

    def ask() -> None:
        try:
            session.call(ASK, btc.MessageSignature)
        except DeviceTrouble as trouble:
            troubles.append(trouble)

    thread = threading.Thread(target=ask)
    thread.start()
    assert asking.wait(5)
    session.cancel()
    thread.join(5)
    assert [type(trouble) for trouble in troubles] == [errors.Cancelled]
    assert device.times_heard(m.Cancel) == 1
    assert (
        session.over is not obedient
    )  # a device that ignores Cancel may answer later: its link is not to be trusted


@pytest.mark.parametrize("obedient", [True, False])
def test_abandoning_says_whether_the_device_went_home(obedient: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.hw.wire.link._CANCEL_PATIENCE_S", 0.2)

    def answers(message: Message) -> Iterable[Reply]:
        if isinstance(message, m.Cancel):
            return [m.Failure(code=4)] if obedient else []
        return [m.ButtonRequest()] if isinstance(message, btc.SignMessage) else []

    def ctrl_c(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            raise KeyboardInterrupt

    device = ScriptedDevice(answers)
    session = Session(device, on_screen=ctrl_c, quick_s=0.2)
    session.begin()
    with pytest.raises(KeyboardInterrupt):
        session.call(ASK, btc.MessageSignature)
    assert session.abandon() is obedient
    assert session.over
    assert device.times_heard(m.Cancel) == 1


def test_a_cancel_before_the_request_keeps_it_from_being_sent() -> None:
    session, device = _session(ANSWER)
    session.cancel()
    with pytest.raises(errors.Cancelled):
        session.call(ASK, btc.MessageSignature)
    assert device.times_heard(btc.SignMessage) == 0
    session.allow()
    assert session.call(ASK, btc.MessageSignature) == ANSWER


def _in_two_steps(message: Message) -> Iterable[Reply]:
    """A signature in two steps: Address stands for "send me more"."""
    if isinstance(message, m.Cancel):
        return [m.Failure(code=4)]
    return [btc.Address(address="more")] if isinstance(message, btc.SignMessage) else [ANSWER]


def _two_step_session(
    answers: Callable[[Message], Iterable[Reply]] = _in_two_steps,
) -> tuple[Session, ScriptedDevice]:
    device = ScriptedDevice(answers)
    session = Session(device, quick_s=0.2)
    session.begin()
    return session, device


def _two_steps(session: Session, between: Callable[[], object] = lambda: None) -> btc.MessageSignature:
    with session.flow():
        session.call(ASK, btc.Address)
        between()
        return session.call(btc.GetAddress(), btc.MessageSignature, unhurried=True)


def _broken_check() -> None:
    raise ZeroDivisionError


def _ctrl_c() -> None:
    raise KeyboardInterrupt


def test_a_flow_that_ends_well_tells_no_cancel() -> None:
    session, device = _two_step_session()
    assert _two_steps(session) == ANSWER
    assert device.times_heard(m.Cancel) == 0


def test_what_is_told_of_the_screen_stays_told_until_the_flow_ends() -> None:
    told: list[tuple[tuple[str, ...], bool]] = []
    session, _ = _two_step_session()
    session._on_screen = lambda lines, asks: told.append((lines, asks))
    with session.flow():
        session.call(ASK, btc.Address, screen=("Send 1 BTC?",), unannounced=True)
        session.call(btc.GetAddress(), btc.MessageSignature, unhurried=True)
        assert told == [(("Send 1 BTC?",), True)]
    assert told[-1] == ((), False)


@pytest.mark.parametrize(("between", "error"), [(_broken_check, ZeroDivisionError), (_ctrl_c, KeyboardInterrupt)])
def test_whatever_breaks_off_midway_sends_the_device_home(
    between: Callable[[], object], error: type[BaseException]
) -> None:
    session, device = _two_step_session()
    with pytest.raises(error):
        _two_steps(session, between)
    assert [type(message) for message in device.heard[1:]] == [btc.SignMessage, m.Cancel]
    assert not session.over
    assert _two_steps(session) == ANSWER


def test_a_cancel_between_two_steps_sends_the_device_home() -> None:
    session, device = _two_step_session()
    with pytest.raises(errors.Cancelled):
        _two_steps(session, session.cancel)
    assert [type(message) for message in device.heard[1:]] == [btc.SignMessage, m.Cancel]
    assert not session.over


def test_nothing_is_told_when_nothing_was_asked_or_the_device_refused() -> None:
    session, device = _two_step_session(lambda message: [m.Failure(code=3)])
    with pytest.raises(ZeroDivisionError), session.flow():
        _broken_check()
    with pytest.raises(errors.DeviceRefused):
        _two_steps(session)
    assert device.times_heard(m.Cancel) == 0
    assert not session.over


def test_a_device_that_ignores_cancel_midway_loses_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.hw.wire.link._CANCEL_PATIENCE_S", 0.1)
    session, _ = _two_step_session(lambda message: [btc.Address(address="more")])
    with pytest.raises(ZeroDivisionError):
        _two_steps(session, _broken_check)
    assert session.over


def test_stale_packets_are_thrown_away_at_the_beginning() -> None:
    device = ScriptedDevice(lambda message: ())
    for reply in (ANSWER, b"\xff" * 64, packets(40, bytes(200))[0]):
        device.send(reply)
    session = Session(device)
    session.begin()
    assert session.features == SOUND_FEATURES


def test_a_silent_device_is_told_to_be_busy() -> None:
    device = ScriptedDevice(lambda message: ())
    device._replies = lambda message: ()  # type: ignore[method-assign]
    with pytest.raises(errors.DeviceBusy):
        Session(device, quick_s=0.05).begin()
    assert not device.held


def test_another_device_at_the_same_place_is_noticed() -> None:
    def answers(message: Message) -> Iterable[Reply]:
        return [m.Features(device_id="D2", initialized=True)] if isinstance(message, m.Initialize) else ()

    session = Session(ScriptedDevice(answers))
    session.begin()
    with pytest.raises(errors.WrongWallet):
        session.resume()
    assert session.over


def test_what_was_known_is_forgotten_where_the_device_has_no_session_ids() -> None:
    nameless = m.Features(device_id="D1", initialized=True, onekey_device_type=1)
    device = ScriptedDevice(lambda message: [nameless] if isinstance(message, m.Initialize) else ())
    session = Session(device)
    session.begin()
    session.resume()
    session.known_fingerprint = "5c9e228d"
    session.resume()
    assert session.known_fingerprint == ""


def test_an_address_that_its_own_key_does_not_give_is_refused() -> None:
    """A device, or something between, that shows one key and names the address of another."""
    from desktop.domain.bitcoin_keys import master_of, seed_of

    root = master_of(seed_of("all " * 12))

    def answers(message: Message) -> Iterable[Reply]:
        if isinstance(message, m.GetPublicKey):
            node = root.at(message.address_n).public()
            told = m.HDNode(
                depth=node.depth,
                fingerprint=int.from_bytes(node.parent_fingerprint, "big"),
                child_num=node.child_number,
                chain_code=node.chain_code,
                public_key=node.public_key,
            )
            return [m.PublicKey(node=told, xpub=node.xpub())]
        return [btc.Address(address="bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu")]

    session = Session(ScriptedDevice(answers))
    session.begin()
    with pytest.raises(errors.NotProved, match="its own key gives bc1qannfxke2"):
        bitcoin.bitcoin_address(session, "m/84'/0'/0'/0/0", show=True)
    assert session.over


@given(st.lists(st.one_of(st.binary(max_size=70), st.sampled_from(packets(40, encoded(ANSWER)))), max_size=5))
@settings(max_examples=60, deadline=None)
def test_noise_from_the_device_gives_an_answer_or_our_error(noise: list[bytes]) -> None:
    session, _ = _session(*noise, None)
    try:
        answer = session.call(ASK, btc.MessageSignature)
    except DeviceTrouble:
        answer = None
    assert answer == ANSWER or session.over
