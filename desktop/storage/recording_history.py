"""Warm-up hours that a recording may carry between its first line and its first frame."""

from __future__ import annotations

from pathlib import Path

import msgspec

from desktop.domain.errors import BadInput
from desktop.domain.market import HourBar
from desktop.storage.line_file import numbered_lines

_History = tuple[
    int, float, float, float, float, float | None, float | None, float | None, float | None, float | None
]


class _Line(msgspec.Struct):
    event: str = ""
    coin: str = ""
    hours: list[_History] = []
    frame: str | None = None
    frame_b64: str | None = None


_decode = msgspec.json.Decoder(_Line).decode


def recorded_history(path: Path) -> dict[str, list[HourBar]]:
    """Return the hours by coin, oldest first; empty where the recording carries none.

    A line has the form `{"event": "history", "coin": …, "hours": [[open_ms, open, high, low, close, long_usd,
    short_usd, funding_8h, oi_usd, oi_coins], …]}`; null is unknown. Raise BadInput naming file and line of a bad one.
    """
    found: dict[str, list[HourBar]] = {}
    for number, text in numbered_lines(path):
        if b'"frame' in text:
            break
        if b'"history"' not in text:
            continue
        try:
            line = _decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            words = f"the history cannot be read: {error}"
            raise BadInput(words, "An hour is a list of ten numbers.", where=f"{path}, line {number}") from None
        if line.event == "history" and line.coin:
            found.setdefault(line.coin, []).extend(HourBar(*hour) for hour in line.hours)
    for bars in found.values():
        bars.sort(key=lambda bar: bar.open_ms)
    return found
