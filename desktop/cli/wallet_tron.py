"""`seawall wallet` on TRON: addresses and signed transactions."""

from __future__ import annotations

import argparse

import msgspec

from desktop.cli.given_file import named_in_errors, read_given
from desktop.cli.output import Output
from desktop.cli.wallet_opening import opened
from desktop.hw.tron import operations as tron
from desktop.hw.tron.node_json import read_transaction
from desktop.hw.tron.words import in_words


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    """Declare `sign-tron`."""
    sign = commands.add_parser("sign-tron", parents=[shared], help="sign a TRON transaction on the device")
    sign.add_argument("file", metavar="FILE", help="the JSON a TRON node gives; - is standard input")
    sign.add_argument("--path", metavar="P", required=True, help="of the key that signs, as in m/44'/195'/0'/0/0")


def address(args: argparse.Namespace, out: Output) -> None:
    """Print the address at a path; with --show the person confirms it on the wallet."""
    with opened(args, out) as session:
        found = tron.tron_address(session, args.path, show=args.show)
    out.emit(msgspec.structs.asdict(found), found.address)


def sign(args: argparse.Namespace, out: Output) -> None:
    """Print the signature of a transaction in a node's JSON, made on the wallet."""
    given = read_given(args)
    with named_in_errors(args):
        transaction = read_transaction(given)
    out.tell("\n".join(in_words(transaction)))
    with opened(args, out) as session:
        signed = tron.sign_tron(session, args.path, transaction)
    out.emit(msgspec.structs.asdict(signed), f"{signed.signature}\n{signed.raw}")
