"""What a rule is: rungs of conditions, and when, where and how it may ring. Frozen; `rule_reader` reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from desktop.alerts.facts import Place
from desktop.risk.history import LEAST_HOURS
from desktop.risk.reading import Level

Comparison = Literal["at_least", "above", "at_most", "below", "reaches"]
COMPARISONS: tuple[Comparison, ...] = ("at_least", "above", "at_most", "below")
MINUTE_MS = 60_000
COOL_DOWN_MS = 6 * 60 * MINUTE_MS


class Condition(msgspec.Struct, frozen=True):
    """One comparison. `own_share` (0..1) is the quantile of the own past that must be reached as well.

    `clear` is the bound that keeps an open incident; without it that bound is the firing one eased by a tenth. With
    `change_ms` not the value is compared but how much it changed over that time, in its own unit. "reaches" asks for
    the indicator's own level of the catalogue (`bound` is that level's number).
    """

    indicator: str
    comparison: Comparison
    bound: float
    own_share: float | None = None
    known_hours: int = LEAST_HOURS
    until_known: float | None = None
    clear: float | None = None
    change_ms: int = 0

    @property
    def upward(self) -> bool:
        """Whether more of it holds sooner."""
        return self.comparison in ("at_least", "above", "reaches")


class OtherRule(msgspec.Struct, frozen=True):
    """Holds while the rule of that id holds at this level or a higher one. Its hold time is not asked."""

    rule: str
    level: Level = Level.NOTABLE
    target: Rule | None = None


class Group(msgspec.Struct, frozen=True):
    """Conditions of which all, or any, must hold. Groups lie one deep and hold no groups themselves."""

    needs_all: bool
    parts: tuple[Condition | OtherRule, ...]


Part = Condition | OtherRule | Group


class Rung(msgspec.Struct, frozen=True):
    """A level of a rule: all (or any) of its conditions must have held for `hold_ms` without a break."""

    level: Level
    conditions: tuple[Part, ...]
    needs_all: bool = True
    hold_ms: int = 0
    actions: tuple[str, ...] = ()

    def leaves(self) -> Iterator[Condition]:
        """Yield every comparison in it, also those of groups and of other rules it names."""
        for part in self.conditions:
            yield from _leaves(part)


class DayHours(msgspec.Struct, frozen=True):
    """A time of the day in minutes after midnight, local; it may run over midnight. Empty weekdays mean every day.

    Weekdays count from Monday (0) and belong to the day on which the time begins.
    """

    from_minute: int
    to_minute: int
    weekdays: tuple[int, ...] = ()

    def holds(self, weekday: int, minute: int) -> bool:
        """Return whether this minute of this weekday lies within."""
        if self.from_minute < self.to_minute:
            return self.from_minute <= minute < self.to_minute and self._on(weekday)
        if minute >= self.from_minute:
            return self._on(weekday)
        return minute < self.to_minute and self._on((weekday - 1) % 7)

    def _on(self, weekday: int) -> bool:
        return not self.weekdays or weekday in self.weekdays


class Reminder(msgspec.Struct, frozen=True):
    """One step of the ladder: so long after the last ring it rings again, also to these channels."""

    after_ms: int
    actions: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """A rule with its rungs, lowest first. It is judged for each coin or venue, or once for market or desk.

    Rules of one `group` share one incident over all coins; one that `follows` cannot keep it open alone. In
    `quiet` hours it rings only from `override` upward. Outside of `schedule` it is not judged. `cool_down_ms` is for
    how long the same level does not ring again. `actions` and `ladder` name channels and never define one.
    """

    id: str
    name: str
    words: str
    each: Place
    quiet_ms: int
    rungs: tuple[Rung, ...]
    group: str = ""
    follows: bool = False
    off: bool = False
    coins: tuple[str, ...] = ()
    not_coins: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    cool_down_ms: int = COOL_DOWN_MS
    quiet: DayHours | None = None
    override: Level = Level.CRITICAL
    schedule: DayHours | None = None
    actions: tuple[str, ...] = ()
    ladder: tuple[Reminder, ...] = ()

    @property
    def indicators(self) -> frozenset[str]:
        """The ids of indicators and facts this rule depends on."""
        return frozenset(condition.indicator for rung in self.rungs for condition in rung.leaves())

    @property
    def changes(self) -> frozenset[tuple[str, int]]:
        """Which indicators it compares with their own past, as (id, milliseconds)."""
        leaves = (condition for rung in self.rungs for condition in rung.leaves())
        return frozenset((condition.indicator, condition.change_ms) for condition in leaves if condition.change_ms)

    def speaks_of(self, subject: str) -> bool:
        """Return whether it is judged for this coin or venue."""
        if self.each == "coin":
            return (not self.coins or subject in self.coins) and subject not in self.not_coins
        return self.each != "venue" or not self.venues or subject in self.venues


def _leaves(part: Part) -> Iterator[Condition]:
    if isinstance(part, Condition):
        yield part
    elif isinstance(part, Group):
        for inner in part.parts:
            yield from _leaves(inner)
    elif part.target is not None:
        for rung in part.target.rungs:
            yield from rung.leaves()
