"""Brings an incident to the person: journal first, then the window, then the desktop notification."""

from __future__ import annotations

import logging
from collections.abc import Callable

from desktop.alerts import incident_words
from desktop.alerts.incidents import Incident, IncidentChange
from desktop.engine.alerting.ways_out import WaysOut
from desktop.engine.door import FallbackNotification, IncidentNews, News, Rang
from desktop.engine.ports import IncidentJournal, Notification, Notifier
from desktop.risk.reading import Level

_log = logging.getLogger(__name__)

ACTION_TRANSFER = "transfer"
ACTION_SNOOZE = "snooze"
ACTION_ACKNOWLEDGE = "acknowledge"


class AlertDelivery:
    """Deliver incident changes. Engine thread.

    One incident is one notification, replaced in place. What rings is the book's decision (level, cool-down, quiet
    hours, reminders); a snooze silences everything below critical.
    """

    def __init__(self, journal: IncidentJournal | None, notifier: Notifier | None) -> None:
        self._journal = journal
        self._notifier = notifier
        self.ways_out: WaysOut | None = None
        self.tell: Callable[[News], None] = lambda news: None
        self.quiet_until_ms: int | None = None

    async def deliver(self, change: IncidentChange, now_ms: int) -> None:
        """Journal the incident, tell the window, ring if it should ring."""
        incident = change.incident
        if self._journal is not None:
            await self._journal.keep(incident)
        if change.change == "updated":
            return
        self.tell(IncidentNews(incident, change.change))
        if change.change == "closed":
            await self.take_away(incident.id)
            self._send_out(change)
        elif change.rings and self._wanted(incident, now_ms):
            self._send_out(change)
            if self.sounds and (not change.actions or "sound" in change.actions):
                self.tell(Rang(incident.id, incident.level))
            await self._ring(incident)

    @property
    def sounds(self) -> bool:
        """Whether rings may be heard on this machine."""
        return self.ways_out is None or self.ways_out.plans.sound

    def _wanted(self, incident: Incident, now_ms: int) -> bool:
        if incident.level >= Level.CRITICAL:
            return True
        quiet = max(self.quiet_until_ms or 0, incident.snoozed_until_ms or 0)
        return now_ms >= quiet and incident.acknowledged_ms is None

    async def _ring(self, incident: Incident) -> None:
        actions: tuple[tuple[str, str], ...] = (
            (ACTION_TRANSFER, "Open transfer"),
            (ACTION_SNOOZE, "Snooze 1 h"),
            (ACTION_ACKNOWLEDGE, "Acknowledge"),
        )
        notification = Notification(
            key=incident.id,
            title=incident_words.title(incident),
            body=incident_words.body(incident, private=True),
            urgent=incident.level >= Level.CRITICAL,
            actions=actions if incident.rule != "feed-dead" else actions[1:],
        )
        shown = self._notifier is not None and await self._notifier.show(notification)
        if not shown:
            self.tell(FallbackNotification(notification))

    def _send_out(self, change: IncidentChange) -> None:
        """Send the same word outside."""
        # What never rang outside need not be told to have ended.
        told = change.rings or change.incident.rang_ms is not None
        if self.ways_out is not None and change.change != "updated" and told:
            self.ways_out.ring(change.incident, change.change, change.actions)

    async def take_away(self, incident_id: str) -> None:
        """Remove the notification of an incident that was acknowledged or ended."""
        if self._notifier is not None:
            await self._notifier.withdraw(incident_id)
