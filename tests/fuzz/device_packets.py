"""Spoiled packets at both ends of the wire: `python -m tests.fuzz.device_packets --packets 1000000`.

Both versions of the wire are fed, and only packets that an end really read are counted. The computer's end must give
an answer or one of our errors, and let go of the device in all but orderly refusals. The device's end must stay
alive. Neither may hang or keep memory. Prints packets, seconds, the longest conversation and the resident memory at a
tenth of the way and at the end. Exit code 1 if anything else was raised, with its seed and turn.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import json
import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from pathlib import Path

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.emulator.faults import Faults
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.emulator.wallet import EmulatedWallet
from desktop.hw.prompts import FixedAnswers
from desktop.hw.session import Session
from desktop.hw.wire.codec import Message
from desktop.hw.wire.framing import Framing, FramingV1
from desktop.hw.wire.framing_v2 import FramingV2
from tests.fuzz.packet_soup import Soup

_MNEMONIC = " ".join(["all"] * 12)
_REQUESTS: tuple[tuple[Message, type[Message]], ...] = (
    (m.GetPublicKey(address_n=(0x80000054,)), m.PublicKey),
    (m.Ping(message="x"), m.Success),
    (btc.SignMessage(message=b"x"), btc.MessageSignature),
)
_HANG_S = 30
_CONVERSATION = 6  # at most so many messages until both ends begin anew


class SpoiledDevice:
    """A transport that hands out given packets, then is unplugged."""

    path = "fuzz:1"
    product = serial = ""
    bootloader = second_protocol = False

    def __init__(self, packets: Iterable[bytes]) -> None:
        self._packets = deque(packets)
        self._asked = False
        self.read_packets = 0

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def write(self, packet: bytes) -> None:
        self._asked = True

    def read(self, timeout_s: float) -> bytes | None:
        if not self._asked:
            return None
        if not self._packets:
            raise errors.DeviceGone
        self.read_packets += 1
        return self._packets.popleft()

    def present(self) -> bool:
        return True


def talk_to_computer(soup: Soup, protocol: int) -> tuple[int, str]:
    """Let the computer's end ask one request; return how many packets it read and how it ended."""
    soup.begin()
    packets = [packet for _ in range(soup.random.randrange(1, _CONVERSATION)) for packet in soup.ladle()]
    choice = soup.random.choice
    answers = FixedAnswers(positions=choice((None, "123")), passphrase=choice((None, "", "x")))
    device = SpoiledDevice(packets)
    session = Session(device, answers, quick_s=0.2)
    session._link.open(protocol)
    session.features = m.Features(session_id=b"s", onekey_device_type=1)
    request, expected = choice(_REQUESTS)
    try:
        session.call(request, expected)
    except DeviceTrouble as trouble:
        session.drop()
        return device.read_packets, type(trouble).__name__
    return device.read_packets, "answer"


class DeviceEnd:
    """The device's end: its framing and wallet, fed as its socket would be."""

    def __init__(self, protocol: int) -> None:
        self._protocol = protocol
        model = MODELS["classic1s" if protocol == 1 else "pro2"]
        self._wallets = [
            EmulatedWallet(_MNEMONIC, Setup(model, pin="1234", passphrase=True)),
            EmulatedWallet(_MNEMONIC, Setup(model)),
        ]
        self._wallet = self._wallets[0]
        self._framing = self._fresh()
        self._faults = Faults()

    def talk(self, soup: Soup) -> tuple[int, str]:
        """Feed one conversation; return how many packets that were and how it ended."""
        soup.begin()
        self._framing = self._fresh()
        self._wallet = soup.random.choice(self._wallets)
        fed, outcome = 0, "silence"
        for _ in range(soup.random.randrange(1, _CONVERSATION)):
            for packet in soup.ladle():
                fed += 1
                answers = self._take(packet)
                if soup.random.random() < 0.2:
                    answers += self._wallet.press(soup.random.random() < 0.7)
                outcome = type(answers[-1]).__name__ if answers else outcome
                for answer in answers:
                    self._faults.packets(answer, self._framing)
        if soup.random.random() < 0.05:
            self._wallet.power_on()
        return fed, outcome

    def _take(self, packet: bytes) -> list[Message]:
        try:
            return [answer for raw in self._framing.feed(packet) for answer in self._wallet.take(raw)]
        except errors.TooBig:
            return self._wallet.too_big()
        except errors.Garbage:
            return []

    def _fresh(self) -> Framing:
        return FramingV1(16 * 1024) if self._protocol == 1 else FramingV2()


class Report:
    """What a run came to."""

    def __init__(self) -> None:
        self.packets = 0
        self.longest_s = 0.0
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []


def run(packets: int, seed: int, *, progress: Callable[[int], None] = lambda done: None) -> Report:
    """Feed at least so many packets, a quarter to each end in each version. What raises is kept in `faults`."""
    report = Report()
    ends = {protocol: DeviceEnd(protocol) for protocol in (1, 2)}
    soups = {(end, protocol): Soup(seed + place, protocol) for place, (end, protocol) in enumerate(_ENDS)}
    turn = 0
    while report.packets < packets:
        end, protocol = _ENDS[turn % len(_ENDS)]
        soup = soups[end, protocol]
        started = time.perf_counter()
        try:
            fed, outcome = talk_to_computer(soup, protocol) if end == "computer" else ends[protocol].talk(soup)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
            fed, outcome = 1, "FAULT"
            report.faults.append(f"{end} version {protocol} seed {seed} turn {turn}: {type(error).__name__}: {error}")
        report.longest_s = max(report.longest_s, time.perf_counter() - started)
        report.packets += fed
        report.outcomes[f"{end} {protocol} {outcome}"] += 1
        turn += 1
        progress(report.packets)
    return report


_ENDS = (("computer", 1), ("device", 1), ("computer", 2), ("device", 2))


def resident_bytes() -> int:
    """Return this process's resident memory; Linux only."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Run and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.device_packets")
    parser.add_argument("--packets", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    memory: list[int] = []

    def watch(done: int) -> None:
        if done > args.packets / 10 and not memory:
            gc.collect()
            memory.append(resident_bytes())
        if done % 1000 < _CONVERSATION:
            faulthandler.dump_traceback_later(_HANG_S, exit=True)

    started = time.perf_counter()
    report = run(args.packets, args.seed, progress=watch)
    faulthandler.cancel_dump_traceback_later()
    gc.collect()
    memory.append(resident_bytes())
    print(json.dumps(dict(report.outcomes.most_common()), indent=1), file=sys.stderr)
    print(
        json.dumps(
            {
                "packets": report.packets,
                "seconds": round(time.perf_counter() - started, 1),
                "longest_conversation_s": round(report.longest_s, 3),
                "resident_mb_at_a_tenth": round(memory[0] / 1e6, 1),
                "resident_mb_at_the_end": round(memory[-1] / 1e6, 1),
                "threads": threading.active_count(),
                "faults": report.faults[:20],
            }
        )
    )
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
