"""`seawall wallet` on TRON, as a script uses it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.command_line import run
from tests.fakes.device_bench import emulator
from tests.fakes.tron_transactions import RECIPIENT, TRON_ADDRESS, TRON_PATH, call, text, transfer


def _run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Any]:
    code = run(["wallet", *args, "--json"], lambda args: 99)
    (line,) = capsys.readouterr().out.splitlines()
    return code, json.loads(line)


def test_address(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator(always_yes=True) as device:
        code, line = _run(
            capsys, "address", "--coin", "tron", "--path", "m/44h/195h/0h/0/0", "--show", "--device", device.path
        )
    assert code == 0
    assert (line["address"], line["path"], line["fingerprint"]) == (TRON_ADDRESS, TRON_PATH, "5c9e228d")
    assert line["hex"].startswith("41")


def test_sign_a_file_and_standard_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "transaction.json"
    file.write_bytes(text(call()))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    with emulator(always_yes=True) as device:
        results = [
            _run(capsys, "sign-tron", name, "--path", TRON_PATH, "--device", device.path) for name in (str(file), "-")
        ]
    assert [code for code, _ in results] == [0, 0]
    assert results[0] == results[1]
    assert len(bytes.fromhex(results[0][1]["signature"])) == 65
    assert bytes.fromhex(results[0][1]["raw"]).startswith(bytes.fromhex("0a02cbc3"))


def test_the_words_are_said_to_the_person(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "transaction.json"
    file.write_bytes(text(call()))
    with emulator(always_yes=True) as device:
        command = ["wallet", "sign-tron", str(file), "--path", TRON_PATH, "--device", device.path]
        assert run(command, lambda args: 99) == 0
    said = capsys.readouterr()
    assert "2.5 USDT" in said.err
    assert len(said.out.splitlines()) == 2


@pytest.mark.parametrize(
    ("given", "path", "code", "words"),
    [
        (b"{", TRON_PATH, 3, "transaction.json: this is no TRON transaction"),
        (text(transfer(amount=0)), TRON_PATH, 3, "amount"),
        (text(transfer(owner_address=RECIPIENT)), TRON_PATH, 3, "spends from"),
        (text(transfer()), "m/44'/195'/x", 3, "'x'"),
        (text(transfer()), "m/44'/195'/0'/0/1", 3, "spends from"),
        (text(transfer()), "m/44'/60'/0'/0/0", 3, "spends from"),
        (None, TRON_PATH, 3, "cannot be read"),
    ],
)
def test_what_cannot_be_signed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, given: bytes | None, path: str, code: int, words: str
) -> None:
    file = tmp_path / "transaction.json"
    if given is not None:
        file.write_bytes(given)
    with emulator() as device:
        ended, line = _run(capsys, "sign-tron", str(file), "--path", path, "--device", device.path)
    assert ended == code
    assert words in line["message"]


def test_no_on_the_device_is_exit_code_4(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    file = tmp_path / "transaction.json"
    file.write_bytes(text(transfer()))
    with emulator(on_screen=say_no) as device:
        code, line = _run(capsys, "sign-tron", str(file), "--path", TRON_PATH, "--device", device.path)
    assert (code, line["code"]) == (4, 4)
