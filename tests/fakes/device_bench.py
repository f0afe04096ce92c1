"""An emulator, a worker on it, and ways to wait for what they do without sleeping."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from desktop.hw import messages as m
from desktop.hw.carriers.udp_transport import UdpTransport, answering
from desktop.hw.device_worker import DeviceState, DeviceWorker
from desktop.hw.emulator.device import Emulator
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.emulator.wallet import EmulatedWallet
from desktop.hw.prompts import Prompter
from desktop.hw.session import Session
from desktop.hw.wire.codec import Message, encoded
from desktop.hw.wire.framing import RawMessage

ALL = " ".join(["all"] * 12)
SEGWIT_PATH = "m/84'/0'/0'/0/0"
SEGWIT_ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
TAPROOT_ADDRESS = "bc1ptxs597p3fnpd8gwut5p467ulsydae3rp9z75hd99w8k3ljr9g9rqx6ynaw"
_PATIENCE_S = 10


class Watched:
    """Something that changes on another thread; `wait_for` returns as soon as a value fits, or fails the test."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self._changed = threading.Condition()

    def put(self, *value: object) -> None:
        with self._changed:
            self.seen.append(value[0] if len(value) == 1 else value)
            self._changed.notify_all()

    def wait_for(self, fits: Callable[[object], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: any(fits(value) for value in self.seen), _PATIENCE_S), self.seen

    def forget(self) -> None:
        with self._changed:
            self.seen.clear()


@contextmanager
def emulator(**options: object) -> Iterator[Emulator]:
    """Run an emulator with the public test words; it is gone afterwards."""
    device = Emulator(ALL, **options)  # type: ignore[arg-type]
    device.start()
    try:
        yield device
    finally:
        device.stop()


def press(device: Emulator, *, yes: bool) -> None:
    """Press a key as soon as the device asks for one."""
    assert device.wait_until_asks(_PATIENCE_S), device.screen()
    device.press(yes)


def answered(model: str, request: Message) -> tuple[list[int | None], Message]:
    """Ask the emulated wallet without a wire, saying Yes to all: the codes of its button requests, and its answer."""
    wallet = EmulatedWallet(ALL, Setup(MODELS[model]))
    codes: list[int | None] = []
    (answer,) = wallet.take(RawMessage(request.number, encoded(request)))
    while isinstance(answer, m.ButtonRequest):
        codes.append(answer.code)
        assert wallet.take(RawMessage(m.ButtonAck.number, b"")) == []
        (answer,) = wallet.press(True)
    return codes, answer


@contextmanager
def session_with(device: Emulator, prompter: Prompter | None = None, **options: object) -> Iterator[Session]:
    """Open a session with the emulator over UDP; it is ended afterwards."""
    session = Session(UdpTransport("127.0.0.1", device.port), prompter, **options)  # type: ignore[arg-type]
    session.begin()
    try:
        yield session
    finally:
        session.end()


class WorkerBench:
    """A started worker that looks for its device at the emulator's port, and all states it went through."""

    def __init__(self, device: Emulator, prompter: Prompter | None = None) -> None:
        self.states = Watched()
        self.worker = DeviceWorker(
            lambda: answering("127.0.0.1", device.port), self.states.put, prompter=prompter, poll_s=0.02
        )
        self.worker.start()

    def wait_for(self, fits: Callable[[DeviceState], bool]) -> DeviceState:
        self.states.wait_for(lambda state: isinstance(state, DeviceState) and fits(state))
        return self.worker.state


@contextmanager
def worker_on(device: Emulator, prompter: Prompter | None = None) -> Iterator[WorkerBench]:
    """Run a worker; its thread has ended afterwards."""
    bench = WorkerBench(device, prompter)
    try:
        yield bench
    finally:
        bench.worker.stop()
