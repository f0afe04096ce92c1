"""Incidents of the watch itself, which no rule opens: a failing channel, a refused rule file, a stall, a digest."""

from __future__ import annotations

from desktop.alerts import dead_man
from desktop.alerts.incident_shelf import IncidentShelf, Key
from desktop.alerts.incidents import CHANNEL_FAILED, RULES_REFUSED, Incident, IncidentChange


class WatchIncidents:
    """Puts them on the shelf beside those of the rules. Engine thread."""

    def __init__(self, shelf: IncidentShelf) -> None:
        self._shelf = shelf

    def channel_failed(self, name: str, reason: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that a channel does not deliver: one incident until `channel_well`; it rings on the others."""
        key, incident = dead_man.channel_failed(name, reason, now_ms)
        if key in self._shelf.open:
            return ()
        return (self._shelf.put(key, incident, "opened", now_ms, rings=True),)

    def channel_well(self, name: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that a channel delivers again."""
        return tuple(self._shelf.end((CHANNEL_FAILED, name), now_ms))

    def rules_refused(self, reason: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that the person's rule file cannot be read while other rules stand."""
        return self.put(*dead_man.rules_refused(reason, now_ms), now_ms)

    def rules_taken(self, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take that the person's rules are in force."""
        return tuple(self._shelf.end((RULES_REFUSED, ""), now_ms))

    def put(self, key: Key, incident: Incident, now_ms: int) -> tuple[IncidentChange, ...]:
        """Take an incident of the watch itself that is told once: a digest, a stall, a refused rule file."""
        if incident.closed_ms is None and key in self._shelf.open:
            return ()
        return (self._shelf.put(key, incident, "opened", now_ms, rings=True),)
