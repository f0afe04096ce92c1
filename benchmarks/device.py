"""Round trips to the emulated wallet: ours beside the library `trezor` on the same device, in interleaved rounds.

python -m benchmarks.device [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from trezorlib import btc, messages
from trezorlib.client import get_default_client
from trezorlib.tools import parse_path
from trezorlib.transport.udp import UdpTransport as OtherTransport

from desktop.hw import messages as m
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.carriers.udp_transport import UdpTransport
from desktop.hw.emulator.device import Emulator
from desktop.hw.session import Session

_BATCH = 20


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(_BATCH):
        work()
    return (time.perf_counter() - started) / _BATCH


def _compare(name: str, ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> None:
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    mine, yours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"{name:<34} ours {mine * 1e3:7.3f} ms   trezor {yours * 1e3:7.3f} ms   ratio {ratio:5.2f}")


def main() -> None:
    """Run the comparison and print one line a task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    mine, yours = Emulator("all " * 12), Emulator("all " * 12)
    mine.start()
    yours.start()
    session = Session(UdpTransport("127.0.0.1", mine.port))
    session.begin()
    client = get_default_client("benchmark", OtherTransport.find_by_path(yours.path))
    other = client.get_session()
    path = "m/84h/0h/0h/0/0"
    numbers = parse_path(path)
    witness = messages.InputScriptType.SPENDWITNESS
    try:
        with other:  # keeps their socket open over the rounds, as ours is
            _compare(
                "features round trip",
                lambda: session.call(m.GetFeatures(), m.Features),
                lambda: other.call_raw(messages.GetFeatures()),
                rounds,
            )
            _compare(
                "address (ours checks it as well)",
                lambda: bitcoin.bitcoin_address(session, path),
                lambda: btc.get_address(other, "Bitcoin", numbers, script_type=witness),
                rounds,
            )
    finally:
        session.end()
        mine.stop()
        yours.stop()


if __name__ == "__main__":
    main()
