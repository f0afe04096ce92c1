"""Rules and incidents about the watch itself: a silent feed, a failing channel, a stalled engine, a sleep.

The rule on silent feeds stands also where a rule file leaves it out: silence is never shown as calm.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from desktop.alerts.incident_shelf import Key
from desktop.alerts.incidents import (
    CHANNEL_FAILED,
    DIGEST,
    ENGINE_STALLED,
    RULES_REFUSED,
    Factor,
    Incident,
    Member,
    Missed,
    incident_id,
)
from desktop.alerts.rules import Condition, Rule, Rung
from desktop.risk.reading import Level

FEED_DEAD = "feed-dead"
STALLED_S = 5.0
_MOST_MISSED = 200
_SILENT = Condition("FEED_SILENCE", "at_least", 30.0, clear=10.0)

FEED_DEAD_RULE = Rule(
    id=FEED_DEAD,
    name="Feed silent",
    words="A venue's stream has said nothing for half a minute: its numbers are unknown, not calm.",
    each="venue",
    quiet_ms=5_000,
    rungs=(
        Rung(Level.WARNING, (_SILENT,)),
        Rung(Level.CRITICAL, (_SILENT, Condition("FEEDS_SILENT", "at_least", 1.0))),
    ),
    group="feeds",
    cool_down_ms=600_000,
)


def with_dead_man(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules with the one on silent feeds, if they do not have their own."""
    return (*rules, *(() if any(rule.id == FEED_DEAD for rule in rules) else (FEED_DEAD_RULE,)))


def channel_failed(name: str, reason: str, now_ms: int) -> tuple[Key, Incident]:
    """Return the incident of a channel that does not deliver, and what it is kept under."""
    return (CHANNEL_FAILED, name), _told(CHANNEL_FAILED, name, Level.WARNING, now_ms, f"{name}: {reason}")


def rules_refused(reason: str, now_ms: int) -> tuple[Key, Incident]:
    """Return the incident of a rule file that cannot be read while older rules stay in force."""
    return (RULES_REFUSED, ""), _told(RULES_REFUSED, "file", Level.WARNING, now_ms, reason)


def engine_stalled(since_ms: int, seconds: float, now_ms: int) -> tuple[Key, Incident]:
    """Return the incident, over already, of an engine that stood still for so long."""
    words = f"Seawall judged nothing for {seconds:.0f} s"
    made = _told(ENGINE_STALLED, "loop", Level.WARNING, now_ms, words, opened_ms=since_ms, closed_ms=now_ms)
    return (ENGINE_STALLED, ""), made


def digest(
    since_ms: int, until_ms: int, missed: Sequence[Missed], why: str, now_ms: int, zone: tzinfo | None
) -> Incident:
    """Return the one incident that tells what happened while nobody watched, in order. It is over already.

    Its level is that of the worst it lists (notable if there is nothing). `why` is "slept" or "was not running".
    """
    told = tuple(sorted(missed, key=lambda m: (m.at_ms, m.rule, m.coin)))[-_MOST_MISSED:]
    stretch = f"{_clock(since_ms, zone)}–{_clock(until_ms, zone)}"
    what = f"{len(told)} things happened meanwhile" if told else "nothing that the rules know of happened meanwhile"
    return _told(
        DIGEST,
        "missed",
        max((m.level for m in told), default=Level.NOTABLE),
        now_ms,
        f"Seawall {why} {stretch}: {what}.",
        closed_ms=now_ms,
        missed=told,
        hours=(until_ms - since_ms) / 3_600_000,
    )


def _told(
    rule: str,
    what: str,
    level: Level,
    now_ms: int,
    note: str,
    *,
    opened_ms: int | None = None,
    closed_ms: int | None = None,
    missed: tuple[Missed, ...] = (),
    hours: float | None = None,
) -> Incident:
    opened = now_ms if opened_ms is None else opened_ms
    factors = () if hours is None else (Factor("hours not watched", round(hours, 2), 0.0, 1.0, "h"),)
    return Incident(
        id=incident_id(rule, what, opened),
        rule=rule,
        coin="",
        level=level,
        peak=level,
        opened_ms=opened,
        at_ms=now_ms,
        factors=factors,
        coverage=None,
        closed_ms=closed_ms,
        note=note,
        members=(Member(rule, what, level, opened, note=note),),
        missed=missed,
    )


def _clock(at_ms: int, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).strftime("%H:%M")
