"""The past that a recording may carry before its first frame: hours, minutes, and values by the hour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from desktop.domain.errors import BadInput
from desktop.domain.kept_values import DayValue, ValueHours
from desktop.domain.market import HourBar
from desktop.storage.line_file import numbered_lines
from desktop.storage.recording_history import recorded_history

HOUR_MS = 3_600_000
_FORM = "A minute is a list of five numbers, a value one number an hour or null."

_Minute = tuple[int, float, float, float, float]


class _Line(msgspec.Struct):
    event: str = ""
    coin: str = ""
    minutes: list[_Minute] = []
    first_ms: int = 0
    values: dict[str, list[float | None]] = {}


_decode = msgspec.json.Decoder(_Line).decode


class RecordedPast(msgspec.Struct, frozen=True):
    """What a recording says of the time before it, by coin: bars of hours and of minutes, indicators by the hour."""

    hours: Mapping[str, list[HourBar]] = {}
    minutes: Mapping[str, list[HourBar]] = {}
    values: Mapping[str, ValueHours] = {}


def recorded_past(path: Path) -> RecordedPast:
    """Return the past a recording carries; empty where it carries none.

    Beside the lines of `recorded_history` it may have `{"event": "past", "coin": …, "minutes": [[open_ms, open, high,
    low, close], …]}` and `{"event": "past", "coin": …, "first_ms": …, "values": {indicator: [one an hour, null is
    unknown], …}}`. Raise BadInput naming file and line of a bad one.
    """
    minutes: dict[str, list[HourBar]] = {}
    values: dict[str, ValueHours] = {}
    for line in _lines(path):
        minutes.setdefault(line.coin, []).extend(HourBar(*minute) for minute in line.minutes)
        if line.values:
            rows = {name: _row(told) for name, told in line.values.items()}
            values[line.coin] = ValueHours(line.first_ms // HOUR_MS * HOUR_MS, rows)
    return RecordedPast(recorded_history(path), minutes, values)


def _lines(path: Path) -> Iterator[_Line]:
    for number, text in numbered_lines(path):
        if b'"frame' in text:
            return
        if b'"past"' not in text:
            continue
        try:
            line = _decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            words = f"the past cannot be read: {error}"
            raise BadInput(words, _FORM, where=f"{path}, line {number}") from None
        if line.event == "past" and line.coin:
            if len({len(row) for row in line.values.values()}) > 1:
                words = "the past cannot be read: its values are not of the same hours"
                raise BadInput(words, _FORM, where=f"{path}, line {number}")
            yield line


def _row(told: Sequence[float | None]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    row = np.array([math.nan if value is None else value for value in told], dtype=np.float64)
    row.flags.writeable = False
    return row


class RecordedValues:
    """The values a recording carries, as `ValueSource`: nothing is kept of a world that is played."""

    def __init__(self, values: Mapping[str, ValueHours]) -> None:
        self._values = values

    async def value_hours(self, coin: str, since_ms: int, until_ms: int, medians: tuple[str, ...] = ()) -> ValueHours:
        """Return all the hours there are, whenever they were."""
        return self._values.get(coin, ValueHours(since_ms // HOUR_MS * HOUR_MS, {}))

    async def all_days(self, coin: str, since_ms: int) -> dict[str, list[DayValue]]:
        """Return nothing: a recording carries no days."""
        return {}
