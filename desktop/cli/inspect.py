"""`seawall inspect`: what the messages of a recording, or bare venue messages, say in one form."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from desktop.cli.output import Output
from desktop.domain.errors import BadInput
from desktop.domain.market import (
    Book,
    ContextPoint,
    FeedStatus,
    Gap,
    InsurancePool,
    Liquidation,
    Mark,
    Message,
    OpenInterest,
    Ticker,
    Trade,
    Unparsed,
    VenueNotice,
    WithdrawalStatus,
)
from desktop.domain.raw_frame import RawFrame
from desktop.storage.instrument_file import instruments_from, shipped_instruments
from desktop.storage.line_file import numbered_lines
from desktop.storage.recordings import recorded_frames
from desktop.venues.message_facts import facts_of
from desktop.venues.reading import FrameReaders, frame_reader

_VENUES = ("binance", "bybit", "okx", "hyperliquid")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a recording, or with --venue bare messages, one a line"
    )
    parser.add_argument("--venue", choices=_VENUES, help="FILE holds bare messages of this venue")
    parser.add_argument(
        "--instruments", type=Path, metavar="FILE", help="contract sizes (default: the shipped table)"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Print every message. Raise BadInput at the end if some could not be read, or where the file breaks off."""
    table = instruments_from(args.instruments) if args.instruments else shipped_instruments()
    read: Callable[[RawFrame], tuple[Message, ...]]
    if args.venue:
        read, frames = frame_reader(args.venue, table, every_book=True).read, _bare(args.file, args.venue)
    else:
        read, frames = FrameReaders(table, every_book=True).read, recorded_frames(args.file)
    printed = unparsed = first_line = 0
    for number, raw in frames:
        for message in read(raw):
            out.emit(_facts(message, number), _words(message, number))
            printed += 1
            if isinstance(message, Unparsed):
                unparsed += 1
                first_line = first_line or number
    if unparsed:
        words = f"{unparsed} of {printed} messages could not be read, the first in line {first_line}"
        raise BadInput(words, "Each is named above with line and byte; the others were read.", where=str(args.file))
    return 0


def _bare(path: Path, venue: str) -> Iterator[tuple[int, RawFrame]]:
    for number, text in numbered_lines(path):
        yield number, RawFrame(0, venue, "", text)


def _facts(message: Message, line: int) -> dict[str, object]:
    facts = facts_of(message)
    if isinstance(message, Unparsed):
        facts["line"] = line
    return facts


def _words(message: Message, line: int) -> str:
    match message:
        case Unparsed():
            return f"line {line}: {message.venue} could not be read at byte {message.offset}: {message.reason}"
        case FeedStatus():
            return f"{message.venue} {message.event}: {message.detail}"
        case Gap():
            return f"{message.venue} gap: {message.reason}"
        case Liquidation():
            usd = "USD unknown" if message.usd is None else f"{message.usd:,.2f} USD"
            amount = "an unknown amount of" if message.quantity is None else message.quantity
            what = f"{message.side} closed: {amount} {message.coin} at {message.price} ({message.price_kind}), {usd}"
        case Trade():
            what = f"trade: taker {message.side}s {message.quantity or 'unknown'} {message.coin} at {message.price}"
        case Mark():
            what = f"mark {message.mark}, index {message.index}, funding {message.funding_rate}"
        case OpenInterest():
            usd = "USD unknown" if message.usd is None else f"{message.usd:,.0f} USD"
            what = f"open interest {message.coins} {message.coin}, {usd}"
        case Book():
            what = "book unknown, changes are missing" if message.gap else f"book {message.bid} / {message.ask}"
        case Ticker():
            what = f"{message.part} last {message.last}"
        case InsurancePool() | VenueNotice():
            return f"{message.at_ms} {message.venue} {message.state}"
        case WithdrawalStatus():
            state = {True: "open", False: "closed", None: "unknown"}[message.open]
            return f"{message.at_ms} {message.venue} withdrawals of {message.coin} over {message.network}: {state}"
        case ContextPoint():
            return f"{message.at_ms} {message.name} {message.value} ({message.source})"
    return f"{message.at_ms} {message.venue} {message.symbol} {what}"
