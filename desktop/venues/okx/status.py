"""What OKX says about its own maintenance: the `status` channel and `/api/v5/system/status`. Pure."""

from __future__ import annotations

from typing import Any

from desktop.domain.market import Message, VenueNotice
from desktop.venues.wire import Origin

_RUNNING = frozenset({"ongoing", "pre_open"})
_OVER = frozenset({"completed", "canceled"})
_PRODUCTION = ("1", "", None)
_MOST_WORDS = 300


def notices(rows: Any, origin: Origin, *, pushed: bool) -> tuple[Message, ...]:
    """Return what the rows say of the venue now.

    A pushed row speaks of one maintenance alone; a REST answer names all that run or are announced, so one without a
    running one says that all is normal.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return (origin.unparsed("data is not a list of maintenance entries", 0),)
    real = [row for row in rows if row.get("env") in _PRODUCTION]
    if not all(isinstance(row.get("state"), str) for row in real):
        return (origin.unparsed("state of a maintenance entry is no text", 0),)
    running = [row for row in real if row["state"] in _RUNNING]
    if running:
        words = "; ".join(str(row.get("title", "")) for row in running)[:_MOST_WORDS]
        return (VenueNotice(origin.venue, "maintenance", words, _at_ms(running[-1], origin)),)
    announced = [origin.note(_announcement(row)) for row in real if row["state"] == "scheduled"]
    over = [row for row in real if row["state"] in _OVER]
    if over or not pushed:
        detail = str(over[-1].get("title", ""))[:_MOST_WORDS] if over else ""
        at_ms = _at_ms(over[-1], origin) if over else origin.received_ns // 1_000_000
        return (VenueNotice(origin.venue, "normal", detail, at_ms), *announced)
    return tuple(announced)


def _announcement(row: dict[str, Any]) -> str:
    return f"maintenance announced: {row.get('title', '')} from {row.get('begin', '')}"[:_MOST_WORDS]


def _at_ms(row: dict[str, Any], origin: Origin) -> int:
    text = str(row.get("ts", ""))
    # A REST answer says when it was received, not when the entry was written.
    return int(text) if text.isascii() and text.isdigit() and len(text) == 13 else origin.received_ns // 1_000_000
