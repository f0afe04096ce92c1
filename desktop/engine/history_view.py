"""How keeping the history stands, for the window."""

from __future__ import annotations

from typing import Literal

import msgspec


class HistoryView(msgspec.Struct, frozen=True):
    """How keeping the history stands. `kept_ms` is when it was last on disk, `waiting` what is not there yet."""

    state: Literal["keeping", "trouble", "off"]
    reason: str = ""
    since_ms: int | None = None
    kept_ms: int | None = None
    waiting: int = 0
