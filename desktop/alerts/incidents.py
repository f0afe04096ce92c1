"""Incidents: one cascade is one incident, updated in place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

from desktop.risk.reading import Level

Change = Literal["opened", "raised", "updated", "reminder", "closed"]

OWN_PREFIX = "ME_"
"""Ids of facts about the person's own positions and coins begin with this."""

CHANNEL_FAILED = "channel-failed"
ENGINE_STALLED = "engine-stalled"
DIGEST = "digest"
RULES_REFUSED = "rules-refused"
BUILT_IN = frozenset({CHANNEL_FAILED, ENGINE_STALLED, DIGEST, RULES_REFUSED})
"""Incidents that no rule opens: the program itself opens and closes them."""


class Factor(msgspec.Struct, frozen=True):
    """One reason why a rule holds: the indicator, its value, the threshold it crossed, its share of the whole.

    With `change_minutes` value and threshold are the change over that time.
    """

    name: str
    value: float | None
    threshold: float | None
    share: float
    unit: str = ""
    change_minutes: int = 0


class Member(msgspec.Struct, frozen=True):
    """One rule that holds for one coin or venue, within an incident that may have several.

    `eased_ms` is since when it does not hold any more: it stays for the rule's quiet time, since what comes back is
    the same. None while it holds.
    """

    rule: str
    subject: str
    level: Level
    since_ms: int
    factors: tuple[Factor, ...] = ()
    coverage: float | None = None
    note: str = ""
    follows: bool = False
    eased_ms: int | None = None


class Missed(msgspec.Struct, frozen=True):
    """Something that happened while nobody watched; `what` says it in words."""

    at_ms: int
    rule: str
    coin: str
    level: Level
    what: str


class Incident(msgspec.Struct, frozen=True):
    """One thing that happened, as it stands now. `id` stays the same through every update.

    `level` is the level now, `peak` the highest it had. `closed_ms` is None while it goes on. `coverage` is the
    share (0..1) of the open interest whose liquidations are seen, None where it cannot be told. `rule` names it (of a
    group its first rule); `members` are all rules and coins in it, the leading one first, and `coin`, `factors`,
    `coverage` and `note` are those of the leading one. `coins` (or `venues`) are the others. `rang_ms` is when it
    rang last and `reminders` how often it was repeated since. `missed` is what a digest lists, in order. `supports`
    are the lows near the price, each with its source and whether it is broken already. `exposure`,
    `readiness` and `next_step` are words for the person: never for a third party.
    """

    id: str
    rule: str
    coin: str
    level: Level
    peak: Level
    opened_ms: int
    at_ms: int
    factors: tuple[Factor, ...]
    coverage: float | None
    closed_ms: int | None = None
    acknowledged_ms: int | None = None
    snoozed_until_ms: int | None = None
    venue: str = ""
    note: str = ""
    group: str = ""
    coins: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    rang_ms: int | None = None
    reminders: int = 0
    missed: tuple[Missed, ...] = ()
    supports: tuple[str, ...] = ()
    exposure: str = ""
    readiness: str = ""
    next_step: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is about the person's own positions and coins, not about the market."""
        return any(factor.name.startswith(OWN_PREFIX) for factor in self.factors)

    @property
    def eased_ms(self) -> int | None:
        """Since when none of its rules holds any more (UTC ms), or None while one does, and when it is closed."""
        times = [member.eased_ms for member in self.members]
        known = [at_ms for at_ms in times if at_ms is not None]
        return max(known) if known and len(known) == len(times) and self.closed_ms is None else None

    @property
    def cause(self) -> str:
        """The rule that leads now: of an incident of one rule, that rule."""
        return self.members[0].rule if self.members else self.rule


class IncidentChange(msgspec.Struct, frozen=True):
    """What became of an incident, and how it stands now. Where it `rings`, it goes to the channels of `actions`.

    No actions mean the person's usual ones.
    """

    incident: Incident
    change: Change
    rings: bool = False
    actions: tuple[str, ...] = ()


def incident_id(rule: str, what: str, at_ms: int) -> str:
    """Return the id of an incident: rule, coin or venue, and when it opened (UTC)."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{rule}-{what}-{moment:%Y%m%dT%H%M%S}{at_ms % 1000:03d}"
