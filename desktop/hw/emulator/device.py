"""A hardware wallet in software: it speaks the same packets over UDP, has a screen of text lines and two keys.

For practice and tests only: its keys live in this computer's memory. From the command line it is started as
`desktop.hw.emulator.command` says.
"""

from __future__ import annotations

import queue
import selectors
import socket
import threading
from collections.abc import Callable
from typing import NamedTuple

from desktop.hw.emulator.faults import FaultName, Faults, PowerLost
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.emulator.screens import Lines
from desktop.hw.emulator.wallet import EmulatedWallet
from desktop.hw.errors import Garbage, TooBig
from desktop.hw.wire.codec import Message
from desktop.hw.wire.framing import Framing, FramingV1
from desktop.hw.wire.framing_v2 import FramingV2

OnScreen = Callable[[Lines, bool], None]

_LONGEST_MESSAGE = 16 * 1024  # what a Classic 1S takes
_LARGEST_DATAGRAM = 2048


class _Press(NamedTuple):
    yes: bool
    question: int
    typed: str = ""


class Emulator:
    """The emulated device with its socket and thread. Methods may be called from any thread.

    `port` 0 takes a free one, kept over stop and start (as a cable pulled and put back). `on_screen` is called on the
    device's thread with the lines and whether it waits for a key. `always_yes` presses Yes by itself: tests only.
    `setup` makes up a device in full, in place of `label`, `model`, `pin` and `passphrase`.
    """

    def __init__(
        self,
        mnemonic: str,
        *,
        label: str = "",
        model: str = "classic1s",
        port: int = 0,
        host: str = "127.0.0.1",
        pin: str = "",
        passphrase: bool = False,
        on_screen: OnScreen | None = None,
        always_yes: bool = False,
        setup: Setup | None = None,
    ) -> None:
        self.setup = setup or Setup(MODELS[model], label, pin, passphrase)
        self._wallet = EmulatedWallet(mnemonic, self.setup)
        self._face = self._wallet.face
        self._faults = Faults()
        self._where = (host, port)
        self._on_screen = on_screen
        self._always_yes = always_yes
        self._shown: tuple[Lines, bool, int] = (self._face.screen, False, 0)
        self._screen_changed = threading.Condition()
        self._keys: queue.SimpleQueue[_Press | None] = queue.SimpleQueue()  # None ends the thread
        self._framing = self._fresh_framing()
        self._peer: tuple[str, int] | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Return the UDP port; 0 before the first start with a free one."""
        return self._where[1]

    @property
    def path(self) -> str:
        """Return the path by which a wallet client names it."""
        return f"udp:{self._where[0]}:{self._where[1]}"

    def start(self) -> None:
        """Power on. Raises OSError if the port is taken."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(self._where)
        except OSError:
            self._socket.close()
            raise
        self._where = (self._where[0], self._socket.getsockname()[1])
        self._wake, self._waker = socket.socketpair()
        self._wallet.power_on()
        self._faults.forget()
        self._framing = self._fresh_framing()
        self._keys = queue.SimpleQueue()
        self._publish()
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Power off: thread and sockets are gone on return. Stopping twice does nothing."""
        if self._thread is None:
            return
        self._tell(None)
        self._thread.join()
        self._thread = None
        for held in (self._socket, self._wake, self._waker):
            held.close()

    def screen(self) -> Lines:
        """Return the lines it shows now."""
        return self._shown[0]

    def asks(self) -> bool:
        """Return whether it waits for a key."""
        return self._shown[1]

    def wait_until_asks(self, timeout_s: float) -> bool:
        """Wait until it waits for a key; return whether it does."""
        with self._screen_changed:
            return self._screen_changed.wait_for(self.asks, timeout_s)

    def press(self, yes: bool, typed: str = "") -> None:
        """Press Yes or No, having typed a PIN or passphrase on the device; without, Yes means the right PIN.

        It answers the question on the screen at this moment and never a later one.
        """
        _, asks, question = self._shown
        if asks and self._thread is not None:
            self._tell(_Press(yes, question, typed))

    def positions_of(self, pin: str) -> str:
        """Return which keys of the PIN grid on the screen have to be pressed for this PIN, as a person reads it."""
        return self._wallet.vault.positions_of(pin)

    def fault(self, name: FaultName, at: int = 1) -> None:
        """Let something go wrong with the `at`-th answer from now; `desktop.hw.emulator.faults` lists what."""
        self._faults.arm(name, at)

    def ignore_cancel(self, ignores: bool = True) -> None:
        """Let questions on the screen take no Cancel and no Initialize, until power off."""
        self._face.stubborn = ignores

    def replug(self, *, new_identity: bool = False) -> None:
        """Pull the cable and put it back. With `new_identity` it was wiped and set up again with the same words."""
        self.stop()
        self._wallet.vault.identities += new_identity
        self.start()

    def _tell(self, key: _Press | None) -> None:
        self._keys.put(key)
        self._waker.send(b"\0")

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            try:
                while True:
                    for ready, _ in selector.select():
                        if ready.fileobj is self._socket:
                            self._receive()
                        elif not self._press_next():
                            return
            except PowerLost:
                self._socket.close()  # nobody answers at its port any more
                self._wallet.power_on()
                self._publish()

    def _press_next(self) -> bool:
        self._wake.recv(1)
        key = self._keys.get()
        if key is not None and key.question == self._face.question:
            self._reply(self._wallet.press(key.yes, key.typed))
        return key is not None

    def _receive(self) -> None:
        try:
            datagram, peer = self._socket.recvfrom(_LARGEST_DATAGRAM)
        except ConnectionError:  # Windows reports a peer that left on the next read
            return
        if datagram == b"PINGPING":
            self._socket.sendto(b"PONGPONG", peer)
            return
        if peer != self._peer:
            self._peer, self._framing = peer, self._fresh_framing()
        try:
            taken = self._framing.feed(datagram)
        except TooBig:
            self._reply(self._wallet.too_big())
        except Garbage:
            return  # as the firmware does: what has no mark is not for it
        else:
            for raw in taken:
                self._send_packets(self._framing.acknowledgement())
                self._reply(self._wallet.take(raw))

    def _reply(self, answers: list[Message]) -> None:
        self._publish()  # the screen first: whoever reads the answer finds the screen that belongs to it
        self._send(answers)
        if self._always_yes and self._face.asks:
            self._reply(self._wallet.press(True))

    def _send(self, answers: list[Message]) -> None:
        for answer in answers:
            self._send_packets(self._faults.packets(answer, self._framing))

    def _send_packets(self, packets: list[bytes]) -> None:
        for packet in packets:
            if self._peer is not None:
                self._socket.sendto(packet, self._peer)

    def _fresh_framing(self) -> Framing:
        return FramingV1(_LONGEST_MESSAGE) if self.setup.model.protocol == 1 else FramingV2()

    def _publish(self) -> None:
        shown = (self._face.screen, self._face.asks, self._face.question)
        if shown != self._shown:
            with self._screen_changed:
                self._shown = shown
                self._screen_changed.notify_all()
            if self._on_screen is not None:
                self._on_screen(*shown[:2])
