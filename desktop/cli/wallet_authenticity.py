"""`seawall wallet authenticity`: whether the device holds the key its certificate names."""

from __future__ import annotations

import argparse

import msgspec

from desktop.cli.output import Output
from desktop.cli.wallet_opening import opened
from desktop.hw.authenticity import authenticity


def challenge(args: argparse.Namespace, out: Output) -> None:
    """Print what the authenticity challenge showed, and what it cannot show."""
    with opened(args, out) as session:
        found = authenticity(session)
    words = f"{found.verdict}\nsubject: {found.subject}\nissuer: {found.issuer}"
    out.emit(msgspec.structs.asdict(found), words)
