"""Reads a storm recording and moves its times to where the world stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import zstandard

from desktop.domain.errors import BadInput
from desktop.domain.market import HourBar
from desktop.worlds.practice.market_tape import Sent

_DAY_MS = 86_400_000
_MILLISECONDS = re.compile(r"(?<![\d.])\d{13}(?!\d)")
_REMEDY = "Install Seawall again, or write it anew with: python -m desktop.worlds.practice.storm --out FILE"


class _Line(msgspec.Struct):
    event: str = ""
    received_ns: int = 0
    venue: str = ""
    channel: str = ""
    frame: str | None = None
    coin: str = ""
    hours: list[list[int | float | None]] = []


class _Header(msgspec.Struct):
    seawall_recording: int
    world: str
    started_ns: int
    label: str = ""


@dataclass(frozen=True)
class StormRecording:
    """A storm in memory: messages in order of arrival (`at_ms` counts from `started_ms`) and the hours before."""

    label: str
    started_ms: int
    messages: list[Sent]
    history: dict[str, list[HourBar]]


def read_storm(path: Path) -> StormRecording:
    """Read a recording of the synthetic world. Raise BadInput naming file and line."""
    header: _Header | None = None
    messages: list[Sent] = []
    history: dict[str, list[HourBar]] = {}
    for number, text in enumerate(_texts(path), start=1):
        try:
            if header is None:
                header = msgspec.json.decode(text, type=_Header)
                started_ns = header.started_ns
                continue
            line = _decode(text)
            if line.event == "history":
                history[line.coin] = [_bar(row) for row in line.hours]
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            raise BadInput(f"not a line of a recording: {error}", _REMEDY, where=f"{path} line {number}") from error
        if line.frame is not None:
            at_ms = (line.received_ns - started_ns) // 1_000_000
            messages.append(Sent(at_ms, line.venue, line.channel, line.frame))
    if header is None:
        raise BadInput("the recording is empty", _REMEDY, where=str(path))
    return StormRecording(header.label, header.started_ns // 1_000_000, messages, history)


_decode = msgspec.json.Decoder(_Line).decode


def _bar(row: list[int | float | None]) -> HourBar:
    names = HourBar.__struct_fields__
    if len(row) != len(names):
        raise ValueError(f"an hour has {len(names)} numbers, not {len(row)}")
    return msgspec.convert(dict(zip(names, row, strict=True)), HourBar)


def _texts(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
            text = plain.read()
    except (OSError, zstandard.ZstdError) as error:
        raise BadInput(f"cannot be read: {error}", _REMEDY, where=str(path)) from error
    yield from text.splitlines()


class TimeShift:
    """Moves every millisecond time of a recording's epoch by the same amount; other numbers stay as they are."""

    def __init__(self, from_ms: int, to_ms: int) -> None:
        self.by_ms = to_ms - from_ms
        self._earliest, self._latest = from_ms - 40 * _DAY_MS, from_ms + 400 * _DAY_MS

    def text(self, text: str) -> str:
        """Return a frame with its times moved."""
        return _MILLISECONDS.sub(self._moved, text)

    def bars(self, bars: list[HourBar]) -> list[HourBar]:
        """Return the hours with their opens moved."""
        return [msgspec.structs.replace(bar, open_ms=bar.open_ms + self.by_ms) for bar in bars]

    def _moved(self, found: re.Match[str]) -> str:
        at_ms = int(found.group())
        return str(at_ms + self.by_ms) if self._earliest <= at_ms <= self._latest else found.group()
