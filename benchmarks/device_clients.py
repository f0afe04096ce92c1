"""The two clients that `benchmarks.device` compares, each in a process of its own and importing nothing of the other.

python -m benchmarks.device_clients ours|trezor DEVICE-PATH MATERIAL: reads `TASK TIMES` from standard input, does the
task that often, and prints wall and processor seconds an execution, and the process's highest resident memory.
"""

from __future__ import annotations

import base64
import itertools
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Tasks = dict[str, Callable[[], object]]

BTC_PATH, ETH_PATH = "m/84h/0h/0h/0/{}", "m/44h/60h/0h/0/{}"


def _ours(port: int, material: dict[str, Any]) -> Tasks:
    from desktop.domain.derivation_path import parse_path
    from desktop.hw import messages as m
    from desktop.hw.bitcoin import messages as bitcoin
    from desktop.hw.bitcoin.operations import bitcoin_address
    from desktop.hw.bitcoin.psbt_signing import sign_psbt
    from desktop.hw.carriers.udp_transport import UdpTransport
    from desktop.hw.ethereum.operations import ethereum_address
    from desktop.hw.session import Session

    session = Session(UdpTransport("127.0.0.1", port))
    session.begin()
    psbt = base64.b64decode(material["psbt"])
    index = itertools.count()

    def address() -> object:
        path = parse_path(BTC_PATH.format(next(index)))
        request = bitcoin.GetAddress(address_n=path, coin_name="Bitcoin", script_type=bitcoin.SPEND_WITNESS)
        return session.call(request, bitcoin.Address)

    def signed() -> None:
        session.known_nodes.clear()  # a wallet just connected: nothing of its keys is known yet
        assert sign_psbt(session, psbt).tx == material["tx"]

    return {
        "features": lambda: session.call(m.GetFeatures(), m.Features),
        "bare": address,
        "btc": lambda: bitcoin_address(session, BTC_PATH.format(next(index))),
        "eth": lambda: ethereum_address(session, ETH_PATH.format(next(index))),
        "psbt": signed,
    }


def _trezor(port: int, material: dict[str, Any]) -> Tasks:
    from trezorlib import btc, ethereum, messages
    from trezorlib.client import get_default_client
    from trezorlib.tools import parse_path
    from trezorlib.transport.udp import UdpTransport

    client = get_default_client("benchmark", UdpTransport.find_by_path(f"udp:127.0.0.1:{port}"))
    session = client.get_session()
    session.__enter__()  # keeps the socket open from one task to the next, as ours is
    index = itertools.count()
    witness = messages.InputScriptType.SPENDWITNESS

    def signed() -> None:
        inputs = [
            messages.TxInputType(
                address_n=coin["path"],
                prev_hash=bytes.fromhex(coin["txid"]),
                prev_index=coin["place"],
                amount=coin["amount"],
                script_type=witness,
                sequence=coin["sequence"],
            )
            for coin in material["inputs"]
        ]
        outputs = [messages.TxOutputType(**fields) for fields in material["outputs"]]
        before = {bytes.fromhex(name): _previous(told) for name, told in material["previous"].items()}
        _, raw = btc.sign_tx(session, "Bitcoin", inputs, outputs, prev_txes=before, version=2, lock_time=0)
        assert raw.hex() == material["tx"]

    def _previous(told: dict[str, Any]) -> messages.TransactionType:
        return messages.TransactionType(
            version=told["version"],
            lock_time=told["lock_time"],
            inputs=[
                messages.TxInputType(
                    prev_hash=bytes.fromhex(one["txid"]),
                    prev_index=one["place"],
                    script_sig=b"",
                    sequence=one["sequence"],
                )
                for one in told["inputs"]
            ],
            bin_outputs=[
                messages.TxOutputBinType(amount=one["amount"], script_pubkey=bytes.fromhex(one["script"]))
                for one in told["outputs"]
            ],
        )

    def address() -> object:
        path = parse_path(BTC_PATH.format(next(index)))
        return btc.get_address(session, "Bitcoin", path, script_type=witness)

    return {
        "features": lambda: session.call_raw(messages.GetFeatures()),
        "bare": address,
        "btc": address,
        "eth": lambda: ethereum.get_address(session, parse_path(ETH_PATH.format(next(index)))),
        "psbt": signed,
    }


def main() -> None:
    """Serve the tasks until standard input ends."""
    who, path, file = sys.argv[1:]
    with open(file, encoding="utf-8") as text:
        material = json.load(text)
    tasks = {"ours": _ours, "trezor": _trezor}[who](int(path.rpartition(":")[2]), material)
    print("ready", flush=True)
    for line in sys.stdin:
        task, times = line.split()
        work = tasks[task]
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(int(times)):
            work()
        spent = {
            "wall": (time.perf_counter() - wall) / int(times),
            "cpu": (time.process_time() - processor) / int(times),
            "rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }
        print(json.dumps(spent), flush=True)


if __name__ == "__main__":
    main()
