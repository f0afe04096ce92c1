"""`seawall wallet sign-psbt`, as a script uses it."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.command_line import run
from desktop.hw.emulator.models import MODELS, Setup
from tests.fakes.device_bench import emulator
from tests.fakes.psbt_bench import STRANGER, Coin, Payment, psbt_of
from tests.fakes.script_verifier import accepted

PSBT = psbt_of([Coin()], [Payment(60_000), Coin(amount=39_000, branch=1)])


def _run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Any, str]:
    code = run(["wallet", "sign-psbt", *args, "--json"], lambda args: 99)
    said = capsys.readouterr()
    (line,) = said.out.splitlines()
    return code, json.loads(line), said.err


@pytest.mark.parametrize("form", [bytes, base64.b64encode, base64.encodebytes])
def test_binary_and_base64_are_signed(capsys: pytest.CaptureFixture[str], tmp_path: Path, form: Any) -> None:
    file = tmp_path / "transaction.psbt"
    file.write_bytes(form(PSBT.serialize()))
    with emulator(always_yes=True) as device:
        code, line, said = _run(capsys, str(file), "--finalize", "--device", device.path)
    assert (code, line["complete"]) == (0, True)
    assert accepted(bytes.fromhex(line["tx"]), PSBT)
    assert base64.b64decode(line["psbt"]).startswith(b"psbt\xff")
    assert "0.0006 BTC" in said
    assert "with fee 0.00001 BTC" in said


def test_standard_input_is_signed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(base64.b64encode(PSBT.serialize()) + b"\n")))
    with emulator(always_yes=True) as device:
        code, line, _ = _run(capsys, "-", "--device", device.path)
    assert (code, line["complete"]) == (0, True)


def test_a_half_signed_file_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "shared.psbt"
    file.write_bytes(psbt_of([Coin(), Coin(root=STRANGER, index=4)], [Payment(190_000)]).serialize())
    with emulator(always_yes=True, setup=Setup(MODELS["classic1s"], strict=False)) as device:
        code, line, said = _run(capsys, str(file), "--finalize", "--device", device.path)
    assert (code, line["complete"], line["tx"], line["foreign_inputs"]) == (0, False, None, [1])
    assert "others have to sign" in said


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (b"", 3, "transaction.psbt: byte 0: the file is empty"),
        (b"{}", 3, "byte 0: 0x7b belongs neither"),
        (base64.b64encode(PSBT.serialize())[:-3], 3, "cut short"),
        (base64.b64encode(PSBT.serialize()[:-9]), 3, "the PSBT ends inside"),
        (PSBT.serialize()[:100], 3, "byte"),
        (psbt_of([Coin(amount=10_000_000)], [Payment(60_000)]).serialize(), 6, "the fee is 0.0994 BTC"),
        (psbt_of([Coin(root=STRANGER)], [Payment(60_000)]).serialize(), 4, "another wallet"),
        (None, 3, "cannot be read"),
    ],
)
def test_what_is_not_signed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, given: bytes | None, code: int, words: str
) -> None:
    file = tmp_path / "transaction.psbt"
    if given is not None:
        file.write_bytes(given)
    with emulator() as device:
        ended, line, _ = _run(capsys, str(file), "--device", device.path)
    assert (ended, line["code"]) == (code, code)
    assert words in line["message"]
    assert line["remedy"]


def test_no_on_the_device_is_exit_code_4(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    file = tmp_path / "transaction.psbt"
    file.write_bytes(PSBT.serialize())
    with emulator(on_screen=say_no) as device:
        code, line, _ = _run(capsys, str(file), "--device", device.path)
    assert code == 4
    assert "No was pressed" in line["message"]
