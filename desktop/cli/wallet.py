"""`seawall wallet`: what a person or a script asks of the hardware wallet. Confirmations happen on the device."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from desktop.cli.output import Output
from desktop.domain.derivation_path import SCRIPT_TYPES
from desktop.domain.errors import DeviceTrouble, WrongUsage
from desktop.hw import discovery, errors, operations
from desktop.hw.prompts import FixedAnswers
from desktop.hw.session import Screen, Session
from desktop.hw.transport import Transport

_LOOK_S = 2.0
_STATE_OF_TROUBLE: dict[type[DeviceTrouble], str] = {
    errors.DeviceBusy: "busy",
    errors.AccessDenied: "no access",
    errors.InBootloader: "bootloader",
}
_LATER = ("sign-psbt", "sign-evm", "sign-typed-data", "sign-tron", "sign-sol")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands of `seawall wallet`."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--device", metavar="PATH", help="usb:SERIAL, hid:PATH or udp:HOST:PORT")
    shared.add_argument(
        "--passphrase", choices=("none", "stdin", "device"), default="none", help="which wallet to open"
    )
    shared.add_argument("--pin-stdin", action="store_true", help="read the PIN as grid positions from standard input")
    shared.add_argument("--yes-on-device-only", action="store_true", help="ask nothing here")
    commands = parser.add_subparsers(dest="wallet_command", metavar="COMMAND", required=True)
    commands.add_parser("list", parents=[shared], help="name the connected wallets")
    commands.add_parser("features", parents=[shared], help="say which wallet this is")
    address = commands.add_parser("address", parents=[shared], help="derive an address")
    address.add_argument("--coin", choices=("btc", "eth", "tron", "sol"), required=True)
    address.add_argument("--script", choices=SCRIPT_TYPES)
    address.add_argument("--chain-id", type=int)
    address.add_argument("--show", action="store_true", help="show it on the device and wait for its Yes")
    xpub = commands.add_parser("xpub", parents=[shared], help="read an extended public key")
    message = commands.add_parser("sign-message", parents=[shared], help="sign a text on the device")
    message.add_argument("--coin", choices=("btc", "eth"), required=True)
    message.add_argument("--message", metavar="TEXT", required=True)
    for command in (address, xpub, message):
        command.add_argument("--path", metavar="P", required=True, help="as in m/84'/0'/0'/0/0; ' and h are the same")
    for name in _LATER:
        later = commands.add_parser(name, parents=[shared], help="not available yet")
        later.add_argument("file", nargs="?")
        later.add_argument("--path")
        later.add_argument("--finalize", action="store_true")


def run(args: argparse.Namespace, out: Output) -> int:
    """Do the command. Raises WrongUsage, BadInput, or DeviceTrouble (exit code 4, also when No is pressed)."""
    match args.wallet_command:
        case "list":
            return _list(args, out)
        case "features":
            _features(args, out)
        case "address":
            _address(args, out)
        case "xpub":
            _xpub(args, out)
        case "sign-message":
            _sign_message(args, out)
        case name:
            raise WrongUsage(f"seawall wallet {name} is not available yet", "Bitcoin addresses and messages are.")
    return 0


def _list(args: argparse.Namespace, out: Output) -> int:
    found = [_chosen(args)] if args.device or args.practice else discovery.connected()
    for transport in found:
        session = Session(transport, quick_s=_LOOK_S)
        state = _looked_at(session)
        session.end()
        who = session.identity
        facts = {"path": transport.path, "model": who.model, "serial": who.serial, "label": who.label, "state": state}
        out.emit(facts, "  ".join(filter(None, (transport.path, who.model, who.label, state))))
    if not found:
        out.tell("No wallet is connected.")
    return 0


def _looked_at(session: Session) -> str:
    try:
        session.begin()
    except errors.NoDevice:
        raise
    except DeviceTrouble as trouble:
        session.drop()
        return _STATE_OF_TROUBLE.get(type(trouble), "trouble")
    if session.features.initialized is False:
        return "empty"
    return "locked" if session.features.unlocked is False else "ready"


def _features(args: argparse.Namespace, out: Output) -> None:
    with _open(args, out) as session:
        facts = msgspec.structs.asdict(operations.features(session))
    out.emit(facts, "\n".join(f"{name}: {value}" for name, value in facts.items()))


def _address(args: argparse.Namespace, out: Output) -> None:
    _only_bitcoin(args.coin)
    with _open(args, out) as session:
        found = operations.bitcoin_address(session, args.path, script=args.script, show=args.show)
    out.emit(msgspec.structs.asdict(found), found.address)


def _xpub(args: argparse.Namespace, out: Output) -> None:
    with _open(args, out) as session:
        found = operations.xpub(session, args.path)
    out.emit(msgspec.structs.asdict(found), found.xpub)


def _sign_message(args: argparse.Namespace, out: Output) -> None:
    _only_bitcoin(args.coin)
    with _open(args, out) as session:
        signed = operations.sign_message(session, args.path, args.message)
    out.emit(msgspec.structs.asdict(signed), f"{signed.address}\n{signed.signature}")


def _only_bitcoin(coin: str) -> None:
    if coin != "btc":
        raise WrongUsage(f"--coin {coin} is not available yet", "Take --coin btc.")


@contextmanager
def _open(args: argparse.Namespace, out: Output) -> Iterator[Session]:
    """Open the wallet, tell the person what it shows, and leave it at its home screen, also after Ctrl+C."""

    def tell(lines: Screen, asks: bool) -> None:
        if asks:
            out.tell("On the wallet, compare and confirm:\n  " + "\n  ".join(lines))

    session = Session(_chosen(args), _answers(args), on_screen=tell)
    session.begin()
    try:
        yield session
    except KeyboardInterrupt:
        session.abandon()
        raise
    finally:
        session.end()


def _chosen(args: argparse.Namespace) -> Transport:
    if args.device:
        return discovery.at_path(args.device)
    if args.practice:
        raise WrongUsage(
            "the practice wallet lives in the practice window", "Name a simulator with --device udp:HOST:PORT."
        )
    return discovery.only_one()


def _answers(args: argparse.Namespace) -> FixedAnswers:
    """Read the secrets that come from standard input: the PIN's line first, then the passphrase's."""
    positions = _line("the PIN") if args.pin_stdin else None
    match args.passphrase:
        case "stdin":
            return FixedAnswers(positions=positions, passphrase=_line("the passphrase"))
        case "device":
            return FixedAnswers(positions=positions, passphrase=None)
    return FixedAnswers(positions=positions)


def _line(what: str) -> str:
    line = sys.stdin.readline()
    if not line:
        raise WrongUsage(f"standard input ended before {what}", f"Give {what} as one line.")
    return line.rstrip("\r\n")
