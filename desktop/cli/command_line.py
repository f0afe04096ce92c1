"""The frame of the command line: finds the sub-command, adds what all share, turns errors into exit codes.

A sub-command is imported only when it is asked for, so that none pays for the start of another.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any, NoReturn

import desktop
from desktop.cli.chosen_world import add_world_arguments
from desktop.cli.command_names import COMMANDS
from desktop.cli.output import Output, OutputLost
from desktop.cli.standard_streams import drop_output, fit_streams
from desktop.domain.errors import BadInput, SeawallError, WrongUsage

OpenWindow = Callable[[argparse.Namespace], int]

LOG_LEVELS = ("debug", "info", "warning", "error")

_READER_GONE = 141  # what shells report for a program whose reader went away


class _Stopped(SeawallError):
    """Somebody stopped the command before its end."""

    exit_code = 130  # what shells report for a program stopped by Ctrl+C


class _Ended(_Stopped):
    """The system or a script ended the command."""

    exit_code = 143  # the same, for SIGTERM


class _Terminated(KeyboardInterrupt):
    """SIGTERM came: what is cleared up after Ctrl+C is cleared up then as well."""


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are SeawallErrors, so that --json holds for them as well."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(message, self.format_usage().strip())


def run(argv: Sequence[str], open_window: OpenWindow) -> int:
    """Do what the arguments say and return the exit code; `open_window` opens the window when no command is named."""
    out = Output(as_json="--json" in argv)
    fit_streams(json_out=out.as_json)
    try:
        code = _run_command(argv, out) if argv and argv[0] in COMMANDS else open_window(_window_arguments(argv))
        out.finish()
    except OutputLost as error:
        drop_output()
        return out.fail(error)
    except SeawallError as error:
        return out.fail(error)
    except BrokenPipeError:
        drop_output()
        return _READER_GONE
    except _Terminated:
        return out.fail(_Ended("Ended."))
    except KeyboardInterrupt:
        return out.fail(_Stopped("Stopped."))
    except ImportError as error:
        return out.fail(_not_installed(error))
    except OSError as error:
        if error.filename is None:
            raise
        words = error.strerror or type(error).__name__
        return out.fail(BadInput(words, "Check the path and its permissions.", where=str(error.filename)))
    except Exception as error:
        # A fault of our own: programs get their last line, people and bug reports the whole trace.
        if out.as_json:
            out.emit(_fault(error))
        raise
    return code


def _run_command(argv: Sequence[str], out: Output) -> int:
    name = argv[0]
    module = _module_of(name)
    parser = _Parser(prog=f"seawall {name}", description=COMMANDS[name].capitalize() + ".")
    module.add_arguments(parser)
    _add_common(parser)
    args = parser.parse_args(argv[1:])
    with _ending_tidily():
        result: int = module.run(args, out)
    return result


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Meanwhile take SIGTERM as Ctrl+C, so that a wallet is not left at its question."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def _module_of(name: str) -> ModuleType:
    wanted = f"desktop.cli.{name}"
    try:
        return importlib.import_module(wanted)
    except ModuleNotFoundError as error:
        if error.name == wanted:
            raise SeawallError(
                f"'{name}' is not part of this build of Seawall", "seawall --help lists all."
            ) from error
        raise


def _add_common(parser: argparse.ArgumentParser, *, nested: bool = False) -> None:
    """Add the shared arguments here and to every command below, where they must not overwrite what stood before."""
    absent = argparse.SUPPRESS if nested else False
    parser.add_argument(
        "--json", action="store_true", default=absent, help="one JSON object a line on standard output, nothing else"
    )
    add_world_arguments(parser, absent=argparse.SUPPRESS if nested else None)
    for action in parser._actions:  # argparse has no public way to its sub-parsers
        if isinstance(action, argparse._SubParsersAction):
            for below in {id(one): one for one in action.choices.values()}.values():
                _add_common(below, nested=True)


def _window_arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = window_parser()
    args, extra = parser.parse_known_args(argv)
    for word in extra:
        if word in COMMANDS:
            raise WrongUsage(f"'{word}' has to come first", f"seawall {word} …")
        parser.error(f"there is no command or option {word!r}")
    if args.practice and args.replay:
        raise WrongUsage("--practice and --replay are two different worlds", "Take one of them.")
    if args.speed != 1.0 and not (args.practice or args.replay):
        raise WrongUsage("--speed needs --practice or --replay: live time cannot be sped up")
    return args


def window_parser() -> argparse.ArgumentParser:
    """Return the parser of `seawall` without a sub-command: the one that opens the window."""
    parser = _Parser(
        prog="seawall",
        description="Watch liquidation risk and guide coins home. Without a command the window opens on live feeds.",
        epilog="commands:\n" + "\n".join(f"  {name:<12} {words}" for name, words in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="seawall [options] | seawall COMMAND [options]",
    )
    add_world_arguments(parser)
    parser.add_argument("--replay", metavar="FILE", help="run a recording instead of live feeds; signing is refused")
    parser.add_argument("--speed", metavar="N", type=_speed, default=1.0, help="time runs N times as fast")
    parser.add_argument("--minimized", action="store_true", help="start in the tray, where there is one")
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="info", help="how much the log says")
    parser.add_argument("--version", action="version", version=f"seawall {desktop.__version__}")
    return parser


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed: give a number above 0, at most 10000")
    return speed


def _fault(error: Exception) -> dict[str, object]:
    words = f"Seawall itself is at fault: {type(error).__name__}: {error}"
    return {"kind": "error", "code": 1, "message": words, "remedy": "Please report it with the lines above."}


def _not_installed(error: ImportError) -> SeawallError:
    if isinstance(error, ModuleNotFoundError):
        return SeawallError(f"a part is not installed: {error.name}", "python3 start.py installs what is missing.")
    # A shared library of the system that a part needs is missing; the loader's words name it.
    return SeawallError(f"a part cannot be loaded: {error}", "seawall doctor says which system package is missing.")
