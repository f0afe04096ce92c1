"""`seawall wallet` on Ethereum and the chains like it: addresses, signed messages, transactions and typed data."""

from __future__ import annotations

import argparse
from decimal import Decimal

import msgspec

from desktop.cli.given_file import given_name, read_given
from desktop.cli.output import Output
from desktop.cli.wallet_opening import opened
from desktop.domain.derivation_path import parse_path
from desktop.domain.money import amount
from desktop.hw.ethereum import operations as ethereum
from desktop.hw.ethereum import signing, typed_data_signing
from desktop.hw.ethereum.transaction_file import read_transaction
from desktop.hw.ethereum.typed_data_file import read_typed_data


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    """Declare the commands that only Ethereum's chains have."""
    evm = commands.add_parser("sign-evm", parents=[shared], help="sign a transaction of an Ethereum chain")
    evm.add_argument("file", metavar="FILE", help="JSON as node libraries write it; - is standard input")
    evm.add_argument(
        "--highest-fee",
        metavar="AMOUNT",
        help="in the chain's coin, instead of 0.5 (5 on a chain Seawall cannot name)",
    )
    typed = commands.add_parser("sign-typed-data", parents=[shared], help="sign typed data (EIP-712)")
    typed.add_argument(
        "file", metavar="FILE", help="JSON with types, primaryType, domain, message; - is standard input"
    )
    typed.add_argument("--chain-id", type=int, help="refuse data whose domain names another chain")
    for command in (evm, typed):
        command.add_argument(
            "--path", metavar="P", required=True, help="as in m/44'/60'/0'/0/0; ' and h are the same"
        )


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


def sign_evm(args: argparse.Namespace, out: Output) -> None:
    """Print the signed transaction that the file describes."""
    transaction = read_transaction(read_given(args), where=given_name(args))
    highest: Decimal | None = amount(args.highest_fee, name="--highest-fee") if args.highest_fee else None
    parse_path(args.path)
    signing.check_fee(transaction, highest)
    with opened(args, out) as session:
        signed = signing.sign_transaction(session, args.path, transaction, highest_fee=highest)
    facts = {
        "raw": signed.raw,
        "hash": signed.hash,
        "from": signed.sender,
        "path": signed.path,
        "words": signed.words,
    }
    out.emit(facts, "\n".join((*signed.words, signed.raw)))


def sign_typed_data(args: argparse.Namespace, out: Output) -> None:
    """Print the signature over the typed data in the file, and whether the wallet could show its fields."""
    data = read_typed_data(read_given(args), where=given_name(args), chain_id=args.chain_id)
    parse_path(args.path)
    with opened(args, out) as session:
        signed = typed_data_signing.sign_typed_data(session, args.path, data)
    if signed.mode == "hash":
        out.tell("The wallet could not show the fields: it signed the hashes of domain and message.")
    out.emit(msgspec.structs.asdict(signed), f"{signed.address}\n{signed.signature}")
