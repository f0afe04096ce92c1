"""The wallet as the engine sees it: what Seawall can mend about it."""

import asyncio
import threading

from desktop.hw.advice import Advice
from desktop.hw.device_worker import DeviceState, DeviceWorker
from desktop.hw.doctor import DeviceFacts, Wish
from desktop.hw.errors import RuleNotInstalled
from desktop.wiring.wallet_desk import WalletDesk
from tests.fakes.device_bench import Watched, emulator, worker_on


class Installer:
    """Stands for the system: refuses once, then puts the rule in place."""

    def __init__(self) -> None:
        self.facts = DeviceFacts(opened_by={})
        self.calls = 0
        self.may_end = threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        assert self.may_end.wait(10)
        if self.calls == 1:
            raise RuleNotInstalled("the system did not give the right to do so")
        self.facts = DeviceFacts(opened_by={"53c0": "70.rules", "53c1": "70.rules"})


def test_the_rule_is_installed_beside_the_engine_and_what_came_of_it_is_told() -> None:
    states, installer = Watched(), Installer()
    worker = DeviceWorker(list, states.put, poll_s=60, advice=Advice(lambda: installer.facts))
    desk = WalletDesk(worker, install_rule=installer)
    worker.start()
    try:
        states.wait_for(lambda state: isinstance(state, DeviceState) and state.mend == "udev-rule")
        assert "no udev rule" in desk.view().trouble
        assert desk.view().remedy == ""  # the button is the next step
        asyncio.run(desk.mend())
        asyncio.run(desk.mend())  # the system still asks for the first
        _end(installer)
        assert installer.calls == 1
        assert "did not give the right" in desk.view().trouble
        assert desk.view().mend == "udev-rule"
        states.forget()
        asyncio.run(desk.mend())
        _end(installer)
        states.wait_for(lambda state: isinstance(state, DeviceState) and not state.mend)
        assert desk.view().trouble == ""
    finally:
        worker.stop()


def _end(installer: Installer) -> None:
    installer.may_end.set()
    for thread in threading.enumerate():
        if thread.name == "udev rule":
            thread.join(10)


def test_a_wallet_that_is_not_the_expected_one_is_told_though_it_can_be_reached() -> None:
    wish = Wish(("aaaaaaaa",))
    with emulator() as device, worker_on(device) as bench:
        bench.wait_for(lambda state: state.state == "ready")
        desk = WalletDesk(bench.worker, wish=lambda: wish)
        assert desk.view().state == "ready"
        assert "opens wallet 5c9e228d where aaaaaaaa is expected" in desk.view().trouble
        assert "expected wallet" in desk.view().remedy
        wish = Wish(("aaaaaaaa", "5c9e228d"))
        assert desk.view().trouble == ""


def test_nothing_is_said_of_a_wallet_that_is_not_known_yet() -> None:
    with emulator(pin="1234") as device, worker_on(device) as bench:
        bench.wait_for(lambda state: state.state == "locked")
        desk = WalletDesk(bench.worker, wish=lambda: Wish(("aaaaaaaa",)))
        assert "aaaaaaaa" not in desk.view().trouble
