"""What rules say, one step at a time, becomes incidents: grouped, updated in place, ringing when they should."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo

import msgspec

from desktop.alerts.delivery_policy import CoolDown, is_quiet, reminder_due
from desktop.alerts.incident_shelf import IncidentShelf, Key
from desktop.alerts.incidents import BUILT_IN, Change, Factor, Incident, IncidentChange, Member, incident_id
from desktop.alerts.judgement import FACTORY_NOTE
from desktop.alerts.rules import Rule
from desktop.alerts.standing import Step
from desktop.risk.reading import Level

UPDATE_MS = 10_000


class IncidentBook:
    """All incidents. Pure: times are given, in order.

    Rules of one group share one incident: its level is the highest of its members, and it closes when no member is
    left that may keep it open. Any other rule has one incident for each coin or venue.
    """

    def __init__(self, rules: Iterable[Rule], zone: tzinfo | None = UTC) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._zone = zone
        self.shelf = IncidentShelf()
        self._cooling: dict[Key, CoolDown] = {}
        self._spent: set[tuple[str, str]] = set()
        self._hushed_until_ms = 0

    def use(self, rules: Iterable[Rule]) -> None:
        """Know these rules from now on."""
        self._rules = {rule.id: rule for rule in rules if not rule.off}

    def in_zone(self, zone: tzinfo | None) -> None:
        """Follow the clocks of this zone in quiet hours; None is the machine's own."""
        self._zone = zone

    def hush(self, until_ms: int) -> None:
        """Let nothing ring by itself until then: it goes on since a time nobody watched, and a digest will tell."""
        self._hushed_until_ms = max(self._hushed_until_ms, until_ms)

    def told(self, now_ms: int) -> None:
        """Take that a digest tells of what opened in the quiet: from now on it is repeated like what rang."""
        self._hushed_until_ms = 0
        for key, incident in list(self.shelf.open.items()):
            if incident.rang_ms is None and incident.level >= Level.WARNING:
                self.shelf.keep(key, msgspec.structs.replace(incident, rang_ms=now_ms))

    def take(self, step: Step, now_ms: int) -> list[IncidentChange]:
        """Take what a rule said and return what became of its incident (nothing, or one change)."""
        key = key_of(step.rule, step.subject)
        before = self.shelf.open.get(key)
        if before is None:
            return self._opened(key, step, now_ms)
        members = _with_step(before.members, step, now_ms)
        keepers = [member for member in members if not member.follows]
        had_keeper = any(not member.follows for member in before.members)
        if not members or (had_keeper and not keepers):
            self._spent |= {(member.rule, member.subject) for member in members}
            return [self.shelf.close(key, before, now_ms)]
        after = _led(before, members, now_ms)
        if keepers and not had_keeper:
            after = msgspec.structs.replace(after, rule=self._chief(step.rule))
        return self._changed(key, before, after, step, now_ms)

    def _opened(self, key: Key, step: Step, now_ms: int) -> list[IncidentChange]:
        spent = (step.rule.id, step.subject)
        if step.change == "closed":
            self._spent.discard(spent)
            return []
        if step.change == "lowered" or (spent in self._spent and step.change == "held"):
            return []
        self._spent.discard(spent)
        first = member_of(step, now_ms)
        chief = self._chief(step.rule)
        venue = step.subject if step.rule.each == "venue" else ""
        incident = Incident(
            id=incident_id(chief, step.subject or step.rule.each, now_ms),
            rule=chief,
            coin=step.subject if step.rule.each == "coin" else "",
            level=first.level,
            peak=first.level,
            opened_ms=now_ms,
            at_ms=now_ms,
            factors=first.factors,
            coverage=first.coverage,
            venue=venue,
            note=first.note,
            group=step.rule.group,
            members=(first,),
        )
        return [self._rung(key, incident, "opened", step.rule, now_ms)]

    def _chief(self, rule: Rule) -> str:
        """Return the rule that names the incident: of a group its first, once one is in it that keeps it open."""
        if not rule.group or rule.follows:
            return rule.id
        return next((r.id for r in self._rules.values() if r.group == rule.group and not r.follows), rule.id)

    def _changed(self, key: Key, before: Incident, after: Incident, step: Step, now_ms: int) -> list[IncidentChange]:
        if after.level > before.level:
            return [self._rung(key, after, "raised", step.rule, now_ms)]
        if step.rule.each == "venue" and len(after.members) > len(before.members):
            # Another venue is news of its own, but no shower: it rings again only after the cool-down.
            return [self._rung(key, after, "reminder", step.rule, now_ms)]
        turned = (after.eased_ms is None) != (before.eased_ms is None)
        moved = turned or after.level < before.level or _subjects(after) != _subjects(before)
        # Silence and distance to expiry grow by themselves: they are no news.
        tells = step.rule.each in ("coin", "market")
        leads = tells and after.members[0].rule == step.rule.id and after.members[0].subject == step.subject
        due = leads and now_ms - self.shelf.updated.get(before.id, 0) >= UPDATE_MS
        if not moved and (not due or _same_figures(before.factors, after.factors)):
            self.shelf.keep(key, msgspec.structs.replace(before, rule=after.rule, members=after.members))
            return []
        return [self.shelf.set(key, after, "updated", now_ms)]

    def _rung(self, key: Key, incident: Incident, change: Change, rule: Rule, now_ms: int) -> IncidentChange:
        rings = self._rings(key, incident, change, rule, now_ms)
        if rings:
            incident = msgspec.structs.replace(incident, rang_ms=now_ms, reminders=0)
            if change == "reminder":
                incident = msgspec.structs.replace(incident, acknowledged_ms=None)
        kept = self.shelf.set(key, incident, change, now_ms)
        actions = rule.actions + next((r.actions for r in rule.rungs if r.level == incident.level), ())
        return msgspec.structs.replace(kept, rings=rings, actions=tuple(dict.fromkeys(actions)))

    def _rings(self, key: Key, incident: Incident, change: Change, rule: Rule, now_ms: int) -> bool:
        if incident.level < Level.WARNING or now_ms < self._hushed_until_ms:
            return False
        if is_quiet(rule, incident.level, now_ms, self._zone):
            return False
        cooling = self._cooling.setdefault(key, CoolDown())
        return cooling.sends(incident.level, now_ms, rule.cool_down_ms, escalates=change == "raised")

    def restore(self, incidents: Sequence[Incident]) -> None:
        """Take incidents of an earlier run; none is news."""
        self.shelf.restore(incidents)

    def reopened(self, now_ms: int) -> tuple[list[IncidentChange], list[tuple[Rule, str, Level]]]:
        """Return how rules stand in the open incidents, as (rule, coin or venue, level), so that they go on.

        Incidents none of whose rules is known any more are closed.
        """
        changes, going_on = [], []
        for key, incident in list(self.shelf.open.items()):
            alive = tuple(m for m in incident.members if m.rule in self._rules or m.rule in BUILT_IN)
            if not alive or key != self._key_now(alive[0], key):
                changes.append(self.shelf.close(key, incident, now_ms))
                continue
            self.shelf.open[key] = msgspec.structs.replace(incident, members=alive)
            going_on += [(self._rules[m.rule], m.subject, m.level) for m in alive if m.rule in self._rules]
        return changes, going_on

    def _key_now(self, member: Member, key: Key) -> Key:
        rule = self._rules.get(member.rule)
        return key if rule is None else key_of(rule, member.subject)

    def remind(self, now_ms: int) -> list[IncidentChange]:
        """Return the reminders that are due now: unacknowledged warnings ring again, after growing pauses."""
        changes = []
        for key, incident in list(self.shelf.open.items()):
            rule = self._rules.get(incident.rule)
            step = reminder_due(incident, rule, now_ms)
            if step is None or (rule is not None and is_quiet(rule, incident.level, now_ms, self._zone)):
                continue
            again = msgspec.structs.replace(incident, rang_ms=now_ms, reminders=incident.reminders + 1)
            change = self.shelf.set(key, again, "reminder", now_ms)
            changes.append(msgspec.structs.replace(change, rings=True, actions=step.actions))
        return changes


def key_of(rule: Rule, subject: str) -> Key:
    """Return under what the incident of this rule is kept: its group, or the rule with its coin or venue."""
    return (rule.group, "") if rule.group else (rule.id, subject)


def member_of(step: Step, since_ms: int) -> Member:
    """Return the member that a step makes of its rule."""
    judgement = step.judgement
    return Member(
        rule=step.rule.id,
        subject=step.subject,
        level=step.level,
        since_ms=since_ms,
        factors=judgement.factors,
        coverage=judgement.coverage,
        note=FACTORY_NOTE if judgement.factory else judgement.note,
        follows=step.rule.follows,
    )


def _with_step(members: tuple[Member, ...], step: Step, now_ms: int) -> tuple[Member, ...]:
    """Return the members after a step, the leading one first: highest level, no follower, longest."""
    mine = next((m for m in members if (m.rule, m.subject) == (step.rule.id, step.subject)), None)
    others = tuple(m for m in members if m is not mine)
    if step.change == "closed":
        return others
    fresh = member_of(step, now_ms if mine is None else mine.since_ms)
    if mine is not None and step.change == "held" and step.fires < step.level:
        # Kept by its cleared bounds or by the quiet time alone: the reasons stay those for which it rose.
        fresh = msgspec.structs.replace(mine, eased_ms=step.eased_ms)
    return tuple(sorted((*others, fresh), key=lambda m: (-m.level, m.follows, m.since_ms, m.rule, m.subject)))


def _led(before: Incident, members: tuple[Member, ...], now_ms: int) -> Incident:
    leader = members[0]
    coins, venues = subjects_of(members, before)
    return msgspec.structs.replace(
        before,
        coin=coins[0] if coins else before.coin,
        coins=coins[1:],
        venue=venues[0] if venues else before.venue,
        venues=venues[1:],
        level=leader.level,
        peak=max(before.peak, leader.level),
        at_ms=now_ms,
        factors=leader.factors,
        coverage=leader.coverage,
        note=leader.note,
        members=members,
    )


def subjects_of(members: tuple[Member, ...], before: Incident) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the coins or the venues of an incident, that of its leading member first; none of the other kind."""
    subjects = tuple(dict.fromkeys(member.subject for member in members if member.subject))
    return ((), subjects) if before.venue else (subjects, ())


def _subjects(incident: Incident) -> tuple[object, ...]:
    return incident.coin, incident.coins, incident.venue, incident.venues


def _same_figures(before: Sequence[Factor], after: Sequence[Factor]) -> bool:
    return [_figure(factor) for factor in before] == [_figure(factor) for factor in after]


def _figure(factor: Factor) -> tuple[str, str]:
    return factor.name, "" if factor.value is None else f"{factor.value:.2g}"
