"""`seawall wallet` on Bitcoin: addresses, extended public keys, signed messages, PSBTs."""

from __future__ import annotations

import argparse

import msgspec

from desktop.cli.given_file import named_in_errors, read_given
from desktop.cli.output import Output
from desktop.cli.wallet_opening import opened
from desktop.hw import public_keys
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.bitcoin import psbt_signing


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    """Declare `sign-psbt`."""
    sign = commands.add_parser("sign-psbt", parents=[shared], help="sign a Bitcoin transaction on the device")
    sign.add_argument("file", metavar="FILE", help="a PSBT, binary or base64; - is standard input")
    sign.add_argument("--finalize", action="store_true", help="give the PSBT back in its last form once complete")


def address(args: argparse.Namespace, out: Output) -> None:
    """Print the address at a path; with --show the person confirms it on the wallet."""
    with opened(args, out) as session:
        found = bitcoin.bitcoin_address(session, args.path, script=args.script, show=args.show)
    out.emit(msgspec.structs.asdict(found), found.address)


def xpub(args: argparse.Namespace, out: Output) -> None:
    """Print the extended public key at a path."""
    with opened(args, out) as session:
        found = public_keys.xpub(session, args.path)
    out.emit(msgspec.structs.asdict(found), found.xpub)


def sign_message(args: argparse.Namespace, out: Output) -> None:
    """Print the signature of a text, made on the wallet."""
    with opened(args, out) as session:
        signed = bitcoin.sign_message(session, args.path, args.message)
    out.emit(msgspec.structs.asdict(signed), f"{signed.address}\n{signed.signature}")


def sign_psbt(args: argparse.Namespace, out: Output) -> None:
    """Print a PSBT with the wallet's signatures, and the transaction once it is complete."""
    given = read_given(args)
    with named_in_errors(args):
        psbt_signing.given_psbt(given)  # what is wrong with the file is said before a wallet is looked for
    with opened(args, out) as session:
        signed = psbt_signing.sign_psbt(session, given, finalize=args.finalize)
    if signed.foreign_inputs:
        out.tell(f"Not this wallet's, and not signed: input {', '.join(map(str, signed.foreign_inputs))}.")
    if not signed.complete:
        out.tell("The transaction is not complete: others have to sign as well.")
    out.emit(msgspec.structs.asdict(signed), signed.tx or signed.psbt)
