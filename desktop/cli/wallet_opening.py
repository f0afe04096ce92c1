"""Which wallet a command talks to, and what it answers to PIN and passphrase requests."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from desktop.cli.output import Output
from desktop.domain.errors import WrongUsage
from desktop.hw.carriers import discovery
from desktop.hw.carriers.transport import Transport
from desktop.hw.prompts import FixedAnswers
from desktop.hw.session import Screen, Session


@contextmanager
def opened(args: argparse.Namespace, out: Output) -> Iterator[Session]:
    """Open the wallet, tell the person what it shows, and leave it at its home screen, also after Ctrl+C."""

    def tell(lines: Screen, asks: bool) -> None:
        if asks:
            out.tell("On the wallet, compare and confirm:\n  " + "\n  ".join(lines))

    session = Session(chosen(args), _answers(args), on_screen=tell)
    session.begin()
    try:
        yield session
    except KeyboardInterrupt:
        session.abandon()
        raise
    finally:
        session.end()


def chosen(args: argparse.Namespace) -> Transport:
    """Return the way to the named wallet, or to the only one. Raises WrongUsage, NoDevice, SeveralDevices."""
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
