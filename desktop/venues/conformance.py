"""Venues' messages in their documented form, and how each must be read. Pure.

A corpus is JSON lines: first `{"seawall_conformance": 1, "instruments": [...]}`, the contract sizes its cases need;
then cases. A case's `frame` is the venue's text as it would come; frames in `before` are read first. Each message
must say what the entry of `expect` at its place says; what an entry leaves out is not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from desktop.domain.errors import BadInput
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.raw_frame import RawFrame
from desktop.venues.mailbox import FreshPrints
from desktop.venues.message_facts import facts_of
from desktop.venues.reading import FrameReaders

RECEIVED_MS = 1_790_000_000_500
"""When the frames of every case came in."""
_RELATIVE = 1e-9


class Case(msgspec.Struct, frozen=True):
    """One message and what it says."""

    name: str
    venue: str
    channel: str
    frame: str
    expect: tuple[dict[str, Any], ...]
    before: tuple[str, ...] = ()
    request: str = ""


class Corpus(msgspec.Struct, frozen=True):
    """Cases, and the contract sizes they need."""

    instruments: tuple[Instrument, ...]
    cases: tuple[Case, ...]


class _Head(msgspec.Struct):
    seawall_conformance: int
    instruments: tuple[Instrument, ...]


def corpus_from(lines: Iterable[bytes], where: str) -> Corpus:
    """Return the corpus in these lines. Raise BadInput naming `where` and the line that is off."""
    cases: list[Case] = []
    head: _Head | None = None
    for number, line in enumerate(lines, start=1):
        try:
            if head is None:
                head = msgspec.json.decode(line, type=_Head)
            elif line.strip():
                cases.append(msgspec.json.decode(line, type=Case))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise BadInput(str(error), "Install Seawall again.", where=f"{where}, line {number}") from None
    return Corpus(head.instruments if head else (), tuple(cases))


def said(case: Case, instruments: Iterable[Instrument], frame: str) -> list[dict[str, object]]:
    """Return what a frame in the place of the case's own says, after what comes before it.

    Each case has a table of its own: a venue's list of contracts changes it.
    """
    readers, prints = FrameReaders(InstrumentTable(instruments)), FreshPrints()

    def read(text: str) -> list[dict[str, object]]:
        raw = RawFrame(RECEIVED_MS * 1_000_000, case.venue, case.channel, text.encode(), case.request)
        return [facts_of(message) for message in prints.fresh(readers.read(raw))]

    for text in case.before:
        read(text)
    return read(frame)


def misread(case: Case, instruments: Iterable[Instrument]) -> str | None:
    """Return in words how this case is read otherwise than it must be, or None if it is read right."""
    try:
        found = said(case, instruments, case.frame)
    except Exception as error:  # noqa: BLE001
        # A parser that is broken outright is what this looks for as well.
        return f"reading it fails: {type(error).__name__}: {error}"
    if len(found) != len(case.expect):
        kinds = ", ".join(str(facts["kind"]) for facts in found) or "nothing"
        return f"{len(case.expect)} messages are in it, read were: {kinds}"
    for facts, expected in zip(found, case.expect, strict=True):
        if (difference := _difference(facts, expected)) is not None:
            return difference
    return None


def _difference(facts: Mapping[str, object], expected: Mapping[str, object]) -> str | None:
    for name, wanted in expected.items():
        if name not in facts:
            return f"{facts['kind']} says nothing about {name}"
        if not _same(facts[name], wanted):
            return f"{name} of the {facts['kind']} is {facts[name]!r}, not {wanted!r}"
    return None


def _same(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, (int, float)):
        return math.isclose(found, wanted, rel_tol=_RELATIVE)
    return found == wanted
