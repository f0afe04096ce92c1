"""`seawall wallet`: what a person or a script asks of the hardware wallet. Confirmations happen on the device."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import msgspec

from desktop.cli import wallet_authenticity, wallet_bitcoin, wallet_ethereum, wallet_solana, wallet_tron
from desktop.cli.output import Output
from desktop.cli.wallet_opening import chosen, opened
from desktop.domain.derivation_path import SCRIPT_TYPES
from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors, operations
from desktop.hw.carriers import discovery
from desktop.hw.session import Session

_LOOK_S = 2.0
_STATE_OF_TROUBLE: dict[type[DeviceTrouble], str] = {
    errors.DeviceBusy: "busy",
    errors.AccessDenied: "no access",
    errors.InBootloader: "bootloader",
}
_REACHED = ("ready", "locked", "empty")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands of `seawall wallet`."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--device", metavar="PATH", help="usb:SERIAL, hid:PATH or udp:HOST:PORT")
    shared.add_argument(
        "--passphrase",
        choices=("none", "stdin", "device", "attach-pin"),
        default="none",
        help="which wallet to open: the standard one, a passphrase's (given here or there), or a hidden PIN's",
    )
    shared.add_argument(
        "--pin-stdin", action="store_true", help="read the PIN from standard input, as places of the wallet's grid"
    )
    shared.add_argument("--yes-on-device-only", action="store_true", help="ask nothing here")
    commands = parser.add_subparsers(dest="wallet_command", metavar="COMMAND", required=True)
    commands.add_parser("list", parents=[shared], help="name the connected wallets")
    commands.add_parser("features", parents=[shared], help="say which wallet this is")
    commands.add_parser("authenticity", parents=[shared], help="let the wallet prove the key of its certificate")
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
    for coin in (wallet_bitcoin, wallet_ethereum, wallet_tron, wallet_solana):
        coin.add_commands(commands, shared)


def run(args: argparse.Namespace, out: Output) -> int:
    """Do the command. Raises WrongUsage, BadInput, or DeviceTrouble (exit code 4, also when No is pressed)."""
    if args.wallet_command == "list":
        return _list(args, out)
    _COMMANDS[args.wallet_command, getattr(args, "coin", "")](args, out)
    return 0


def _list(args: argparse.Namespace, out: Output) -> int:
    found = [chosen(args)] if args.device or args.practice else discovery.connected()
    for transport in found:
        session = Session(transport, quick_s=_LOOK_S)
        state = _looked_at(session)
        session.end()
        who = session.identity
        model = who.model if state in _REACHED else transport.product or "unknown"
        serial = who.serial or transport.serial
        facts = {"path": transport.path, "model": model, "serial": serial, "label": who.label, "state": state}
        out.emit(facts, "  ".join(filter(None, (transport.path, model, who.label, state))))
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
        return next((state for kind, state in _STATE_OF_TROUBLE.items() if isinstance(trouble, kind)), "trouble")
    if session.features.initialized is False:
        return "empty"
    return "locked" if session.features.unlocked is False else "ready"


def _features(args: argparse.Namespace, out: Output) -> None:
    with opened(args, out) as session:
        facts = msgspec.structs.asdict(operations.features(session))
    out.emit(facts, "\n".join(f"{name}: {value}" for name, value in facts.items()))


_COMMANDS: dict[tuple[str, str], Callable[[argparse.Namespace, Output], None]] = {
    ("features", ""): _features,
    ("address", "btc"): wallet_bitcoin.address,
    ("address", "tron"): wallet_tron.address,
    ("xpub", ""): wallet_bitcoin.xpub,
    ("sign-message", "btc"): wallet_bitcoin.sign_message,
    ("sign-psbt", ""): wallet_bitcoin.sign_psbt,
    ("address", "eth"): wallet_ethereum.address,
    ("sign-message", "eth"): wallet_ethereum.sign_message,
    ("sign-evm", ""): wallet_ethereum.sign_evm,
    ("sign-typed-data", ""): wallet_ethereum.sign_typed_data,
    ("sign-tron", ""): wallet_tron.sign,
    ("address", "sol"): wallet_solana.address,
    ("sign-sol", ""): wallet_solana.sign,
    ("authenticity", ""): wallet_authenticity.challenge,
}
"""What does which command, by its name and --coin."""
