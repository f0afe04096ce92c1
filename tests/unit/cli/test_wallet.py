"""`seawall wallet` against an emulated device, as a script uses it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from desktop.cli.command_line import run
from desktop.cli.output import Output
from desktop.hw import errors
from desktop.hw.carriers import discovery
from desktop.hw.carriers.bus_identity import BusLook
from desktop.hw.carriers.usb_transport import UsbTransport
from tests.fakes.device_bench import SEGWIT_ADDRESS, SEGWIT_PATH, TAPROOT_ADDRESS, emulator
from tests.fakes.ethereum_bench import ADDRESS, PATH, SECRET
from tests.fakes.typed_data import MAIL


def _run(*args: str) -> int:
    return run(["wallet", *args, "--json"], lambda args: 99)


def _facts(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_list_names_a_device(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator(label="Mine") as device:
        assert _run("list", "--device", device.path) == 0
        (line,) = _facts(capsys)
        assert line.pop("serial").startswith("EM")
        assert line == {"path": device.path, "model": "Classic 1S", "label": "Mine", "state": "ready"}


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (errors.AccessDenied("usb:A"), "no access"),
        (errors.HeldBySeawall("7"), "busy"),
        (errors.DoesNotAnswer(), "busy"),
        (errors.InBootloader(), "bootloader"),
        (errors.WrongWallet("a", "b"), "trouble"),
    ],
)
def test_a_device_out_of_reach_is_listed_by_what_the_bus_tells(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, trouble: Exception, state: str
) -> None:
    class OutOfReach(UsbTransport):
        def open(self) -> None:
            raise trouble

    look = BusLook(0x1209, 0x53C1, "OneKey", "OneKey Pro", "PR1")
    monkeypatch.setattr(discovery, "connected", lambda: [OutOfReach(look)])
    assert _run("list") == 0
    (line,) = _facts(capsys)
    assert line == {"path": "usb:PR1", "model": "OneKey Pro", "serial": "PR1", "label": "", "state": state}


def test_list_without_any_device_prints_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "connected", list)
    assert _run("list") == 0
    assert _facts(capsys) == []


def test_features_tell_the_real_model_and_firmware(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator(model="pro") as device:
        assert _run("features", "--device", device.path) == 0
        (line,) = _facts(capsys)
        assert (line["vendor"], line["model"], line["firmware"]) == ("OneKey", "Pro", "4.20.0")
        assert (line["initialized"], line["pin"], line["passphrase"]) == (True, False, False)


@pytest.mark.parametrize(
    ("path", "address", "script"),
    [(SEGWIT_PATH, SEGWIT_ADDRESS, "p2wpkh"), ("m/86h/0h/0h/0/0", TAPROOT_ADDRESS, "p2tr")],
)
def test_address(capsys: pytest.CaptureFixture[str], path: str, address: str, script: str) -> None:
    with emulator(always_yes=True) as device:
        assert _run("address", "--coin", "btc", "--path", path, "--show", "--device", device.path) == 0
        (line,) = _facts(capsys)
        assert (line["address"], line["script"], line["path"]) == (address, script, path.replace("h", "'"))


def test_xpub_and_fingerprint(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator() as device:
        assert _run("xpub", "--path", "m/84'/0'/0'", "--device", device.path) == 0
        (line,) = _facts(capsys)
        assert line["xpub"].startswith("xpub6")
        assert line["fingerprint"] == "5c9e228d"


def test_sign_message(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator(always_yes=True) as device:
        code = _run(
            "sign-message", "--coin", "btc", "--path", SEGWIT_PATH, "--message", "hi", "--device", device.path
        )
        assert code == 0
        (line,) = _facts(capsys)
        assert line["address"] == SEGWIT_ADDRESS
        assert len(line["signature"]) == 88


def test_ethereum_address_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator(always_yes=True) as device:
        where = ("--coin", "eth", "--path", "m/44h/60h/0h/0/0", "--device", device.path)
        assert _run("address", *where, "--chain-id", "8453", "--show") == 0
        assert _run("sign-message", *where, "--message", "hi") == 0
        address, signed = _facts(capsys)
    assert (address["address"], address["path"], address["chain_id"]) == (ADDRESS, PATH, 8453)
    assert signed["address"] == ADDRESS
    assert signed["signature"].startswith("0x")
    assert len(signed["signature"]) == 132


EVM = {
    "chainId": 42161, "nonce": 0, "gas": "0x15f90", "to": ADDRESS, "value": "1", "gasPrice": 100_000_000, "data": "0x"
}  # fmt: skip


def test_sign_evm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(json.dumps(EVM).encode()))
    monkeypatch.setattr("sys.stdin", given)
    with emulator(always_yes=True) as device:
        assert _run("sign-evm", "-", "--path", PATH, "--device", device.path) == 0
    (line,) = _facts(capsys)
    expected = Account.sign_transaction(EVM | {"gas": 90_000, "value": 1}, SECRET)
    assert (line["raw"], line["hash"]) == (expected.raw_transaction.to_0x_hex(), expected.hash.to_0x_hex())
    assert line["from"] == ADDRESS


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"value": -1}, 3, "value -1 is negative"),
        ({"to": None}, 3, "creates a contract"),
        ({"gasPrice": 10**15}, 6, "the fee can be 90 ETH"),
        ({"from": "0x" + "11" * 20}, 3, "the transaction is from"),
    ],
)
def test_sign_evm_refuses_with_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: dict[str, object], code: int, words: str
) -> None:
    file = tmp_path / "tx.json"
    file.write_text(json.dumps(EVM | change), encoding="utf-8")
    with emulator() as device:
        assert _run("sign-evm", str(file), "--path", PATH, "--device", device.path) == code
    (line,) = _facts(capsys)
    assert words in line["message"]
    assert line["remedy"]


def test_sign_evm_takes_a_high_fee_that_is_meant(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "tx.json"
    file.write_text(json.dumps(EVM | {"gasPrice": 10**13}), encoding="utf-8")
    with emulator(always_yes=True) as device:
        where = (str(file), "--path", PATH, "--device", device.path)
        assert _run("sign-evm", *where) == 6
        assert _run("sign-evm", *where, "--highest-fee", "1") == 0
        assert _run("sign-evm", *where, "--highest-fee", "x") == 3


@pytest.mark.parametrize(("model", "mode"), [("classic1s", "tree"), ("classic1s-old", "hash")])
def test_sign_typed_data(capsys: pytest.CaptureFixture[str], tmp_path: Path, model: str, mode: str) -> None:
    file = tmp_path / "mail.json"
    file.write_text(json.dumps(MAIL), encoding="utf-8")
    with emulator(always_yes=True, model=model) as device:
        assert _run("sign-typed-data", str(file), "--path", PATH, "--device", device.path) == 0
    captured = capsys.readouterr()
    line = json.loads(captured.out)
    expected = Account.sign_typed_data(SECRET, full_message=MAIL).signature.to_0x_hex()
    assert (line["signature"], line["address"], line["mode"]) == (expected, ADDRESS, mode)
    assert ("could not show the fields" in captured.err) is (mode == "hash")


def test_sign_typed_data_refuses_with_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mail.json"
    file.write_text(json.dumps(MAIL), encoding="utf-8")
    assert _run("sign-typed-data", str(file), "--path", PATH, "--chain-id", "10") == 3
    assert "not 10" in _facts(capsys)[0]["message"]


def test_no_on_the_device_is_exit_code_4(capsys: pytest.CaptureFixture[str]) -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    with emulator(on_screen=say_no) as device:
        assert _run("address", "--coin", "btc", "--path", SEGWIT_PATH, "--show", "--device", device.path) == 4
        (line,) = _facts(capsys)
        assert (line["kind"], line["code"]) == ("error", 4)
        assert "No was pressed" in line["message"]
        assert line["remedy"]


def test_ctrl_c_takes_the_question_from_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: Output, words: str) -> None:
        if "On the wallet" in words:
            assert device.wait_until_asks(10)
            raise KeyboardInterrupt

    monkeypatch.setattr(Output, "tell", interrupt)
    with emulator() as device:
        assert _run("address", "--coin", "btc", "--path", SEGWIT_PATH, "--show", "--device", device.path) == 130
        assert not device.asks()


def test_the_pin_and_the_passphrase_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1234\nabc\n"))
    with emulator(pin="1234", passphrase=True) as device:
        args = ("xpub", "--path", "m/84'/0'/0'", "--device", device.path)
        assert _run(*args, "--pin-stdin", "--passphrase", "stdin") == 0
        (line,) = _facts(capsys)
        assert line["fingerprint"] != "5c9e228d"


def test_a_wrong_pin_is_exit_code_4(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("4321\n"))
    with emulator(pin="1234") as device:
        assert _run("xpub", "--path", "m/84'/0'/0'", "--device", device.path, "--pin-stdin") == 4


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("features", "--device", "udp:127.0.0.1:1"), 4, "no hardware wallet at udp:127.0.0.1:1"),
        (("features", "--device", "udp:127.0.0.1:x"), 2, "not of the form"),
        (("features", "--device", "com:3"), 2, "names no device"),
        (("features", "--practice"), 2, "practice window"),
        (("sign-psbt", "x.psbt"), 3, "cannot be read"),
        (("address", "--coin", "doge", "--path", "m"), 2, "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], code: int, words: str
) -> None:
    assert _run(*args) == code
    (line,) = _facts(capsys)
    assert words in line["message"]


def test_a_wrong_path_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator() as device:
        assert _run("address", "--coin", "btc", "--path", "m/84'/x", "--device", device.path) == 3
        assert "'x'" in _facts(capsys)[0]["message"]


def test_authenticity_says_what_it_cannot_show(capsys: pytest.CaptureFixture[str]) -> None:
    with emulator(always_yes=True) as device:
        assert _run("authenticity", "--device", device.path) == 0
        (line,) = _facts(capsys)
        assert line["verdict"].endswith("who issued the certificate cannot be checked here")
        assert line["self_issued"]
