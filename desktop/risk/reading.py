"""A number with its truth: value, state, age, completeness."""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec


class State(StrEnum):
    """How far a value can be trusted. Unknown is never zero."""

    LIVE = "live"
    STALE = "stale"
    WARMING = "warming"
    UNKNOWN = "unknown"


class Level(IntEnum):
    """How serious it is. There is no 'all clear'."""

    CALM = 0
    NOTABLE = 1
    WARNING = 2
    CRITICAL = 3


class Reading(msgspec.Struct, frozen=True):
    """One indicator of one coin at one moment.

    `value` is None whenever there is none to show (warming, unknown). `floor` says that the true value is at
    least this. `percentile` (0..1) is against the coin's own history. `as_of_ms` is the event time of the newest
    fact in it. `reason` says why it is not live, in a few words. `warm` (0..1) is how far warming has come.
    `z` is the robust z where the indicator is judged by one. `venues` contributed; of these `sampled` tell only a
    sample; `since_ms` is since when without a hole. `baseline` says what the percentile was taken from
    while the own history is too short: `factory`, or a shorter past. `times_usual` is the multiple of what is usual
    at this hour of the week, where it is compared with that.
    """

    value: float | None
    state: State
    as_of_ms: int
    floor: bool = False
    coverage: float | None = None
    percentile: float | None = None
    level: Level = Level.CALM
    reason: str = ""
    warm: float = 1.0
    z: float | None = None
    venues: tuple[str, ...] = ()
    sampled: tuple[str, ...] = ()
    since_ms: int | None = None
    baseline: str = ""
    times_usual: float | None = None

    @property
    def votes(self) -> bool:
        """Whether a rule may use it: a live number, and nothing else."""
        return self.state is State.LIVE and self.value is not None


def unknown(reason: str, as_of_ms: int = 0) -> Reading:
    """Return a reading without a value, with the reason why."""
    return Reading(value=None, state=State.UNKNOWN, as_of_ms=as_of_ms, reason=reason)
