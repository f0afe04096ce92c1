"""Times at which nobody watched: after a sleep or a stop, one digest tells in order what happened meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from desktop.alerts.dead_man import digest
from desktop.alerts.incidents import DIGEST, Incident, IncidentChange, Missed
from desktop.alerts.rules import Rule
from desktop.alerts.trial import missed_firings
from desktop.domain.market import HourBar
from desktop.engine.alerting.alert_loop import AlertLoop
from desktop.engine.alerting.rule_desk import Bars
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Level

AFTER_SLEEP_MS = 30_000
AFTER_STOP_MS = 90_000
LEAST_STOP_MS = 10 * 60_000
_LONGEST_MS = 30 * 86_400_000


class Absence:
    """Engine thread. From waking until the digest nothing rings by itself: what holds then is told in the digest.

    The wait lets the back-fill bring in the hours in between. A second sleep before the digest makes it one longer.
    """

    def __init__(self, alerts: AlertLoop, bars: Bars, zone: tzinfo | None = None) -> None:
        self._alerts = alerts
        self._bars = bars
        self._zone = zone
        self._since_ms: int | None = None
        self._until_ms = self._due_ms = 0
        self._why = ""

    def slept(self, since_ms: int, until_ms: int) -> None:
        """Take a sleep of this computer."""
        self._was_away(since_ms, until_ms, AFTER_SLEEP_MS, "slept")

    def stopped(self, since_ms: int, until_ms: int) -> None:
        """Take a time during which the program did not run; a short one, as for an update, is none."""
        if until_ms - since_ms >= LEAST_STOP_MS:
            self._was_away(max(since_ms, until_ms - _LONGEST_MS), until_ms, AFTER_STOP_MS, "was not running")

    def _was_away(self, since_ms: int, until_ms: int, wait_ms: int, why: str) -> None:
        self._since_ms = since_ms if self._since_ms is None else min(since_ms, self._since_ms)
        self._until_ms = max(self._until_ms, until_ms)
        self._due_ms = max(self._due_ms, until_ms + wait_ms)
        self._why = why
        self._alerts.book.hush(self._due_ms)

    async def told(self, now_ms: int) -> tuple[IncidentChange, ...]:
        """Return the digest when it is due, once; nothing otherwise."""
        if self._since_ms is None or now_ms < self._due_ms:
            return ()
        since_ms, until_ms, self._since_ms = self._since_ms, self._until_ms, None
        bars = await self._bars()
        missed = await asyncio.to_thread(_missed, self._alerts.rules, bars, since_ms, until_ms, self._zone)
        missed += _incidents(self._alerts.incidents(), _names(self._alerts.rules), since_ms, now_ms)
        self._alerts.book.told(now_ms)
        made = digest(since_ms, until_ms, missed, self._why, now_ms, self._zone)
        return self._alerts.watch.put((DIGEST, ""), made, now_ms)


def _names(rules: Sequence[Rule]) -> dict[str, str]:
    return {rule.id: rule.name for rule in rules}


def _missed(
    rules: Sequence[Rule], bars: Mapping[str, Sequence[HourBar]], since_ms: int, until_ms: int, zone: tzinfo | None
) -> list[Missed]:
    found = []
    names = _names(rules)
    for coin, of in bars.items():
        for firing in missed_firings(rules, coin, of, since_ms, until_ms, zone):
            factor = firing.judgement.factors[0]
            value = "" if factor.value is None else f": {CATALOGUE[factor.name].name} {factor.value:.4g}"
            found.append(
                Missed(firing.known_ms, firing.rule, coin, firing.level, f"{names[firing.rule]}, {coin}{value}")
            )
    return found


def _incidents(incidents: Sequence[Incident], names: Mapping[str, str], since_ms: int, now_ms: int) -> list[Missed]:
    """Return the incidents that opened meanwhile or hold since the wake, as far as they are worth a line."""
    return [
        Missed(
            incident.opened_ms,
            incident.cause,
            incident.coin or incident.venue,
            incident.level,
            f"{names.get(incident.cause, incident.cause)} {'goes on' if incident.closed_ms is None else 'is over'}"
            + (f", {of}" if (of := incident.coin or incident.venue) else ""),
        )
        for incident in incidents
        if since_ms < incident.opened_ms <= now_ms and incident.rule != DIGEST and incident.peak >= Level.NOTABLE
    ]
