"""How keeping the history stands, for the window."""

from __future__ import annotations

from typing import Literal

import msgspec


class RecordingView(msgspec.Struct, frozen=True):
    """How recording stands: the file being written, bytes of all recordings, frames that could not be written."""

    state: Literal["recording", "trouble"]
    reason: str = ""
    file: str = ""
    size: int = 0
    dropped: int = 0


class HistoryView(msgspec.Struct, frozen=True):
    """How keeping the history stands. `kept_ms` is when it was last on disk, `waiting` what is not there yet.

    `recording` is None where nothing is recorded.
    """

    state: Literal["keeping", "trouble", "off"]
    reason: str = ""
    since_ms: int | None = None
    kept_ms: int | None = None
    waiting: int = 0
    recording: RecordingView | None = None
