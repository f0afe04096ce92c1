"""A practice device behind a kernel-made USB device: its packets go through the kernel, its keys and screen are ours.

Every packet from the bus goes to the emulator over UDP, one for one, and back.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Protocol

from desktop.hw.emulator.device import Emulator
from tests.kernel.guest.gadget import Gadget

MNEMONIC = " ".join(["all"] * 12)
_PATIENCE_S = 60.0


class Packets(Protocol):
    """The device's end of an interface."""

    def read(self) -> bytes:
        """Wait for a packet from the host. Raises OSError when the device is unplugged."""

    def write(self, packet: bytes) -> None:
        """Hand a packet out. Raises OSError when the device is unplugged."""


class WalletDevice:
    """A device that can be plugged, unplugged at a chosen packet, and answered with its keys."""

    def __init__(self, gadget: Gadget, ends: Packets, *, mnemonic: str = MNEMONIC) -> None:
        self.gadget = gadget
        self.ends = ends
        self.emulator = Emulator(mnemonic, label="rig")
        self._plugged = threading.Event()
        self._changing = threading.Lock()
        self._unplug_at: dict[str, int] = {}
        self._listens = False

    def plug(self) -> None:
        """Connect it, powered on afresh."""
        self.emulator.start()
        self._unplug_at = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", self.emulator.port))
        self.gadget.plug()
        self._plugged.set()
        if not self._listens:
            # One reader for all plugs: the kernel does not wake one that waits for reports when the plug is pulled.
            self._listens = True
            threading.Thread(target=self._take, daemon=True).start()
        threading.Thread(target=self._give, args=(self._socket,), daemon=True).start()

    def unplug(self) -> None:
        """Pull it out, if it is in; it forgets its sessions and its question."""
        with self._changing:
            if not self._plugged.is_set():
                return
            self._plugged.clear()
            self.gadget.unplug()
            self._socket.close()
            self.emulator.stop()

    def unplug_when(self, what: str, count: int) -> None:
        """Pull it out by itself as soon as that many more packets were "taken" from the host or "given" to it."""
        self._unplug_at = {what: count}

    def leave_behind(self, packet: bytes) -> None:
        """Hand out a packet that nobody asked for, as an earlier conversation leaves one."""
        self.ends.write(packet)

    def press(self, yes: bool) -> None:
        """Wait until it asks, then press a key. Raises TimeoutError if it never asks."""
        self.wait_until_asks()
        self.emulator.press(yes)

    def wait_until_asks(self) -> None:
        """Wait until it waits for a key. Raises TimeoutError."""
        if not self.emulator.wait_until_asks(_PATIENCE_S):
            raise TimeoutError(f"the device asks nothing, it shows {self.emulator.screen()}")

    def _take(self) -> None:
        while self._plugged.wait():
            try:
                packet = self.ends.read()
            except OSError:  # unplugged
                time.sleep(0.02)
                continue
            if self._is_last("taken"):
                self.unplug()
            with contextlib.suppress(OSError):
                self._socket.send(packet)

    def _give(self, from_emulator: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.ends.write(from_emulator.recv(2048))
                if self._is_last("given"):
                    self.unplug()

    def _is_last(self, what: str) -> bool:
        left = self._unplug_at.get(what)
        if left is None:
            return False
        self._unplug_at[what] = left - 1
        return left <= 1
