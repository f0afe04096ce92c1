"""The device thread: finding, losing, asking, cancelling."""

import threading
from collections.abc import Callable

import pytest

from desktop.hw import errors, public_keys
from desktop.hw import messages as m
from desktop.hw.advice import Advice
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.udp_transport import answering
from desktop.hw.device_worker import DeviceState, DeviceWorker
from desktop.hw.doctor import DeviceFacts
from desktop.hw.prompts import FixedAnswers
from desktop.hw.session import Session
from tests.fakes.device_bench import (
    ALL,
    SEGWIT_ADDRESS,
    SEGWIT_PATH,
    Watched,
    emulator,
    press,
    session_with,
    worker_on,
)
from tests.fakes.scripted_device import ScriptedDevice

_PATIENCE_S = 10


def _shown(session: Session) -> bitcoin.BitcoinAddress:
    return bitcoin.bitcoin_address(session, SEGWIT_PATH, show=True)


def test_it_finds_the_device_and_reads_who_it_is() -> None:
    with emulator(label="Mine") as device, worker_on(device) as bench:
        state = bench.wait_for(lambda state: state.state == "ready")
        assert (state.model, state.firmware, state.label, state.fingerprint) == (
            "Classic 1S",
            "3.19.0",
            "Mine",
            "5c9e228d",
        )
        assert state.path == device.path
    assert bench.worker.state == DeviceState()


def test_an_address_is_confirmed_on_the_device_and_its_screen_is_known() -> None:
    with emulator() as device, worker_on(device) as bench:
        future = bench.worker.submit(_shown)
        state = bench.wait_for(lambda state: state.asks)
        assert state.state == "busy"
        assert "".join(state.screen[2:]).replace(" ", "") == SEGWIT_ADDRESS
        press(device, yes=True)
        assert future.result(_PATIENCE_S).address == SEGWIT_ADDRESS
        assert bench.worker.state.screen == ()
        assert bench.worker.state.state == "ready"


def test_no_is_an_error_and_the_device_stays_ready() -> None:
    with emulator() as device, worker_on(device) as bench:
        future = bench.worker.submit(_shown)
        bench.wait_for(lambda state: state.asks)
        press(device, yes=False)
        with pytest.raises(errors.NoPressed):
            future.result(_PATIENCE_S)
        assert bench.worker.state.state == "ready"


def test_cancel_takes_the_question_from_the_screen() -> None:
    with emulator() as device, worker_on(device) as bench:
        future = bench.worker.submit(_shown)
        bench.wait_for(lambda state: state.asks)
        bench.worker.cancel()
        with pytest.raises(errors.Cancelled):
            future.result(_PATIENCE_S)
        assert not device.asks()
        assert bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S) == "5c9e228d"


def test_cancel_while_nothing_is_asked_does_nothing() -> None:
    with emulator() as device, worker_on(device) as bench:
        bench.wait_for(lambda state: state.state == "ready")
        bench.worker.cancel()
        assert bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S) == "5c9e228d"


def test_a_device_that_leaves_while_asking_fails_the_operation_once_and_is_found_again() -> None:
    screens = Watched()
    with emulator(on_screen=screens.put) as device, worker_on(device) as bench:
        future = bench.worker.submit(lambda session: bitcoin.sign_message(session, SEGWIT_PATH, "x"))
        bench.wait_for(lambda state: state.asks)
        device.stop()
        with pytest.raises(errors.DeviceGone):
            future.result(_PATIENCE_S)
        bench.wait_for(lambda state: state.state == "absent")
        bench.states.forget()
        screens.forget()
        device.start()
        bench.wait_for(lambda state: state.state == "ready")
        assert not any("Sign" in str(shown) for shown in screens.seen)  # the signature is not asked for again


def test_an_idle_device_that_leaves_is_noticed_and_found_again() -> None:
    with emulator() as device, worker_on(device) as bench:
        bench.wait_for(lambda state: state.state == "ready")
        bench.states.forget()
        device.stop()
        bench.wait_for(lambda state: state.state == "absent")
        with pytest.raises(errors.NoDevice):
            bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S)
        device.start()
        bench.wait_for(lambda state: state.state == "ready")
        future = bench.worker.submit(_shown)
        bench.wait_for(lambda state: state.asks)
        press(device, yes=True)
        assert future.result(_PATIENCE_S).address == SEGWIT_ADDRESS


def test_stop_while_asking_tells_the_device_and_fails_what_waits() -> None:
    with emulator() as device, worker_on(device) as bench:
        asked = bench.worker.submit(_shown)
        waiting = bench.worker.submit(public_keys.fingerprint)
        bench.wait_for(lambda state: state.asks)
        bench.worker.stop()
        for future in (asked, waiting):
            with pytest.raises((errors.Cancelled, errors.DeviceGone)):
                future.result(_PATIENCE_S)
        assert not device.asks()
        with pytest.raises(errors.DeviceGone, match="closing"):
            bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S)


def test_a_locked_device_waits_for_its_pin_and_is_then_known() -> None:
    with emulator(pin="1234") as device, worker_on(device) as bench:
        state = bench.wait_for(lambda state: state.state == "locked")
        assert state.remedy
        assert not device.asks()  # merely looking does not ask for a PIN
        future = bench.worker.submit(public_keys.fingerprint)
        bench.wait_for(lambda state: state.asks)
        assert device.wait_until_asks(_PATIENCE_S)
        assert device.screen() == ("Enter PIN",)
        press(device, yes=True)
        assert future.result(_PATIENCE_S) == "5c9e228d"
        assert bench.worker.state.state == "ready"
        assert bench.worker.state.trouble == ""


def test_a_wrong_pin_leaves_it_locked() -> None:
    with emulator(pin="1234") as device, worker_on(device, FixedAnswers(positions="9999")) as bench:
        with pytest.raises(errors.PinWrong):
            bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S)
        assert bench.worker.state.state == "locked"


def test_a_program_that_took_the_session_away_is_noticed_by_the_next_operation() -> None:
    with emulator(passphrase=True) as device, worker_on(device, FixedAnswers(passphrase="abc")) as bench:
        ours = bench.wait_for(lambda state: state.state == "ready").fingerprint
        with session_with(device) as other:
            assert public_keys.fingerprint(other) == "5c9e228d"
        assert bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S) == ours != "5c9e228d"


def test_a_fault_of_the_operation_reaches_the_caller_and_the_thread_lives_on() -> None:
    with emulator() as device, worker_on(device) as bench:
        with pytest.raises(ZeroDivisionError):
            bench.worker.submit(lambda session: 1 // 0).result(_PATIENCE_S)
        assert bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S) == "5c9e228d"


def test_an_operation_nobody_waits_for_any_more_is_not_begun() -> None:
    with emulator() as device, worker_on(device) as bench:
        gate, begun = threading.Event(), threading.Event()

        def hold(session: Session) -> None:
            begun.set()
            gate.wait(_PATIENCE_S)

        held = bench.worker.submit(hold)
        assert begun.wait(_PATIENCE_S)
        dropped = bench.worker.submit(_shown)
        assert dropped.cancel()
        gate.set()
        held.result(_PATIENCE_S)
        bench.worker.submit(public_keys.fingerprint).result(_PATIENCE_S)
        assert not device.asks()


def test_two_devices_are_a_trouble_with_both_names() -> None:
    states = Watched()
    pair: list[Transport] = [ScriptedDevice(lambda message: ()), ScriptedDevice(lambda message: ())]
    worker = DeviceWorker(lambda: pair, states.put, poll_s=0.02)
    worker.start()
    try:
        states.wait_for(lambda state: isinstance(state, DeviceState) and state.state == "trouble")
        assert "fake:1, fake:1" in worker.state.trouble
        with pytest.raises(errors.SeveralDevices):
            worker.submit(public_keys.fingerprint).result(_PATIENCE_S)
    finally:
        worker.stop()


def test_a_device_out_of_step_is_trouble_and_asked_again_from_the_start() -> None:
    states = Watched()
    device = ScriptedDevice(lambda message: [m.Success()])
    worker = DeviceWorker(lambda: [device], states.put, poll_s=0.02)
    worker.start()
    try:
        states.wait_for(lambda state: isinstance(state, DeviceState) and state.state == "trouble")
        assert "where PublicKey was expected" in str(states.seen)
    finally:
        worker.stop()


def test_words_of_the_mnemonic_appear_in_no_state() -> None:
    with emulator() as device, worker_on(device) as bench:
        bench.wait_for(lambda state: state.state == "ready")
    assert ALL not in str(bench.states.seen)


class Bell:
    """Stands for the system's news of plugging."""

    def start(self, on_change: Callable[[], None]) -> bool:
        self.ring = on_change
        return True

    def stop(self) -> None:
        self.stopped = True


def test_news_of_plugging_are_followed_at_once() -> None:
    bell, states, looked, there = Bell(), Watched(), threading.Event(), list[Transport]()

    def find() -> list[Transport]:
        found = list(there)
        looked.set()
        return found

    worker = DeviceWorker(find, states.put, poll_s=60, watch=bell)
    with emulator() as device:
        worker.start()
        try:
            assert looked.wait(_PATIENCE_S)
            there.extend(answering("127.0.0.1", device.port))
            bell.ring()
            states.wait_for(lambda state: isinstance(state, DeviceState) and state.state == "ready")
        finally:
            worker.stop()
    assert bell.stopped


def test_a_wallet_out_of_reach_is_explained_and_can_be_mended() -> None:
    states, facts = Watched(), [DeviceFacts(opened_by={})]
    worker = DeviceWorker(list, states.put, poll_s=60, advice=Advice(lambda: facts[0]))
    worker.start()
    try:
        states.wait_for(lambda state: isinstance(state, DeviceState) and state.mend == "udev-rule")
        assert worker.state.state == "absent"
        assert "no udev rule" in worker.state.trouble
        facts[0] = DeviceFacts(fido=("OneKey Pro",))
        worker.look_again()
        states.wait_for(lambda state: isinstance(state, DeviceState) and state.state == "trouble")
        assert "only FIDO shows" in worker.state.trouble
    finally:
        worker.stop()
