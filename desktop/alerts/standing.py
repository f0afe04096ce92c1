"""How a rule stands through time: hold time, hysteresis, holes. The same code live, in replays and in back-tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from typing import Literal

import msgspec

from desktop.alerts.judgement import EASED, Facts, Judgement, judge
from desktop.alerts.rules import Rule
from desktop.risk.reading import Level, Reading

StepChange = Literal["opened", "raised", "held", "lowered", "closed"]
_CALM = Judgement(Level.CALM)
EASED_AFTER_MS = 60_000


class Step(msgspec.Struct, frozen=True):
    """What one judgement made of a rule for one coin or venue (`subject`, empty for market and desk).

    `fires` is the level at which it holds at this very moment, hold time included; `level` the one it stands at,
    which falls only after the cleared conditions have failed for the quiet time. `eased_ms` is since when they have,
    once that has lasted for a minute; None while they hold.
    """

    rule: Rule
    subject: str
    change: StepChange
    level: Level
    fires: Level
    judgement: Judgement
    eased_ms: int | None = None


class Standing:
    """One rule for one coin or venue. `now_ms` must not go back.

    What could not be watched does not count as held: after a hole longer than `hole_ms`, and while a condition is
    unknown, the hold time begins anew; an open level stays as it is.
    """

    __slots__ = ("_held_since", "_holds", "_hole_ms", "_quiet_since", "_seen_ms", "level", "rule", "subject")

    def __init__(self, rule: Rule, subject: str, hole_ms: int) -> None:
        self.rule = rule
        self.subject = subject
        self.level = Level.CALM
        self._hole_ms = hole_ms
        self._holds = any(rung.hold_ms for rung in rule.rungs)
        self._held_since: dict[Level, int] = {}
        self._quiet_since: int | None = None
        self._seen_ms = 0

    def touch(self, facts: Facts, now_ms: int) -> Step | None:
        """Judge in the turn of a message: it can open or rise, never fall. None: nothing of the sort."""
        fires = self._fires(judge(self.rule, facts, above=self.level), facts, now_ms)
        return self._risen(fires) if fires.level > self.level else None

    def tick(self, facts: Facts, now_ms: int) -> Step | None:
        """Judge at a beat of the clock: besides rising it can be held, fall and close. None: it is calm."""
        fires = self._fires(judge(self.rule, facts), facts, now_ms)
        if fires.level > self.level:
            return self._risen(fires)
        if self.level is Level.CALM:
            return None
        if fires.level >= self.level:
            self._quiet_since = None
            return self._step("held", fires)
        return self._settled(fires, judge(self.rule, facts, ease=EASED), now_ms)

    def rest(self, now_ms: int) -> Step | None:
        """Let a beat pass during which the rule is not to be judged (outside its schedule): it falls as if calm."""
        self._held_since.clear()
        self._seen_ms = now_ms
        return None if self.level is Level.CALM else self._settled(_CALM, _CALM, now_ms)

    def _fires(self, judged: Judgement, facts: Facts, now_ms: int) -> Judgement:
        """Return the judgement of the highest rung that has held long enough."""
        if not self._holds:
            return judged
        if now_ms - self._seen_ms > self._hole_ms:
            self._held_since.clear()
        self._seen_ms = now_ms
        ready = Level.CALM
        for rung in self.rule.rungs:
            if rung.level > judged.level:
                self._held_since.pop(rung.level, None)
            elif now_ms - self._held_since.setdefault(rung.level, now_ms) >= rung.hold_ms:
                ready = rung.level
        if ready == judged.level:
            return judged
        if ready is Level.CALM:
            return _CALM
        lower = judge(self.rule, facts, up_to=ready)
        return lower if lower.level == ready else msgspec.structs.replace(judged, level=ready)

    def _risen(self, fires: Judgement) -> Step:
        change: StepChange = "opened" if self.level is Level.CALM else "raised"
        self.level = fires.level
        self._quiet_since = None
        return self._step(change, fires)

    def _settled(self, fires: Judgement, kept: Judgement, now_ms: int) -> Step:
        if kept.level >= self.level or kept.blocked:
            self._quiet_since = None
            return self._step("held", fires)
        if self._quiet_since is None:
            self._quiet_since = now_ms
        if now_ms - self._quiet_since < self.rule.quiet_ms:
            held = self._step("held", fires)
            lasting = now_ms - self._quiet_since >= EASED_AFTER_MS
            return msgspec.structs.replace(held, eased_ms=self._quiet_since) if lasting else held
        self.level = kept.level
        self._quiet_since = None
        change: StepChange = "closed" if kept.level is Level.CALM else "lowered"
        told = fires if fires.level > Level.CALM else kept
        return Step(self.rule, self.subject, change, self.level, fires.level, told)

    def _step(self, change: StepChange, fires: Judgement) -> Step:
        return Step(self.rule, self.subject, change, self.level, fires.level, fires)


class PastValues:
    """What some indicators were some minutes ago, for conditions on their change."""

    __slots__ = ("_kept", "_late_ms", "_longest_ms", "_period_ms")

    def __init__(self, wanted: Iterable[tuple[str, int]], period_ms: int, late_ms: int) -> None:
        self._longest_ms: dict[str, int] = {}
        for name, ms in wanted:
            self._longest_ms[name] = max(ms, self._longest_ms.get(name, 0))
        self._period_ms, self._late_ms = period_ms, late_ms
        self._kept: dict[str, deque[tuple[int, float | None]]] = {name: deque() for name in self._longest_ms}

    def keep(self, reading: Callable[[str], Reading], now_ms: int) -> None:
        """Take a sample of each; what does not vote leaves a hole."""
        for name, kept in self._kept.items():
            if kept and now_ms - kept[-1][0] < self._period_ms:
                continue
            read = reading(name)
            kept.append((now_ms, read.value if read.votes else None))
            while kept[0][0] < now_ms - self._longest_ms[name] - self._late_ms:
                kept.popleft()

    def before(self, name: str, ms: int, now_ms: int) -> float | None:
        """Return the value that long ago, sampled at most `late_ms` before that moment; None if it is not known."""
        wanted_ms = now_ms - ms
        for at_ms, value in reversed(self._kept.get(name, ())):
            if at_ms <= wanted_ms:
                return value if wanted_ms - at_ms <= self._late_ms else None
        return None


class EvaluationClock(msgspec.Struct, frozen=True):
    """How rules are judged in time: a break over `hole_ms` was not watched; changes are sampled each `sample_ms`.

    Schedules are those of `zone`; None is the machine's own.
    """

    hole_ms: int = 60_000
    sample_ms: int = 30_000
    zone: tzinfo | None = UTC


LIVE_CLOCK = EvaluationClock()
HOURLY_CLOCK = EvaluationClock(hole_ms=5_400_000, sample_ms=1)


class SubjectRules:
    """All rules that speak of one coin or venue, and how each stands."""

    def __init__(self, subject: str, rules: Iterable[Rule], clock: EvaluationClock = LIVE_CLOCK) -> None:
        self.subject = subject
        self._clock = clock
        mine = [rule for rule in rules if not rule.off and rule.speaks_of(subject)]
        self.standings = {rule.id: Standing(rule, subject, clock.hole_ms) for rule in mine}
        self._past = PastValues({w for rule in mine for w in rule.changes}, clock.sample_ms, clock.hole_ms)
        self._changing = any(rule.changes for rule in mine)

    def touch(self, rules: Iterable[Rule], facts: Facts, now_ms: int) -> list[Step]:
        """Judge these rules in the turn of a message."""
        if self._changing:
            facts = self._with_past(facts, now_ms)
        steps = []
        for rule in rules:
            standing = self.standings.get(rule.id)
            if standing is not None and self._is_on(rule, now_ms):
                step = standing.touch(facts, now_ms)
                if step is not None:
                    steps.append(step)
        return steps

    def tick(self, facts: Facts, now_ms: int) -> list[Step]:
        """Judge all of them at a beat of the clock; rules that are and stay calm give no step."""
        if self._changing:
            facts = self._with_past(facts, now_ms)
            self._past.keep(facts.reading, now_ms)
        steps = []
        for standing in self.standings.values():
            on = self._is_on(standing.rule, now_ms)
            step = standing.tick(facts, now_ms) if on else standing.rest(now_ms)
            if step is not None:
                steps.append(step)
        return steps

    def resume(self, rule_id: str, level: Level) -> None:
        """Let a rule stand at this level from now on, as it stood before a restart or a change of rules."""
        standing = self.standings.get(rule_id)
        if standing is not None:
            standing.level = level

    def _with_past(self, facts: Facts, now_ms: int) -> Facts:
        return msgspec.structs.replace(facts, before=lambda name, ms: self._past.before(name, ms, now_ms))

    def _is_on(self, rule: Rule, now_ms: int) -> bool:
        if rule.schedule is None:
            return True
        local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self._clock.zone)
        return rule.schedule.holds(local.weekday(), local.hour * 60 + local.minute)
