"""Incidents: one cascade is one incident, updated in place."""

from __future__ import annotations

import msgspec

from desktop.risk.reading import Level


class Factor(msgspec.Struct, frozen=True):
    """One reason why a rule holds: the indicator, its value, the threshold it crossed, its share of the whole.

    With `change_minutes` value and threshold are the change over that time.
    """

    name: str
    value: float | None
    threshold: float | None
    share: float
    unit: str = ""
    change_minutes: int = 0


class Incident(msgspec.Struct, frozen=True):
    """One thing that happened, as it stands now. `id` stays the same through every update.

    `level` is the level now, `peak` the highest it had. `closed_ms` is None while it goes on. `coverage` is the
    share (0..1) of the open interest whose liquidations are seen, None where it cannot be told.
    """

    id: str
    rule: str
    coin: str
    level: Level
    peak: Level
    opened_ms: int
    at_ms: int
    factors: tuple[Factor, ...]
    coverage: float | None
    closed_ms: int | None = None
    acknowledged_ms: int | None = None
    snoozed_until_ms: int | None = None
    venue: str = ""
    note: str = ""
