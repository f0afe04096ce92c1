"""`seawall wallet` on Bitcoin: addresses, extended public keys, signed messages."""

from __future__ import annotations

import argparse

import msgspec

from desktop.cli.output import Output
from desktop.cli.wallet_opening import opened
from desktop.hw import public_keys
from desktop.hw.bitcoin import operations as bitcoin


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
