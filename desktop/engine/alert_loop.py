"""Judges the rules and keeps their incidents: one cascade is one incident, updated in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec

from desktop.alerts.incidents import Factor, Incident
from desktop.alerts.judgement import EASED, FACTORY_NOTE, Facts, Judgement, judge, suspension
from desktop.alerts.rules import Rule
from desktop.engine.market_state import VenueFeed
from desktop.risk.freshness import STREAM_DEAD_MS
from desktop.risk.reading import Level

FEED_DEAD = "feed-dead"
FEED_SILENCE = "FEED_SILENCE"
KEEP_INCIDENTS = 200
_UPDATE_MS = 10_000
_FEED_BACK_MS = 5_000

Change = Literal["opened", "raised", "updated", "closed"]


class IncidentChange(msgspec.Struct, frozen=True):
    """What became of an incident, and how it stands now."""

    incident: Incident
    change: Change


class AlertLoop:
    """The incidents of all rules. Engine thread; pure otherwise, `now_ms` is the engine's clock.

    A rule opens an incident the moment it holds and raises it the moment a higher level holds. It steps down, and
    closes, only after the conditions, eased by a tenth, have failed for the rule's `quiet_ms`; while the rule cannot
    be judged it stays as it is.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._open: dict[tuple[str, str], Incident] = {}
        self._closed: list[Incident] = []
        self._quiet_since: dict[str, int] = {}
        self._updated: dict[str, int] = {}
        self._suspended: dict[tuple[str, str], str] = {}
        self._listed: tuple[Incident, ...] | None = None

    # --- rules -------------------------------------------------------------------------------------------------

    def touch(self, rules: Iterable[Rule], coin: str, facts: Facts, now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge these rules in the turn of a message: they can open or rise, never fall."""
        changes = []
        for rule in rules:
            before = self._open.get((rule.id, coin))
            judgement = judge(rule, facts, above=Level.CALM if before is None else before.level)
            if judgement.level > Level.CALM:
                change = self._risen(rule, coin, judgement, now_ms)
                if change is not None:
                    changes.append(change)
        return tuple(changes)

    def tick(self, coin: str, facts: Facts, now_ms: int) -> list[IncidentChange]:
        """Judge all rules of this coin, once a second: besides rising, they update, step down and close."""
        changes = []
        for rule in self.rules:
            if rule.each != "coin":
                continue
            judgement = judge(rule, facts)
            self._note_suspension(rule, coin, facts)
            change = self._risen(rule, coin, judgement, now_ms) or self._settled(rule, coin, judgement, facts, now_ms)
            if change is not None:
                changes.append(change)
        return changes

    def suspended(self) -> tuple[str, ...]:
        """Return the rules that cannot be judged now, as 'rule · coin: why', sorted."""
        return tuple(f"{rule} · {coin}: {why}" for (rule, coin), why in sorted(self._suspended.items()))

    def _note_suspension(self, rule: Rule, coin: str, facts: Facts) -> None:
        why = suspension(rule, facts)
        if why:
            self._suspended[(rule.id, coin)] = why
        else:
            self._suspended.pop((rule.id, coin), None)

    def _risen(self, rule: Rule, coin: str, judgement: Judgement, now_ms: int) -> IncidentChange | None:
        if judgement.level == Level.CALM:
            return None
        before = self._open.get((rule.id, coin))
        if before is not None and judgement.level <= before.level:
            return None
        note = FACTORY_NOTE if judgement.factory else ""
        if before is None:
            incident = Incident(
                id=incident_id(rule.id, coin, now_ms),
                rule=rule.id,
                coin=coin,
                level=judgement.level,
                peak=judgement.level,
                opened_ms=now_ms,
                at_ms=now_ms,
                factors=judgement.factors,
                coverage=judgement.coverage,
                note=note,
            )
            return self._set(incident, "opened", now_ms)
        incident = msgspec.structs.replace(
            before,
            level=judgement.level,
            peak=max(before.peak, judgement.level),
            at_ms=now_ms,
            factors=judgement.factors,
            coverage=judgement.coverage,
            note=note,
        )
        return self._set(incident, "raised", now_ms)

    def _settled(
        self, rule: Rule, coin: str, judgement: Judgement, facts: Facts, now_ms: int
    ) -> IncidentChange | None:
        """Keep, update, lower or close an open incident."""
        before = self._open.get((rule.id, coin))
        if before is None:
            return None
        if judgement.level >= before.level:
            self._quiet_since.pop(before.id, None)
            return self._updated_with(before, judgement, now_ms)
        kept = judge(rule, facts, ease=EASED)
        if kept.level >= before.level or kept.blocked:
            self._quiet_since.pop(before.id, None)
            return None
        since_ms = self._quiet_since.setdefault(before.id, now_ms)
        if now_ms - since_ms < rule.quiet_ms:
            return None
        del self._quiet_since[before.id]
        if kept.level == Level.CALM:
            return self._close(before, now_ms)
        lowered = msgspec.structs.replace(before, level=kept.level, at_ms=now_ms, factors=kept.factors)
        return self._set(lowered, "updated", now_ms)

    def _updated_with(self, before: Incident, judgement: Judgement, now_ms: int) -> IncidentChange | None:
        due = now_ms - self._updated.get(before.id, 0) >= _UPDATE_MS
        if not due or _same_figures(before.factors, judgement.factors):
            return None
        incident = msgspec.structs.replace(
            before, at_ms=now_ms, factors=judgement.factors, coverage=judgement.coverage
        )
        return self._set(incident, "updated", now_ms)

    # --- feeds -------------------------------------------------------------------------------------------------

    def watch_feeds(self, feeds: Mapping[str, VenueFeed], now_ms: int) -> list[IncidentChange]:
        """Open an incident for a feed that has been silent for 30 s; critical when no feed is left."""
        blind = all(feed.silent_ms(now_ms) >= STREAM_DEAD_MS for feed in feeds.values())
        changes = []
        for venue, feed in feeds.items():
            silent_ms = feed.silent_ms(now_ms)
            before = self._open.get((FEED_DEAD, venue))
            change = None
            if silent_ms >= STREAM_DEAD_MS:
                change = self._feed_down(venue, feed, Level.CRITICAL if blind else Level.WARNING, now_ms)
            elif before is not None:
                change = self._feed_back(before, feed, now_ms)
            if change is not None:
                changes.append(change)
        return changes

    def _feed_down(self, venue: str, feed: VenueFeed, level: Level, now_ms: int) -> IncidentChange | None:
        before = self._open.get((FEED_DEAD, venue))
        self._quiet_since.pop("" if before is None else before.id, None)
        if before is not None and level <= before.level:
            return None
        silent_s = feed.silent_ms(now_ms) / 1000
        factor = Factor(FEED_SILENCE, silent_s, STREAM_DEAD_MS / 1000, 1.0, "s")
        incident = Incident(
            id=incident_id(FEED_DEAD, venue, now_ms) if before is None else before.id,
            rule=FEED_DEAD,
            coin="",
            level=level,
            peak=level,
            opened_ms=now_ms if before is None else before.opened_ms,
            at_ms=now_ms,
            factors=(factor,),
            coverage=None,
            acknowledged_ms=None if before is None else before.acknowledged_ms,
            snoozed_until_ms=None if before is None else before.snoozed_until_ms,
            venue=venue,
            note=feed.view(now_ms).reason,
        )
        return self._set(incident, "opened" if before is None else "raised", now_ms)

    def _feed_back(self, before: Incident, feed: VenueFeed, now_ms: int) -> IncidentChange | None:
        """Close the incident once the feed has been live again for some seconds."""
        if feed.state(now_ms) != "live":
            self._quiet_since.pop(before.id, None)
            return None
        since_ms = self._quiet_since.setdefault(before.id, now_ms)
        return self._close(before, now_ms) if now_ms - since_ms >= _FEED_BACK_MS else None

    # --- the list ----------------------------------------------------------------------------------------------

    def incidents(self) -> tuple[Incident, ...]:
        """Return the incidents as they stand, newest first: all open ones and the last closed ones."""
        if self._listed is None:
            every = [*self._open.values(), *self._closed]
            self._listed = tuple(sorted(every, key=lambda i: (i.opened_ms, i.id), reverse=True))
        return self._listed

    def restore(self, incidents: Sequence[Incident]) -> None:
        """Take incidents of an earlier run: open ones go on under their id, and none is news."""
        known = {incident.id for incident in self.incidents()}
        for incident in sorted(incidents, key=lambda i: i.opened_ms):
            key = (incident.rule, incident.venue or incident.coin)
            if incident.id in known:
                continue
            if incident.closed_ms is None and key not in self._open:
                self._open[key] = incident
            else:
                self._closed.append(incident)
        self._trim()

    def change(self, chosen_id: str, now_ms: int, **fields: int) -> tuple[IncidentChange, ...]:
        """Set fields of one incident, or of all open ones if the id is empty."""
        changes = []
        for incident in self.incidents():
            if chosen_id == incident.id or (not chosen_id and incident.closed_ms is None):
                changed = msgspec.structs.replace(incident, **fields)
                if changed != incident:
                    changes.append(self._set(changed, "updated", self._updated.get(incident.id, now_ms)))
        return tuple(changes)

    def _set(self, incident: Incident, change: Change, now_ms: int) -> IncidentChange:
        if incident.closed_ms is None:
            self._open[(incident.rule, incident.venue or incident.coin)] = incident
            self._updated[incident.id] = now_ms
        else:
            self._closed = [incident if old.id == incident.id else old for old in self._closed]
        self._listed = None
        return IncidentChange(incident, change)

    def _close(self, before: Incident, now_ms: int) -> IncidentChange:
        closed = msgspec.structs.replace(before, at_ms=now_ms, closed_ms=now_ms)
        del self._open[(before.rule, before.venue or before.coin)]
        self._quiet_since.pop(before.id, None)
        self._updated.pop(before.id, None)
        self._closed.append(closed)
        self._trim()
        return IncidentChange(closed, "closed")

    def _trim(self) -> None:
        self._closed = sorted(self._closed, key=lambda i: i.opened_ms)[-KEEP_INCIDENTS:]
        self._listed = None


def incident_id(rule: str, what: str, at_ms: int) -> str:
    """Return the id of an incident: rule, coin or venue, and when it opened (UTC)."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{rule}-{what}-{moment:%Y%m%dT%H%M%S}{at_ms % 1000:03d}"


def _same_figures(before: Sequence[Factor], after: Sequence[Factor]) -> bool:
    return [_figure(factor) for factor in before] == [_figure(factor) for factor in after]


def _figure(factor: Factor) -> tuple[str, str]:
    return factor.name, "" if factor.value is None else f"{factor.value:.2g}"
