"""Our device client beside the library `trezor` on emulated wallets of its own: time and resident memory.

Each client and each wallet is a process; rounds are interleaved, medians are printed. Wall time holds the wallet's
work as well (the same for both); processor time is the client's alone. Every address is another one. Ours checks what
it is told, except where a line says otherwise: addresses against the wallet's own public key, signatures and the
whole transaction after signing; the library takes them as they come. For the PSBT ours reads the PSBT, the library is
given its inputs ready made.

python -m benchmarks.device [--rounds N] [--inputs N]
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.fakes.device_bench import ALL, emulator, session_with
from tests.fakes.psbt_bench import Coin, Payment, previous, psbt_of

Spent = dict[str, float]

TASKS = (
    ("features", "features round trip", 20),
    ("bare", "Bitcoin address, taken as it comes", 10),
    ("btc", "Bitcoin address (ours checks it)", 10),
    ("eth", "Ethereum address (ours checks it)", 10),
    ("psbt", "PSBT of {inputs} inputs (ours checks it)", 1),
)


def material(inputs: int) -> dict[str, Any]:
    """Return a PSBT that spends so many coins, and the same as the library wants it, with the outcome of both."""
    from desktop.hw.bitcoin.psbt_signing import sign_psbt

    coins = [Coin(index=place) for place in range(inputs)]
    pays = Payment(100_000 * inputs - 50_000)
    psbt = psbt_of(coins, [pays])
    with emulator(always_yes=True) as device, session_with(device) as session:
        transaction = sign_psbt(session, psbt.serialize()).tx
    return {
        "psbt": base64.b64encode(psbt.serialize()).decode(),
        "tx": transaction,
        "inputs": [_input(coin) for coin in coins],
        "outputs": [{"address": pays.address, "amount": pays.amount}],
        "previous": {previous(coin).txid().hex(): _previous(coin) for coin in coins},
    }


def _input(coin: Coin) -> dict[str, Any]:
    return {
        "path": coin.path,
        "txid": previous(coin).txid().hex(),
        "place": 1,
        "amount": coin.amount,
        "sequence": coin.sequence,
    }


def _previous(coin: Coin) -> dict[str, Any]:
    spent = previous(coin)
    return {
        "version": spent.version,
        "lock_time": spent.locktime,
        "inputs": [{"txid": one.txid.hex(), "place": one.vout, "sequence": one.sequence} for one in spent.vin],
        "outputs": [{"amount": one.value, "script": one.script_pubkey.data.hex()} for one in spent.vout],
    }


class _Client:
    """A client's process and the emulated wallet it talks to."""

    def __init__(self, who: str, file: Path) -> None:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        wallet = [sys.executable, "-m", "desktop.hw.emulator", "--mnemonic-stdin", "--yes"]
        self._wallet = subprocess.Popen(wallet, stderr=subprocess.DEVNULL, **pipes)
        path = self._told(self._wallet, ALL)
        self._client = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.device_clients", who, path, str(file)], **pipes
        )
        assert self._client.stdout is not None
        assert self._client.stdout.readline() == "ready\n"

    def spent(self, task: str, times: int) -> Spent:
        """Return what an execution of the task cost, on the average of so many."""
        found: Spent = json.loads(self._told(self._client, f"{task} {times}"))
        return found

    def end(self) -> None:
        """End both processes."""
        for process in (self._client, self._wallet):
            process.kill()
            process.communicate()

    @staticmethod
    def _told(process: subprocess.Popen[str], line: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()


def _compare(task: str, words: str, times: int, rounds: int, clients: tuple[_Client, _Client]) -> None:
    for client in clients:
        client.spent(task, 1)  # what is done once only is no round's
    pairs = [tuple(client.spent(task, times) for client in clients) for _ in range(rounds)]
    told = []
    for what in ("wall", "cpu"):
        ours, other = (statistics.median(pair[who][what] for pair in pairs) for who in (0, 1))
        ratio = statistics.median(mine[what] / yours[what] for mine, yours in pairs)
        told.append(f"{what} {ours * 1e3:8.2f} / {other * 1e3:8.2f} ms, ratio {ratio:4.2f}")
    print(f"{words:<38} {'   '.join(told)}", flush=True)


def main() -> None:
    """Run the comparison and print one line a task, then the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--inputs", type=int, default=50)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "material.json"
        file.write_text(json.dumps(material(args.inputs)))
        clients = (_Client("ours", file), _Client("trezor", file))
        try:
            print("ours / trezor, medians")
            for task, words, times in TASKS:
                _compare(task, words.format(inputs=args.inputs), times, args.rounds, clients)
            ours, other = (client.spent("features", 1)["rss_kb"] / 1024 for client in clients)
            print(f"{'highest resident memory':<38} {ours:.1f} / {other:.1f} MB, ratio {ours / other:4.2f}")
        finally:
            for client in clients:
                client.end()


if __name__ == "__main__":
    main()
