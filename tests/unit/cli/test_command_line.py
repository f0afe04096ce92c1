"""The frame of the command line: exit codes, error lines, late imports."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from types import ModuleType

import pytest

from desktop.cli import command_line
from desktop.cli.chosen_world import world_of
from desktop.cli.command_names import COMMANDS
from desktop.cli.output import Output
from desktop.domain.errors import (
    BadInput,
    DeviceTrouble,
    NetworkTrouble,
    Refused,
    SeawallError,
    WrongUsage,
)


class ProbeCommand(ModuleType):
    """A sub-command that does what the test tells it to and remembers its arguments."""

    def __init__(self) -> None:
        super().__init__("desktop.cli.probe")
        self.raises: BaseException | None = None
        self.seen: argparse.Namespace | None = None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        below = parser.add_subparsers(dest="step")
        below.add_parser("list", aliases=["ls"]).add_argument("--length", type=int)

    def run(self, args: argparse.Namespace, out: Output) -> int:
        self.seen = args
        if self.raises is not None:
            raise self.raises
        out.emit({"kind": "done"}, "done")
        return 0


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> ProbeCommand:
    command = ProbeCommand()
    monkeypatch.setitem(COMMANDS, "probe", "probe the frame")
    monkeypatch.setitem(sys.modules, "desktop.cli.probe", command)
    return command


def no_window(args: argparse.Namespace) -> int:
    raise AssertionError(f"a window was asked for: {args}")


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    printed = capsys.readouterr().out.splitlines()
    found: dict[str, object] = json.loads(printed[-1])
    return found


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SeawallError("no"), 1),
        (WrongUsage("no"), 2),
        (BadInput("no", where="file.jsonl:3"), 3),
        (DeviceTrouble("no"), 4),
        (NetworkTrouble("no"), 5),
        (Refused("no", rule="wick"), 6),
    ],
)
def test_every_kind_of_error_has_its_exit_code_and_ends_with_an_error_line(
    probe: ProbeCommand, capsys: pytest.CaptureFixture[str], error: SeawallError, code: int
) -> None:
    error.remedy = "Do this."
    probe.raises = error
    assert command_line.run(["probe", "--json"], no_window) == code
    assert last_line(capsys) == {"kind": "error", "code": code, "message": str(error), "remedy": "Do this."}


def test_without_json_words_go_to_standard_error(probe: ProbeCommand, capsys: pytest.CaptureFixture[str]) -> None:
    probe.raises = BadInput("quantity is negative", "Mend the file.", where="a.csv:7")
    assert command_line.run(["probe"], no_window) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "a.csv:7: quantity is negative\nMend the file.\n"


@pytest.mark.parametrize(
    "argv", [["probe", "--colour", "--json"], ["probe", "nothing", "--json"], ["--json", "moon"]]
)
def test_wrong_usage_ends_with_an_error_line_and_code_2(
    probe: ProbeCommand, capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    assert command_line.run(argv, no_window) == 2
    assert last_line(capsys)["code"] == 2


@pytest.mark.parametrize(
    "argv",
    [
        ["probe", "list", "--json", "--practice", "--profile", "mine"],
        ["probe", "--json", "--practice", "--profile", "mine", "list"],
        ["probe", "--practice", "ls", "--json", "--profile=mine"],
    ],
)
def test_shared_arguments_hold_before_and_after_a_nested_command(probe: ProbeCommand, argv: list[str]) -> None:
    assert command_line.run(argv, no_window) == 0
    assert probe.seen is not None
    assert (probe.seen.json, probe.seen.practice, probe.seen.profile) == (True, True, "mine")
    assert probe.seen.data_dir is None
    assert world_of(probe.seen) == "practice"


def test_a_command_that_is_not_built_gives_a_clean_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "absent", "never written")
    assert command_line.run(["absent", "--json"], no_window) == 1
    assert "'absent' is not part of this build" in str(last_line(capsys)["message"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModuleNotFoundError("No module named 'hid'", name="hid"), "not installed: hid"),
        (ImportError("libusb-1.0.so.0: cannot open shared object file"), "libusb-1.0.so.0"),
    ],
)
def test_a_part_that_cannot_be_imported_is_named(
    probe: ProbeCommand, capsys: pytest.CaptureFixture[str], error: ImportError, words: str
) -> None:
    probe.raises = error
    assert command_line.run(["probe", "--json"], no_window) == 1
    assert words in str(last_line(capsys)["message"])


def test_a_file_that_is_not_there_is_bad_input(probe: ProbeCommand, capsys: pytest.CaptureFixture[str]) -> None:
    probe.raises = FileNotFoundError(2, "No such file or directory", "storm.jsonl")
    assert command_line.run(["probe", "--json"], no_window) == 3
    assert last_line(capsys)["message"] == "storm.jsonl: No such file or directory"


def test_a_fault_of_our_own_keeps_its_trace_and_still_ends_the_stream(
    probe: ProbeCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    probe.raises = ZeroDivisionError("division by zero")
    with pytest.raises(ZeroDivisionError):
        command_line.run(["probe", "--json"], no_window)
    assert last_line(capsys)["kind"] == "error"


def test_ctrl_c_stops_without_a_trace(probe: ProbeCommand, capsys: pytest.CaptureFixture[str]) -> None:
    probe.raises = KeyboardInterrupt()
    assert command_line.run(["probe"], no_window) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_run_that_was_stopped_does_not_look_whole_to_a_program(
    probe: ProbeCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    probe.raises = KeyboardInterrupt()
    assert command_line.run(["probe", "--json"], no_window) == 130
    assert last_line(capsys) == {"kind": "error", "code": 130, "message": "Stopped.", "remedy": ""}


def test_an_end_asked_for_by_the_system_clears_up_like_ctrl_c(
    probe: ProbeCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    cleared: list[str] = []

    def asked_to_end(args: argparse.Namespace, out: Output) -> int:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            cleared.append("as after Ctrl+C")
            raise
        return 0

    probe.run = asked_to_end  # type: ignore[method-assign]
    before = signal.getsignal(signal.SIGTERM)
    assert command_line.run(["probe", "--json"], no_window) == 143
    assert last_line(capsys)["code"] == 143
    assert cleared == ["as after Ctrl+C"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_shared_arguments_are_not_abbreviated_below_a_nested_command(probe: ProbeCommand) -> None:
    assert command_line.run(["probe", "list", "--js"], no_window) == 2


def test_without_a_command_the_window_opens_with_its_arguments() -> None:
    asked: list[argparse.Namespace] = []

    def window(args: argparse.Namespace) -> int:
        asked.append(args)
        return 0

    assert command_line.run(["--practice", "--speed", "60", "--profile", "mine", "--minimized"], window) == 0
    args = asked[0]
    assert (args.practice, args.speed, args.profile, args.minimized) == (True, 60.0, "mine", True)
    assert (args.replay, args.data_dir, args.log_level) == (None, None, "info")


@pytest.mark.parametrize(
    "argv",
    [
        ["--speed", "0", "--practice"],
        ["--speed", "nan", "--practice"],
        ["--speed", "10"],
        ["--practice", "--replay", "f"],
    ],
)
def test_a_window_that_makes_no_sense_is_refused(argv: list[str]) -> None:
    assert command_line.run(argv, no_window) == 2


def test_a_command_behind_an_option_is_told_where_it_belongs(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.run(["--practice", "doctor"], no_window) == 2
    assert "'doctor' has to come first" in capsys.readouterr().err


def test_version_is_printed() -> None:
    done = subprocess.run([sys.executable, "-m", "desktop", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("seawall ")


def test_a_reader_that_goes_away_ends_the_run_quietly() -> None:
    code = (
        "import argparse, sys, types\n"
        "from desktop.cli import command_line\n"
        "flood = types.ModuleType('desktop.cli.flood')\n"
        "flood.add_arguments = lambda parser: None\n"
        "def run(args, out):\n"
        "    for count in range(1_000_000):\n"
        "        out.emit({'count': count})\n"
        "    return 0\n"
        "flood.run = run\n"
        "sys.modules['desktop.cli.flood'] = flood\n"
        "command_line.COMMANDS['flood'] = 'flood'\n"
        "sys.exit(command_line.run(['flood', '--json'], lambda args: 0))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == '{"count":0}\n'
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == ""


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_sub_command_imports_qt(name: str) -> None:
    code = (
        "import sys\n"
        "from desktop.__main__ import main\n"
        f"try:\n    main([{name!r}, '--help'])\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "else:\n    sys.exit('the command is missing')\n"
        "unwanted = ('PySide6', 'pyqtgraph', 'desktop.ui', 'desktop.wiring')\n"
        "found = [one for one in sys.modules if one.startswith(unwanted)]\n"
        "sys.exit(f'imported: {found}' if found else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
