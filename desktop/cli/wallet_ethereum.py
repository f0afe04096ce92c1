"""`seawall wallet` on Ethereum and the chains like it: addresses and signed messages."""

from __future__ import annotations

import argparse

import msgspec

from desktop.cli.output import Output
from desktop.cli.wallet_opening import opened
from desktop.hw.ethereum import operations as ethereum


def address(args: argparse.Namespace, out: Output) -> None:
    """Print the address at a path; with --show the person confirms it on the wallet."""
    with opened(args, out) as session:
        found = ethereum.ethereum_address(session, args.path, chain_id=args.chain_id, show=args.show)
    out.emit(msgspec.structs.asdict(found), found.address)


def sign_message(args: argparse.Namespace, out: Output) -> None:
    """Print the signature of a text (EIP-191), made on the wallet."""
    with opened(args, out) as session:
        signed = ethereum.sign_ethereum_message(session, args.path, args.message)
    out.emit(msgspec.structs.asdict(signed), f"{signed.address}\n{signed.signature}")
