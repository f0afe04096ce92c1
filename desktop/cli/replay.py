"""`seawall replay`: a recording through the whole engine at full speed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from desktop.alerts.incidents import IncidentChange
from desktop.alerts.rules import Rule
from desktop.cli.output import Output
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Book, Mark, Message, OpenInterest, Trade, Unparsed
from desktop.engine.desk_view import CompositeView
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.own.untested_map import UntestedDesk
from desktop.risk.reading import Reading, State
from desktop.storage.instrument_file import instruments_from, shipped_instruments
from desktop.storage.recorded_past import RecordedPast, recorded_past
from desktop.storage.recordings import recording_header, replayed
from desktop.storage.rule_files import rules_from, shipped_rules
from desktop.venues.reading import FrameReaders

COINS = ("BTC", "ETH", "SOL")
_TICK_MS = 1_000
_LONGEST_SILENCE_MS = 3_600_000
Record = tuple[int, str, tuple[Message, ...]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a recording (.jsonl or .jsonl.zst)")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="rules as TOML (default: the shipped ones)")
    parser.add_argument(
        "--instruments", type=Path, metavar="FILE", help="contract sizes (default: the shipped table)"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Print each change of an incident as it happens, then one summary. Raise BadInput naming file and line."""
    recording_header(args.file)
    rules = rules_from(args.rules) if args.rules else shipped_rules()
    past = recorded_past(args.file)
    instruments = instruments_from(args.instruments) if args.instruments else shipped_instruments()
    replay = Replay(rules, past, out, instruments)
    replay.run(replayed(args.file, FrameReaders(instruments).read))
    return 0


class Replay:
    """One run: the recording's own times are the engine's clock, with a tick at each of its seconds.

    Venues and coins are followed once the recording holds something of them (BTC, ETH and SOL from the start; a coin
    of which there is nothing but forced orders is not followed).
    """

    def __init__(
        self,
        rules: tuple[Rule, ...],
        past: RecordedPast,
        out: Output,
        instruments: InstrumentTable | None = None,
    ) -> None:
        self._desk = MarketDesk(COINS, rules, ())
        self._out = out
        self._now_ms = 0
        self._due_ms = 0
        self._messages = 0
        self._unparsed = 0
        self._coins = set(COINS)
        self._venues: set[str] = set()
        self._notes = MarketNotes((), instruments)
        self._untested = UntestedDesk(COINS, self._notes)
        self._minutes = past.minutes
        for coin, bars in past.hours.items():
            self._coins.add(coin)
            self._desk.warm(coin, bars)
            self._untested.warm(coin, bars)
        for coin, values in past.values.items():
            self._coins.add(coin)
            self._desk.warm_values(coin, values, {})
        self._desk.use_cascade(self._untested.reading)

    def run(self, records: Iterable[Record]) -> None:
        """Fold all records and print what becomes of incidents, then the summary.

        A recording that breaks off raises BadInput after the summary of what could be read.
        """
        begin = time.perf_counter()
        try:
            self._fold(records)
        finally:
            self._tell(self._desk.tick(self._now_ms))
            self._summary(time.perf_counter() - begin)

    def _fold(self, records: Iterable[Record]) -> None:
        fold = self._desk.fold
        for received_ns, venue, messages in records:
            self._advance(received_ns // 1_000_000)
            if venue not in self._venues:
                self._venues.add(venue)
                self._desk.expect(venue)
                self._notes.venues = (*self._notes.venues, venue)
            now_ms = self._now_ms
            for message in messages:
                self._messages += 1
                self._follow(message)
                changes = fold(message, now_ms)
                if changes:
                    self._tell(changes)
                if type(message) is not Trade:
                    self._notes.fold(message, now_ms)
                    self._untested.fold(message, now_ms)

    def _follow(self, message: Message) -> None:
        match message:
            case Unparsed():
                self._unparsed += 1
            case Trade() | Mark() | OpenInterest() | Book():
                if message.coin not in self._coins:
                    self._coins.add(message.coin)
                    self._untested.watch(message.coin)
                    self._desk.watch(message.coin)

    def _advance(self, at_ms: int) -> None:
        # A recording may hold lines of two sockets out of order: the clock does not go back for them.
        self._now_ms = max(self._now_ms, at_ms)
        if not self._due_ms:
            self._due_ms = self._now_ms
            self._begin()
        awake_ms = min(self._now_ms, self._due_ms + _LONGEST_SILENCE_MS)
        while self._due_ms <= awake_ms:
            self._tick(self._due_ms)
            self._due_ms += _TICK_MS
        if awake_ms < self._now_ms:
            # So long a silence is no recording: the machine slept, or its clock was set. Time goes on from here.
            self._tick(self._now_ms)
            self._due_ms = self._now_ms + _TICK_MS

    def _tick(self, now_ms: int) -> None:
        self._tell(self._desk.tick(now_ms))
        self._untested.tick(now_ms)

    def _begin(self) -> None:
        """Take the minutes before the first frame, once the running minute is known."""
        self._tell(self._desk.tick(self._now_ms))
        for coin, minutes in self._minutes.items():
            self._desk.refill(coin, minutes)

    def _tell(self, changes: Iterable[IncidentChange]) -> None:
        for change in changes:
            incident = change.incident
            factors = [
                {"name": f.name, "value": f.value, "threshold": f.threshold, "share": f.share, "unit": f.unit}
                for f in incident.factors
            ]
            level = incident.level.name.lower()
            self._out.emit(
                {
                    "kind": "incident",
                    "id": incident.id,
                    "rule": incident.rule,
                    "coin": incident.coin,
                    "level": level,
                    "at_ms": incident.at_ms,
                    "factors": factors,
                    "coverage": incident.coverage,
                    "change": change.change,
                    "venue": incident.venue,
                    "opened_ms": incident.opened_ms,
                    "closed_ms": incident.closed_ms,
                    "eased_ms": incident.eased_ms,
                    "note": incident.note,
                    "group": incident.group,
                    "cause": incident.cause,
                    "coins": list(incident.coins),
                    "rings": change.rings,
                    "next_step": incident.next_step,
                    "supports": list(incident.supports),
                },
                f"{incident.at_ms}  {incident.rule} {incident.coin or incident.venue} {level}: {change.change}",
            )

    def _summary(self, seconds: float) -> None:
        views = sorted(self._desk.pictures.coin_views(self._now_ms), key=lambda view: view.coin)
        indicators = {view.coin: _told(view.readings) for view in views}
        composites = {view.coin: _composite(view.composite) for view in views if view.composite is not None}
        rate = round(self._messages / seconds) if seconds > 0 else 0
        self._out.emit(
            {
                "kind": "summary",
                "messages": self._messages,
                "unparsed": self._unparsed,
                "seconds": round(seconds, 3),
                "messages_per_second": rate,
                "indicators": indicators,
                "market": _told(self._desk.pictures.market(self._now_ms)),
                "composites": composites,
                "suspended": list(self._desk.suspended_rules()),
            },
            f"{self._messages} messages in {seconds:.1f} s ({rate} a second), {self._unparsed} unreadable",
        )


def _told(readings: Mapping[str, Reading]) -> dict[str, dict[str, object]]:
    return {
        name: {
            "value": reading.value,
            "state": reading.state.value,
            "floor": reading.floor,
            **({} if reading.state is State.LIVE else {"reason": reading.reason}),
        }
        for name, reading in sorted(readings.items())
    }


def _composite(view: CompositeView) -> dict[str, object]:
    return {
        "score": view.score,
        "level": view.level.name.lower(),
        "status": view.status,
        "peak": view.peak,
        "reasons": [reason.indicator for reason in view.reasons],
    }
