"""All incidents as they stand: the open ones by what they are about, and the last closed ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from desktop.alerts.incidents import BUILT_IN, Change, Incident, IncidentChange, Member

KEEP_INCIDENTS = 200

Key = tuple[str, str]
"""What an open incident is about: (group, "") or (rule, coin or venue)."""

Words = Callable[[Incident], Incident]
"""Adds what only the engine knows: my exposure, my readiness, the next step."""


class IncidentShelf:
    """Keeps incidents. Pure: times are given."""

    def __init__(self, words: Words = lambda incident: incident) -> None:
        self.words = words
        self.open: dict[Key, Incident] = {}
        self.updated: dict[str, int] = {}
        self._closed: list[Incident] = []
        self._listed: tuple[Incident, ...] | None = None

    def incidents(self) -> tuple[Incident, ...]:
        """Return the incidents as they stand, newest first: all open ones and the last closed ones."""
        if self._listed is None:
            every = [*self.open.values(), *self._closed]
            self._listed = tuple(sorted(every, key=lambda i: (i.opened_ms, i.id), reverse=True))
        return self._listed

    def put(self, key: Key, incident: Incident, change: Change, now_ms: int, *, rings: bool) -> IncidentChange:
        """Take an incident made elsewhere: the digest, a failing channel, a stalled engine."""
        if rings:
            incident = msgspec.structs.replace(incident, rang_ms=now_ms)
        if incident.closed_ms is not None and key not in self.open:
            self._closed.append(self.words(incident))
            self._trim()
            return IncidentChange(self._closed[-1], change, rings=rings)
        return msgspec.structs.replace(self.set(key, incident, change, now_ms), rings=rings)

    def end(self, key: Key, now_ms: int) -> list[IncidentChange]:
        """Close the open incident of this key, if there is one."""
        before = self.open.get(key)
        return [] if before is None else [self.close(key, before, now_ms)]

    def restore(self, incidents: Sequence[Incident]) -> None:
        """Take incidents of an earlier run: open ones go on under their id, the others are history."""
        known = {incident.id for incident in self.incidents()}
        for incident in sorted(incidents, key=lambda i: i.opened_ms):
            if incident.id in known:
                continue
            key = (incident.group, "") if incident.group else (incident.rule, incident.venue or incident.coin)
            if incident.closed_ms is None and key not in self.open and incident.rule not in BUILT_IN:
                self.open[key] = _with_members(incident)
            elif incident.closed_ms is None:
                self._closed.append(msgspec.structs.replace(incident, closed_ms=incident.at_ms))
            else:
                self._closed.append(incident)
        self._trim()

    def change(self, chosen_id: str, **fields: int) -> tuple[IncidentChange, ...]:
        """Set fields of one incident, or of all open ones if the id is empty."""
        changes = []
        for incident in self.incidents():
            if chosen_id == incident.id or (not chosen_id and incident.closed_ms is None):
                changed = msgspec.structs.replace(incident, **fields)
                if changed != incident:
                    self._exchange(changed)
                    changes.append(IncidentChange(changed, "updated"))
        return tuple(changes)

    def _exchange(self, changed: Incident) -> None:
        for key, incident in self.open.items():
            if incident.id == changed.id:
                self.open[key] = changed
        self._closed = [changed if old.id == changed.id else old for old in self._closed]
        self._listed = None

    def set(self, key: Key, incident: Incident, change: Change, now_ms: int) -> IncidentChange:
        """Keep an open incident as it stands now."""
        incident = self.words(incident)
        self.open[key] = incident
        self.updated[incident.id] = now_ms
        self._listed = None
        return IncidentChange(incident, change)

    def keep(self, key: Key, incident: Incident) -> None:
        """Keep what is known of an open incident without a word about it."""
        self.open[key] = incident
        self._listed = None

    def close(self, key: Key, before: Incident, now_ms: int) -> IncidentChange:
        """End an open incident; it stays in the list."""
        closed = msgspec.structs.replace(before, at_ms=now_ms, closed_ms=now_ms)
        del self.open[key]
        self.updated.pop(before.id, None)
        self._closed.append(closed)
        self._trim()
        return IncidentChange(closed, "closed")

    def _trim(self) -> None:
        self._closed = sorted(self._closed, key=lambda i: i.opened_ms)[-KEEP_INCIDENTS:]
        self._listed = None


def _with_members(incident: Incident) -> Incident:
    """Return an incident as written before incidents had members, with the one it must have had."""
    if incident.members:
        return incident
    only = Member(
        incident.rule,
        incident.venue or incident.coin,
        incident.level,
        incident.opened_ms,
        incident.factors,
        incident.coverage,
        incident.note,
    )
    return msgspec.structs.replace(incident, members=(only,))
