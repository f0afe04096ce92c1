"""Reads a storm recording and moves its times to where the world stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop.domain.kept_values import ValueHours
from desktop.domain.market import HourBar
from desktop.storage.recorded_past import RecordedPast, recorded_past
from desktop.storage.recordings import recorded_frames, recording_header
from desktop.worlds.practice.market_tape import Sent

HOUR_MS = 3_600_000
_DAY_MS = 86_400_000
_MILLISECONDS = re.compile(r"(?<![\d.])\d{13}(?!\d)")


@dataclass(frozen=True)
class StormRecording:
    """A storm in memory: messages in order of arrival (`at_ms` counts from `started_ms`) and the past before."""

    label: str
    started_ms: int
    messages: list[Sent]
    past: RecordedPast


def read_storm(path: Path) -> StormRecording:
    """Read a recording with its history. Raise BadInput naming file and line."""
    header = recording_header(path)
    messages = [
        Sent((raw.received_ns - header.started_ns) // 1_000_000, raw.venue, raw.channel, raw.frame.decode())
        for _, raw in recorded_frames(path)
        if not raw.event
    ]
    return StormRecording(header.label, header.started_ns // 1_000_000, messages, recorded_past(path))


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

    def past(self, past: RecordedPast) -> RecordedPast:
        """Return a whole past with its times moved; values stay at full hours."""
        hours, minutes = ({coin: self.bars(bars) for coin, bars in of.items()} for of in (past.hours, past.minutes))
        values = {
            coin: ValueHours((told.first_ms + self.by_ms) // HOUR_MS * HOUR_MS, told.values)
            for coin, told in past.values.items()
        }
        return RecordedPast(hours, minutes, values)

    def _moved(self, found: re.Match[str]) -> str:
        at_ms = int(found.group())
        return str(at_ms + self.by_ms) if self._earliest <= at_ms <= self._latest else found.group()
