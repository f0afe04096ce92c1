"""`seawall wallet` on Solana: addresses and signed transaction messages."""

from __future__ import annotations

import argparse
import base64
import binascii
import re

import msgspec

from desktop.cli.given_file import named_in_errors, read_given
from desktop.cli.output import Output
from desktop.cli.wallet_opening import opened
from desktop.domain.errors import BadInput
from desktop.hw.solana import operations as solana
from desktop.hw.solana.message import read_message
from desktop.hw.solana.words import in_words


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    """Declare `sign-sol`."""
    sign = commands.add_parser("sign-sol", parents=[shared], help="sign a Solana transaction's message on the device")
    sign.add_argument("file", metavar="FILE", help="the message's bytes in base64; - is standard input")
    sign.add_argument("--path", metavar="P", required=True, help="of the key that signs, as in m/44'/501'/0'/0'")
    sign.add_argument("--recipient", metavar="WALLET", default="", help="refuse it unless every transfer goes there")


def address(args: argparse.Namespace, out: Output) -> None:
    """Print the address at a path; with --show the person confirms it on the wallet."""
    with opened(args, out) as session:
        found = solana.solana_address(session, args.path, show=args.show)
    out.emit(msgspec.structs.asdict(found), found.address)


def sign(args: argparse.Namespace, out: Output) -> None:
    """Print the signature of a transaction's message, made on the wallet."""
    given = read_given(args)
    with named_in_errors(args):
        raw = _bytes(given)
        message = read_message(raw)
    out.tell("\n".join(in_words(message)))
    with opened(args, out) as session:
        signed = solana.sign_solana(session, args.path, raw, recipient=args.recipient)
    out.emit(msgspec.structs.asdict(signed), signed.signature)


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")


def _bytes(text: bytes) -> bytes:
    if odd := _NOT_BASE64.search(text):
        words = f"byte {odd.start()}: {text[odd.start()]:#04x} is not base64 text"
        raise BadInput(words, "Give a transaction's message in base64.")
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise BadInput(f"this is no base64: {error}", "Give a transaction's message in base64.") from None
