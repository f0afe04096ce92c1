"""The file a wallet command is given: by its name, or `-` for standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.domain.errors import BadInput, WrongUsage

_LARGEST = 16 * 1024 * 1024  # far above anything a wallet signs


def read_given(args: argparse.Namespace) -> bytes:
    """Return the bytes of `args.file`.

    Raise WrongUsage if standard input is wanted for a secret as well, BadInput naming a file that cannot be read or
    is too large.
    """
    if args.file == "-":
        if args.pin_stdin or "stdin" in args.passphrase:
            raise WrongUsage("standard input cannot hold both a secret and the file", "Name the file.")
        return _small(sys.stdin.buffer.read(_LARGEST + 1), given_name(args))
    try:
        with Path(args.file).open("rb") as file:
            return _small(file.read(_LARGEST + 1), args.file)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", "Name a file that is there.", where=args.file) from None


def given_name(args: argparse.Namespace) -> str:
    """Return what errors call that file."""
    return "standard input" if args.file == "-" else str(args.file)


@contextmanager
def named_in_errors(args: argparse.Namespace) -> Iterator[None]:
    """Meanwhile say of bad input that it stands in that file."""
    try:
        yield
    except BadInput as error:
        raise BadInput(error.message, error.remedy, where=given_name(args)) from error


def _small(data: bytes, where: str) -> bytes:
    if len(data) > _LARGEST:
        raise BadInput(f"is larger than {_LARGEST} bytes", "Name the file to be signed.", where=where)
    return data
