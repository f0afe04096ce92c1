"""A real EVM node of our own on loopback (anvil), asked by JSON-RPC, and a small token assembled for it.

It is looked for at SEAWALL_ANVIL, on the PATH, and where `.ci/run` puts it; without it the tests that need it skip.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PACKED = ".cache/anvil/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
_ROOT = Path(__file__).resolve().parents[2]
_ANSWERS_WITHIN_S = 10.0

TRANSFER_TOPIC = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
_BALANCE_OF, _TRANSFER = "70a08231", "a9059cbb"
_OPCODES = {
    "ADD": 0x01, "SUB": 0x03, "LT": 0x10, "EQ": 0x14, "SHR": 0x1C, "CALLER": 0x33, "CALLVALUE": 0x34,
    "CALLDATALOAD": 0x35, "CODECOPY": 0x39, "MSTORE": 0x52, "SLOAD": 0x54, "SSTORE": 0x55, "JUMPI": 0x57,
    "JUMPDEST": 0x5B, "DUP1": 0x80, "DUP2": 0x81, "SWAP1": 0x90, "GAS": 0x5A, "LOG3": 0xA3, "CALL": 0xF1,
    "RETURN": 0xF3, "REVERT": 0xFD,
}  # fmt: skip

_TOKEN = f"""
    0x00 CALLDATALOAD 0xe0 SHR
    DUP1 0x{_TRANSFER} EQ @transfer JUMPI
    0x{_BALANCE_OF} EQ @balance JUMPI
    0x00 0x00 REVERT
    :balance 0x04 CALLDATALOAD SLOAD 0x00 MSTORE 0x20 0x00 RETURN
    :transfer 0x24 CALLDATALOAD CALLER SLOAD DUP2 DUP2 LT @poor JUMPI
    DUP2 SWAP1 SUB CALLER SSTORE
    DUP1 0x04 CALLDATALOAD SLOAD ADD 0x04 CALLDATALOAD SSTORE
    0x00 MSTORE 0x04 CALLDATALOAD CALLER {TRANSFER_TOPIC} 0x20 0x00 LOG3
    0x01 0x00 MSTORE 0x20 0x00 RETURN
    :poor 0x00 0x00 REVERT
"""
"""A token in the node's own machine language: balances lie at the slot of the owner's address."""


class Refusal(Exception):
    """What the node says when it refuses a request."""


def anvil() -> str | None:
    """Return where the node's program is, or None."""
    packed = str(_ROOT / _PACKED) if platform.machine() == "x86_64" else None
    for found in (os.environ.get("SEAWALL_ANVIL"), shutil.which("anvil"), packed):
        if found and Path(found).exists():
            return found
    return None


class EvmNode:
    """A running node. Amounts and hashes in 0x-hex, as its protocol has them."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, *params: object) -> Any:
        """Return the answer to a request; raise Refusal with the node's words."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=_ANSWERS_WITHIN_S) as answer:
            told = json.load(answer)
        if "error" in told:
            raise Refusal(told["error"]["message"])
        return told["result"]

    def number(self, method: str, *params: object) -> int:
        """Return the answer to a request as a number."""
        return int(self.ask(method, *params), 16)

    def send(self, raw: str) -> dict[str, Any]:
        """Send a signed transaction, let the node make a block, and return the receipt."""
        return self.mined(self.ask("eth_sendRawTransaction", raw))

    def token_for(self, owner: str, supply: int) -> str:
        """Deploy the token, all of it the owner's; return its contract."""
        code = assembled(_TOKEN)
        init = f"0x{supply:064x} 0x{owner[2:]:0>64} SSTORE 0x{len(code):04x} @code 0x00 CODECOPY"
        made = assembled(f"{init} 0x{len(code):04x} 0x00 RETURN :code", keep_labels=False) + code
        maker = self.ask("eth_accounts")[0]
        sent = self.ask("eth_sendTransaction", {"from": maker, "data": "0x" + made.hex(), "gas": "0x100000"})
        receipt = self.mined(sent)
        assert receipt["status"] == "0x1", receipt
        return str(receipt["contractAddress"])

    def token_balance(self, contract: str, owner: str) -> int:
        """Return how much of the token is the owner's."""
        data = f"0x{_BALANCE_OF}{owner[2:]:0>64}"
        return self.number("eth_call", {"to": contract, "data": data}, "latest")

    def mined(self, hash_: str) -> dict[str, Any]:
        """Let the node make a block, and return the transaction's receipt."""
        self.ask("evm_mine")
        receipt: dict[str, Any] = self.ask("eth_getTransactionReceipt", hash_)
        return receipt


def assembled(text: str, *, keep_labels: bool = True) -> bytes:
    """Return machine code: names are opcodes, 0x… is pushed, `:name` marks a place and `@name` pushes it."""
    places: dict[str, int] = {}
    for _ in range(2):  # once for the places, once for the code
        code = b"".join(_piece(word, places, len_so_far) for word, len_so_far in _laid_out(text, places, keep_labels))
    return code


def _laid_out(text: str, places: dict[str, int], keep_labels: bool) -> Iterator[tuple[str, int]]:
    size = 0
    for word in text.split():
        if word.startswith(":"):
            places[word[1:]] = size
            if not keep_labels:
                continue
        yield word, size
        size += len(_piece(word, places, size))


def _piece(word: str, places: dict[str, int], place: int) -> bytes:
    if word.startswith(":"):
        return bytes([_OPCODES["JUMPDEST"]])
    if word.startswith("@"):
        return b"\x61" + places.get(word[1:], 0).to_bytes(2, "big")
    if word.startswith("0x"):
        raw = bytes.fromhex(word[2:])
        return bytes([0x5F + len(raw)]) + raw
    return bytes([_OPCODES[word]])


@contextmanager
def evm_node(chain_id: int, program: str) -> Iterator[EvmNode]:
    """Run a node of this chain id on a free port of loopback; it is gone afterwards."""
    call = [program, "--host", "127.0.0.1", "--port", "0", "--chain-id", str(chain_id), "--no-mining"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("Listening on "):
                    yield EvmNode(f"http://{line.split()[-1]}")
                    break
            else:
                raise AssertionError("the node ended before it listened")
        finally:
            process.terminate()
            process.stdout.close()
