"""Which wallet a command talks to, and what it answers to PIN and passphrase requests."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from desktop.cli.output import Output
from desktop.cli.wallet_answers import LineAnswers
from desktop.domain.errors import WrongUsage
from desktop.hw.carriers import discovery
from desktop.hw.carriers.transport import Transport
from desktop.hw.session import Screen, Session


@contextmanager
def opened(args: argparse.Namespace, out: Output) -> Iterator[Session]:
    """Open the wallet, tell the person what it shows, and leave it at its home screen, also after Ctrl+C."""

    told: list[Screen] = []

    def tell(lines: Screen, asks: bool) -> None:
        if asks and lines not in told[-1:]:  # some devices ask for one thing many times
            told.append(lines)
            out.tell("On the wallet, compare and confirm:\n  " + "\n  ".join(lines))

    answers = LineAnswers(args.passphrase, pin_from_here=args.pin_stdin, tell=out.tell)
    session = Session(chosen(args), answers, on_screen=tell)
    session.begin()
    try:
        yield session
    except KeyboardInterrupt:
        if not session.abandon():
            out.tell(
                "The wallet did not take the cancel. Press No on it: it may wait for a key even on its home screen."
            )
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
