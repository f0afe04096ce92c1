"""PIN and passphrase given to `seawall wallet` on standard input."""

import io
import json
import threading

import pytest

from desktop.cli.command_line import run
from desktop.cli.wallet_answers import LineAnswers
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.prompts import PassphraseAnswer, PassphrasePrompt, PinAnswer, PinPrompt
from tests.fakes.device_bench import emulator

STANDARD = "5c9e228d"


def _fingerprint(
    setup: Setup, lines: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str
) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    with emulator(setup=setup, always_yes=True) as device:
        words = ["wallet", "xpub", "--path", "m/84h/0h/0h", "--device", device.path, "--json", *options]
        code = run(words, lambda _: 99)
        assert not device.asks()
        assert device._wallet._flow is None  # whatever came of it, it is at home
    line = json.loads(capsys.readouterr().out)
    return str(line["fingerprint"] if code == 0 else code)


@pytest.mark.parametrize(
    ("lines", "options", "standard"),
    [
        ("", (), True),
        ("abc\n", ("--passphrase", "stdin"), False),
        ("\n", ("--passphrase", "stdin"), True),
        ("556677\n", ("--passphrase", "attach-pin", "--pin-stdin"), True),
    ],
)
def test_which_wallet_is_opened(
    lines: str,
    options: tuple[str, ...],
    standard: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if "attach-pin" in options:
        setup, lines = Setup(MODELS["classic1s"], pin="1234", passphrase=True, attach_pin="556677"), "1234\n" + lines
        standard = False
    else:
        setup = Setup(MODELS["classic1s"], passphrase=True)
    assert (_fingerprint(setup, lines, monkeypatch, capsys, *options) == STANDARD) is standard


@pytest.mark.parametrize("pin", ["1234", ""])
def test_the_lines_keep_their_order_when_no_pin_is_asked(
    pin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = Setup(MODELS["classic1s"], pin=pin, passphrase=True)
    options = ("--pin-stdin", "--passphrase", "stdin")
    assert _fingerprint(setup, "1234\n\n", monkeypatch, capsys, *options) == STANDARD


def test_input_that_ends_too_early_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = Setup(MODELS["classic1s"], passphrase=True)
    assert _fingerprint(setup, "", monkeypatch, capsys, "--passphrase", "stdin") == "2"


def test_the_grid_is_drawn_with_as_many_keys_as_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    answers = LineAnswers("none", pin_from_here=True, tell=told.append)
    monkeypatch.setattr("sys.stdin", io.StringIO("10\n12\n"))
    assert answers.answer_to(PinPrompt(1, keys=10), threading.Event()) == PinAnswer(1, "10")
    assert answers.answer_to(PinPrompt(2, keys=9), threading.Event()) == PinAnswer(2, "12")
    assert [text.count("\n") for text in told] == [4, 3]


def test_without_wish_the_pin_is_typed_on_the_wallet() -> None:
    answers = LineAnswers("device", pin_from_here=False, tell=lambda text: None)
    assert answers.answer_to(PinPrompt(1), threading.Event()) == PinAnswer(1)
    assert answers.answer_to(PassphrasePrompt(2), threading.Event()) == PassphraseAnswer(2, None)
