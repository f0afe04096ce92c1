"""Judges the rules and keeps their incidents: one cascade is one incident, updated in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo

import msgspec

from desktop.alerts import dead_man
from desktop.alerts.facts import FACTS
from desktop.alerts.incident_book import IncidentBook
from desktop.alerts.incidents import Incident, IncidentChange
from desktop.alerts.judgement import Facts, Judgement, suspension
from desktop.alerts.rules import Rule
from desktop.alerts.standing import LIVE_CLOCK, EvaluationClock, Step, SubjectRules
from desktop.engine.alerting.told_facts import ToldFacts
from desktop.engine.alerting.watch_incidents import WatchIncidents
from desktop.engine.market.market_state import VenueFeed
from desktop.risk.reading import Level, Reading, unknown

# What cannot be judged is told to the window: often enough for eyes.
_NOTE_MS = 10_000


class AlertLoop:
    """The incidents of all rules. Engine thread; pure otherwise, `now_ms` is the engine's clock.

    A rule opens an incident the moment it holds and raises it the moment a higher level holds. It steps down, and
    closes, only after its cleared conditions have failed for the rule's `quiet_ms`; while the rule cannot be judged
    it stays as it is. What the rules say of coins, venues, market and desk goes into one book; `market` gives the
    facts of the market, which every rule may use.
    """

    def __init__(self, rules: Sequence[Rule], clock: EvaluationClock = LIVE_CLOCK) -> None:
        self.rules = dead_man.with_dead_man(rules)
        self.told = ToldFacts()
        self.book = IncidentBook(self.rules, clock.zone)
        self.watch = WatchIncidents(self.book.shelf)
        self._clock = clock
        self.market: Callable[[int], Facts] = lambda now_ms: NO_FACTS
        self._market: tuple[int, Facts] = (-1, NO_FACTS)
        self._subjects: dict[tuple[str, str], SubjectRules] = {}
        self._suspended: dict[tuple[str, str], str] = {}
        self._noted_ms: dict[tuple[str, str], int] = {}

    @property
    def zone(self) -> tzinfo | None:
        """Whose clocks quiet hours and schedules follow; None is the machine's own."""
        return self._clock.zone

    def in_zone(self, zone: tzinfo | None) -> None:
        """Follow the clocks of this zone from now on, before anything is judged; None is the machine's own."""
        self._clock = msgspec.structs.replace(self._clock, zone=zone)
        self.book.in_zone(zone)
        self._subjects.clear()

    def use(self, rules: Sequence[Rule], now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge by these rules from now on. Open incidents whose rules go on go on too, all others are closed."""
        self.rules = dead_man.with_dead_man(rules)
        self.book.use(self.rules)
        self._subjects.clear()
        self._suspended.clear()
        self._noted_ms.clear()
        return self._resumed(now_ms)

    # --- rules -------------------------------------------------------------------------------------------------

    def touch(self, rules: Iterable[Rule], coin: str, facts: Facts, now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge these rules in the turn of a message: they can open or rise, never fall."""
        judged = self._of("coin", coin)
        joined = self.told.joined(facts, coin, self._market_at(now_ms))
        return self._taken(judged.touch(rules, joined, now_ms), now_ms)

    def tick(self, coin: str, facts: Facts, now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge all rules of this coin, once a second: besides rising, they update, step down and close."""
        return self._ticked("coin", coin, facts, now_ms)

    def tick_market(self, now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge the rules of the market and of this desk, and send the reminders that are due."""
        facts = self._market_at(now_ms)
        changes = self._ticked("market", "", facts, now_ms) + self._ticked("desk", "", facts, now_ms)
        return (*changes, *self.book.remind(now_ms))

    def watch_feeds(self, feeds: Mapping[str, VenueFeed], now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge the rules of the venues, first of all whether their feeds are heard."""
        self.told.feeds(feeds, now_ms)
        changes: tuple[IncidentChange, ...] = ()
        for venue in feeds:
            changes += self._ticked("venue", venue, NO_FACTS, now_ms)
        return changes

    def drop(self, coin: str, now_ms: int) -> tuple[IncidentChange, ...]:
        """Judge this coin no longer: what its rules hold open is closed, since nobody looks at it any more."""
        judged = self._subjects.pop(("coin", coin), None)
        for key in [key for key in self._suspended if key[1] == coin]:
            del self._suspended[key]
        if judged is None:
            return ()
        calm = Judgement(Level.CALM)
        standing = [one.rule for one in judged.standings.values() if one.level > Level.CALM]
        return self._taken([Step(rule, coin, "closed", Level.CALM, Level.CALM, calm) for rule in standing], now_ms)

    def _ticked(self, place: str, subject: str, facts: Facts, now_ms: int) -> tuple[IncidentChange, ...]:
        judged = self._of(place, subject)
        joined = self.told.joined(facts, subject, self._market_at(now_ms))
        key = (place, subject)
        if place in ("coin", "market") and now_ms - self._noted_ms.get(key, 0) >= _NOTE_MS:
            self._noted_ms[key] = now_ms
            self._note_suspensions(judged, joined)
        return self._taken(judged.tick(joined, now_ms), now_ms)

    def _market_at(self, now_ms: int) -> Facts:
        if self._market[0] != now_ms:
            self._market = (now_ms, self.market(now_ms))
        return self._market[1]

    def _of(self, place: str, subject: str) -> SubjectRules:
        found = self._subjects.get((place, subject))
        if found is None:
            mine = [rule for rule in self.rules if rule.each == place]
            found = self._subjects[place, subject] = SubjectRules(subject, mine, self._clock)
        return found

    def _taken(self, steps: Iterable[Step], now_ms: int) -> tuple[IncidentChange, ...]:
        return tuple(change for step in steps for change in self.book.take(step, now_ms))

    def suspended(self) -> tuple[str, ...]:
        """Return the rules that cannot be judged now, as 'rule · coin: why', sorted."""
        return tuple(f"{rule} · {of}: {why}" for (rule, of), why in sorted(self._suspended.items()))

    def _note_suspensions(self, judged: SubjectRules, facts: Facts) -> None:
        subject = judged.subject or "market"
        for rule_id, standing in judged.standings.items():
            # A fact that nobody tells is no fault: the person has no position, no key, no wallet.
            silent = any(name in FACTS and facts.reading(name).value is None for name in standing.rule.indicators)
            why = "" if silent else suspension(standing.rule, facts)
            if why:
                self._suspended[rule_id, subject] = why
            else:
                self._suspended.pop((rule_id, subject), None)

    # --- the list ----------------------------------------------------------------------------------------------

    def incidents(self) -> tuple[Incident, ...]:
        """Return the incidents as they stand, newest first: all open ones and the last closed ones."""
        return self.book.shelf.incidents()

    def restore(self, incidents: Sequence[Incident]) -> None:
        """Take incidents of an earlier run: open ones go on under their id, and none is news."""
        self.book.restore(incidents)
        self._resumed(max((incident.at_ms for incident in incidents), default=0))

    def _resumed(self, now_ms: int) -> tuple[IncidentChange, ...]:
        closed, going_on = self.book.reopened(now_ms)
        for rule, subject, level in going_on:
            self._of(rule.each, subject).resume(rule.id, level)
        return tuple(closed)

    def change(self, chosen_id: str, **fields: int) -> tuple[IncidentChange, ...]:
        """Set fields of one incident, or of all open ones if the id is empty."""
        return self.book.shelf.change(chosen_id, **fields)


def _nothing(name: str) -> Reading:
    return unknown("not measured live")


NO_FACTS = Facts(_nothing, {}, factory=True)
