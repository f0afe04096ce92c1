"""The emulated device on its own, moved by lines of text.

    python -m desktop.hw.emulator --port 54935 --mnemonic-stdin [--model M] [--pin-stdin] [--passphrase] [--yes]

The first lines of standard input are the mnemonic, then the PIN and the PIN of a hidden wallet where asked for. Every
later line moves the device:

    yes | no                press a key
    type TEXT               type a PIN or passphrase on the device and press yes
    fault NAME [N]          the N-th answer from now goes wrong (1 if not said): drop, silence, garbage, wrong-type,
                            late, twice, lie-long, lie-huge, die
    ignore-cancel | obey    questions on the screen take no Cancel, or do again
    replug [new-identity]   pull the cable and put it back; with another identity

It prints its path once it answers, and its screens on standard error.
"""

from __future__ import annotations

import argparse
import sys
import threading

from desktop.hw.emulator.device import Emulator
from desktop.hw.emulator.faults import FAULTS
from desktop.hw.emulator.models import MODELS, Setup
from desktop.hw.emulator.screens import Lines


def main(argv: list[str] | None = None) -> int:
    """Run an emulator until it is interrupted; print its path on standard output once it answers."""
    args = _parser().parse_args(argv)
    mnemonic = sys.stdin.readline()
    emulator = Emulator(
        mnemonic,
        setup=_setup(args),
        host=args.host,
        port=args.port,
        on_screen=_print_screen,
        always_yes=args.yes,
    )
    emulator.start()
    try:
        sys.stdout.write(emulator.path + "\n")
        sys.stdout.flush()
        for line in sys.stdin:
            if not obeyed(emulator, line):
                sys.stderr.write(f"not understood: {line}")
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        emulator.stop()
    return 0


def obeyed(emulator: Emulator, line: str) -> bool:
    """Do what the line says; return whether it was understood."""
    match line.split():
        case ["yes" | "no" as key]:
            emulator.press(key == "yes")
        case ["type", *words]:
            emulator.press(True, " ".join(words))
        case ["fault", name] if name in FAULTS:
            emulator.fault(name)
        case ["fault", name, count] if name in FAULTS and count.isascii() and count.isdigit() and int(count):
            emulator.fault(name, int(count))
        case ["ignore-cancel" | "obey" as manner]:
            emulator.ignore_cancel(manner == "ignore-cancel")
        case ["replug", *how] if how in ([], ["new-identity"]):
            emulator.replug(new_identity=bool(how))
        case _:
            return False
    return True


def _setup(args: argparse.Namespace) -> Setup:
    model = MODELS[args.model]
    model = model._replace(firmware=args.firmware or model.firmware, bitcoin_only=args.bitcoin_only)
    return Setup(
        model,
        label=args.label,
        pin=sys.stdin.readline().strip() if args.pin_stdin else "",
        passphrase=args.passphrase,
        attach_pin=sys.stdin.readline().strip() if args.attach_pin_stdin else "",
        scrambled=args.scrambled,
        state=args.state,
        strict=args.safety_checks == "strict",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop.hw.emulator", description="An emulated hardware wallet.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="UDP port; 0 takes a free one")
    parser.add_argument(
        "--mnemonic-stdin", action="store_true", required=True, help="read the words from the first line"
    )
    parser.add_argument("--label", default="")
    parser.add_argument("--model", choices=sorted(MODELS), default="classic1s")
    parser.add_argument("--firmware", metavar="X.Y.Z", help="another version than the model's usual one")
    parser.add_argument("--bitcoin-only", action="store_true", help="the firmware that knows Bitcoin alone")
    parser.add_argument("--state", choices=("ready", "uninitialised", "bootloader"), default="ready")
    parser.add_argument("--pin-stdin", action="store_true", help="locked; read its PIN from the next line")
    parser.add_argument("--attach-pin-stdin", action="store_true", help="a hidden wallet's PIN, on the line after")
    parser.add_argument("--scrambled", action="store_true", help="shuffle the PIN grid, as the real screen does")
    parser.add_argument("--passphrase", action="store_true", help="ask for a passphrase")
    parser.add_argument(
        "--safety-checks", choices=("strict", "prompt"), default="strict", help="refuse, or only warn"
    )
    parser.add_argument("--yes", action="store_true", help="press Yes by itself (for tests)")
    return parser


def _print_screen(lines: Lines, asks: bool) -> None:
    sys.stderr.write("\n".join([*lines, "[no] [yes]" if asks else "", ""]))
