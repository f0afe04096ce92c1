"""A hardware wallet in software: it speaks the same packets over UDP, has a screen of text lines and two keys.

For practice and tests only: its keys live in this computer's memory. From the command line:

    python -m desktop.hw.emulator --port 54935 --mnemonic-stdin [--yes]

The first line of standard input is the mnemonic; later lines `yes` or `no` press the keys.
"""

from __future__ import annotations

import argparse
import queue
import selectors
import socket
import sys
import threading
from collections.abc import Callable
from typing import NamedTuple

from desktop.hw.emulator.models import MODELS
from desktop.hw.emulator.screens import Lines
from desktop.hw.emulator.wallet import EmulatedWallet
from desktop.hw.errors import Garbage, TooBig
from desktop.hw.wire.codec import Message, encoded
from desktop.hw.wire.framing import MessageReader, packets

OnScreen = Callable[[Lines, bool], None]

_LONGEST_MESSAGE = 16 * 1024  # what a Classic 1S takes
_LARGEST_DATAGRAM = 2048


class _Press(NamedTuple):
    yes: bool
    question: int


class Emulator:
    """The emulated device with its socket and thread. Methods may be called from any thread.

    `port` 0 takes a free one, kept over stop and start (as a cable pulled and put back). `on_screen` is called on the
    device's thread with the lines and whether it waits for a key. `always_yes` presses Yes by itself: tests only.
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
    ) -> None:
        self._wallet = EmulatedWallet(mnemonic, label=label, model=model, pin=pin, passphrase=passphrase)
        self._where = (host, port)
        self._on_screen = on_screen
        self._always_yes = always_yes
        self._shown: tuple[Lines, bool, int] = (self._wallet.screen, False, 0)
        self._screen_changed = threading.Condition()
        self._keys: queue.SimpleQueue[_Press | None] = queue.SimpleQueue()  # None ends the thread
        self._reader = MessageReader(_LONGEST_MESSAGE)
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

    def press(self, yes: bool) -> None:
        """Press Yes or No. It answers the question on the screen at this moment and never a later one."""
        _, asks, question = self._shown
        if asks and self._thread is not None:
            self._tell(_Press(yes, question))

    def _tell(self, key: _Press | None) -> None:
        self._keys.put(key)
        self._waker.send(b"\0")

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while True:
                for ready, _ in selector.select():
                    if ready.fileobj is self._socket:
                        self._receive()
                    elif not self._press_next():
                        return

    def _press_next(self) -> bool:
        self._wake.recv(1)
        key = self._keys.get()
        if key is not None and key.question == self._wallet.question:
            self._reply(self._wallet.press(key.yes))
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
            self._peer, self._reader = peer, MessageReader(_LONGEST_MESSAGE)
        try:
            raw = self._reader.feed(datagram)
        except TooBig:
            self._reply(self._wallet.too_big())
        except Garbage:
            return  # as the firmware does: what has no mark is not for it
        else:
            if raw is not None:
                self._reply(self._wallet.take(raw))

    def _reply(self, answers: list[Message]) -> None:
        self._publish()  # the screen first: whoever reads the answer finds the screen that belongs to it
        self._send(answers)
        if self._always_yes and self._wallet.asks:
            self._reply(self._wallet.press(True))

    def _send(self, answers: list[Message]) -> None:
        for answer in answers:
            for packet in packets(answer.number, encoded(answer)):
                if self._peer is not None:
                    self._socket.sendto(packet, self._peer)

    def _publish(self) -> None:
        shown = (self._wallet.screen, self._wallet.asks, self._wallet.question)
        if shown != self._shown:
            with self._screen_changed:
                self._shown = shown
                self._screen_changed.notify_all()
            if self._on_screen is not None:
                self._on_screen(*shown[:2])


def _print_screen(lines: Lines, asks: bool) -> None:
    sys.stderr.write("\n".join([*lines, "[no] [yes]" if asks else "", ""]))


def main(argv: list[str] | None = None) -> int:
    """Run an emulator until it is interrupted; print its path on standard output once it answers."""
    parser = argparse.ArgumentParser(prog="python -m desktop.hw.emulator", description="An emulated hardware wallet.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="UDP port; 0 takes a free one")
    parser.add_argument(
        "--mnemonic-stdin", action="store_true", required=True, help="read the words from the first line"
    )
    parser.add_argument("--label", default="")
    parser.add_argument("--model", choices=sorted(MODELS), default="classic1s")
    parser.add_argument("--passphrase", action="store_true", help="ask for a passphrase")
    parser.add_argument("--yes", action="store_true", help="press Yes by itself (for tests)")
    args = parser.parse_args(argv)
    emulator = Emulator(
        sys.stdin.readline(),
        label=args.label,
        model=args.model,
        host=args.host,
        port=args.port,
        passphrase=args.passphrase,
        on_screen=_print_screen,
        always_yes=args.yes,
    )
    emulator.start()
    try:
        sys.stdout.write(emulator.path + "\n")
        sys.stdout.flush()
        for line in sys.stdin:
            if line.strip() in ("yes", "no"):
                emulator.press(line.strip() == "yes")
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        emulator.stop()
    return 0
