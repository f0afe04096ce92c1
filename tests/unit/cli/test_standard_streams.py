"""The real program with streams that are closed, full, or of another locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SEAWALL = [sys.executable, "-m", "desktop"]
FORCED = (
    '{"e":"forceOrder","E":1790000000000,"o":{"s":"龙虾USDT","S":"SELL","q":"2","p":"3","ap":"3","X":"FILLED",'
    '"l":"2","z":"2","T":1790000000000}}\n'
)


@pytest.fixture
def messages(tmp_path: Path) -> str:
    path = tmp_path / "messages"
    path.write_text(FORCED, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("words", [(), ("--json",)])
@pytest.mark.parametrize(
    "locale",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "utf-16"},
    ],
)
def test_no_locale_stops_the_output_and_json_is_utf_8_in_all(
    messages: str, locale: dict[str, str], words: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [*SEAWALL, "inspect", messages, "--venue", "binance", *words],
        capture_output=True,
        env={**os.environ, **locale},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if words:
        assert json.loads(done.stdout.decode("utf-8"))["coin"] == "龙虾"


def test_a_file_whose_name_is_no_text_is_named_all_the_same() -> None:
    done = subprocess.run([*SEAWALL, "replay", b"storm\xff.jsonl", "--json"], capture_output=True)
    assert done.returncode == 3
    assert "storm\udcff.jsonl" in json.loads(done.stdout)["message"]
    assert rb"storm\udcff.jsonl" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="closes streams as a shell of POSIX does")
class TestAShellThatClosesThem:
    def closing(self, redirection: str, *words: str) -> subprocess.CompletedProcess[str]:
        line = f'exec "$@" {redirection}'
        return subprocess.run(["/bin/sh", "-c", line, "sh", *SEAWALL, *words], capture_output=True, text=True)

    def test_standard_output(self, messages: str) -> None:
        done = self.closing(">&-", "inspect", messages, "--venue", "binance", "--json")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_standard_error_costs_no_result(self, tmp_path: Path) -> None:
        done = self.closing("2>&-", "transfers", "list", "--json", "--data-dir", str(tmp_path))
        assert (done.returncode, done.stdout) == (0, "")
        done = self.closing("2>&-", "inspect", "nowhere", "--json")
        assert (done.returncode, json.loads(done.stdout)["code"]) == (3, 3)

    def test_standard_input_is_then_an_empty_file(self) -> None:
        done = self.closing("<&-", "wallet", "sign-psbt", "-", "--json")
        assert (done.returncode, json.loads(done.stdout)["code"]) == (3, 3)

    def test_all_three(self, messages: str) -> None:
        assert self.closing("<&- >&- 2>&-", "inspect", messages, "--venue", "binance").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_full_disk_is_told_without_a_trace(messages: str, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*SEAWALL, "inspect", messages, "--venue", "binance", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("standard output: No space left on device\n")
    assert "Traceback" not in done.stderr
