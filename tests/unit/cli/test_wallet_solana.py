"""`seawall wallet` on Solana, as a script uses it."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.command_line import run
from desktop.domain.base58 import decoded_bare
from desktop.domain.signatures import ed25519_holds
from desktop.domain.solana_keys import address_of_bytes
from tests.fakes.device_bench import emulator
from tests.fakes.solana_messages import FRIEND, ME, SOLANA_ADDRESS, SOLANA_PATH, message, sol

TEXT = base64.encodebytes(message(sol()))


def _run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Any]:
    code = run(["wallet", *args, "--json"], lambda args: 99)
    (line,) = capsys.readouterr().out.splitlines()
    return code, json.loads(line)


def test_address(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator(always_yes=True) as device:
        code, line = _run(
            capsys, "address", "--coin", "sol", "--path", "m/44h/501h/0h/0h", "--show", "--device", device.path
        )
    assert code == 0
    assert (line["address"], line["path"], line["shown"]) == (SOLANA_ADDRESS, SOLANA_PATH, True)


def test_sign_a_file_and_standard_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "message.txt"
    file.write_bytes(TEXT)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT)))
    with emulator(always_yes=True) as device:
        at = ("--path", SOLANA_PATH, "--device", device.path)
        results = [_run(capsys, "sign-sol", name, *at) for name in (str(file), "-")]
    assert [code for code, _ in results] == [0, 0]
    assert results[0] == results[1]
    assert ed25519_holds(ME, message(sol()), decoded_bare(results[0][1]["signature"]))


@pytest.mark.parametrize(
    ("given", "options", "code", "words"),
    [
        (b"AAAA\n!", (), 3, "message.txt: byte 5: 0x21 is not base64 text"),
        (b"AAA", (), 3, "message.txt: this is no base64"),
        (b"", (), 3, "message.txt: byte 0"),
        (base64.b64encode(message(sol())[:-2]), (), 3, "byte 138"),
        (TEXT, ("--recipient", SOLANA_ADDRESS), 3, "it sends to"),
        (TEXT, ("--recipient", address_of_bytes(FRIEND)), 0, ""),
        (base64.b64encode(message(payer=FRIEND)), (), 3, "none that must sign"),
        (base64.b64encode(message()), (), 4, "BlindSign"),
    ],
)
def test_what_can_and_cannot_be_signed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, given: bytes, options: tuple[str, ...], code: int, words: str
) -> None:
    file = tmp_path / "message.txt"
    file.write_bytes(given)
    with emulator(always_yes=True) as device:
        ended, line = _run(capsys, "sign-sol", str(file), "--path", SOLANA_PATH, "--device", device.path, *options)
    assert ended == code
    assert words in line.get("message", "")
