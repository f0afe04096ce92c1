"""When an incident rings: cool-down of a level, quiet hours, and the ladder of reminders until acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from desktop.alerts.incidents import Incident
from desktop.alerts.rules import DayHours, Reminder, Rule
from desktop.risk.reading import Level

_MINUTE_MS = 60_000
LADDER = tuple(Reminder(minutes * _MINUTE_MS) for minutes in (5, 10, 20, 40, 60, 120, 240))
"""Growing pauses; the last one repeats."""


class CoolDown:
    """Which rings of one incident key are sent: the same level not again within the cool-down, a rise always."""

    __slots__ = ("_last", "_newest")

    def __init__(self) -> None:
        self._last: Level | None = None
        self._newest: dict[Level, int] = {}

    def sends(self, level: Level, now_ms: int, cool_down_ms: int, *, escalates: bool = False) -> bool:
        """Return whether this ring is sent, and remember it if it is."""
        rises = escalates or (self._last is not None and level > self._last)
        newest_ms = self._newest.get(level)
        if not rises and newest_ms is not None and now_ms - newest_ms < cool_down_ms:
            return False
        self._last = level
        self._newest[level] = now_ms
        return True


def is_quiet(rule: Rule, level: Level, now_ms: int, zone: tzinfo | None) -> bool:
    """Return whether the rule's quiet hours keep this level silent now. Hours are those of `zone` (None: local)."""
    return level < rule.override and rule.quiet is not None and within(rule.quiet, now_ms, zone)


def within(hours: DayHours, now_ms: int, zone: tzinfo | None) -> bool:
    """Return whether this moment lies within the hours, as clocks of the zone show it."""
    local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    return hours.holds(local.weekday(), local.hour * 60 + local.minute)


def reminder_due(incident: Incident, rule: Rule | None, now_ms: int) -> Reminder | None:
    """Return the reminder that is due for this incident, or None.

    Only what rang, is a warning or worse, goes on and was neither acknowledged nor snoozed is repeated.
    """
    if incident.level < Level.WARNING or incident.rang_ms is None or incident.closed_ms is not None:
        return None
    if incident.acknowledged_ms is not None or now_ms < (incident.snoozed_until_ms or 0):
        return None
    ladder = rule.ladder if rule is not None and rule.ladder else LADDER
    step = ladder[min(incident.reminders, len(ladder) - 1)]
    return step if now_ms - incident.rang_ms >= step.after_ms else None
