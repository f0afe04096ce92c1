"""Rules as people write them: TOML in, frozen rules out, and errors that name the line.

The form is described at the top of `resources/rules/shipped.toml`.
"""

from __future__ import annotations

import math
import tomllib
from difflib import get_close_matches
from typing import Any, Literal

import msgspec

from desktop.domain.errors import BadInput
from desktop.risk.catalogue import CATALOGUE
from desktop.risk.history import HISTORY_HOURS, LEAST_HOURS
from desktop.risk.reading import Level

Comparison = Literal["at_least", "above", "at_most", "below"]
_COMPARISONS: tuple[Comparison, ...] = ("at_least", "above", "at_most", "below")
_LEVELS = {"notable": Level.NOTABLE, "warning": Level.WARNING, "critical": Level.CRITICAL}
_RULE_KEYS = ("id", "name", "words", "each", "quiet_minutes", "level")
_LEVEL_KEYS = ("level", "all")
_CONDITION_KEYS = ("indicator", *_COMPARISONS, "own_percentile", "of_hours", "known_hours", "until_known")


class Condition(msgspec.Struct, frozen=True):
    """One comparison. `own_share` (0..1) is the quantile of the own past that must be reached as well."""

    indicator: str
    comparison: Comparison
    bound: float
    own_share: float | None = None
    known_hours: int = LEAST_HOURS
    until_known: float | None = None


class Rung(msgspec.Struct, frozen=True):
    """A level of a rule with the conditions that must all hold for it."""

    level: Level
    conditions: tuple[Condition, ...]


class Rule(msgspec.Struct, frozen=True):
    """A rule with its rungs, lowest first. It is judged for each coin, or once for the market."""

    id: str
    name: str
    words: str
    each: Literal["coin", "market"]
    quiet_ms: int
    rungs: tuple[Rung, ...]

    @property
    def indicators(self) -> frozenset[str]:
        """The ids this rule depends on."""
        return frozenset(condition.indicator for rung in self.rungs for condition in rung.conditions)


def parse_rules(text: str, source: str = "rules") -> tuple[Rule, ...]:
    """Return the rules written in `text`.

    Raise BadInput naming source and line where the text is no TOML, a key or an indicator is not known (with the
    nearest that is), a number is missing, or a rule has no condition.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{source} is not TOML: {error}", "Mend the line it names.", where=source) from None
    return _Reader(text, source).rules(document)


class _Reader:
    """Turns the document into rules and finds the line of what is wrong with it."""

    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source
        self._rule_id = ""

    def rules(self, document: dict[str, Any]) -> tuple[Rule, ...]:
        self._only(document, ("rule",), "the file")
        tables = self._tables(document, "rule", "the file")
        rules = tuple(self._rule(table) for table in tables)
        ids = [rule.id for rule in rules]
        for rule_id in ids:
            if ids.count(rule_id) > 1:
                raise self._wrong(f"the rule {rule_id!r} stands twice", rule_id, "Give each rule its own id.")
        return rules

    def _rule(self, table: dict[str, Any]) -> Rule:
        self._rule_id = rule_id = self._text(table, "id", "a rule")
        where = f"rule {rule_id!r}"
        self._only(table, _RULE_KEYS, where)
        each = self._choice(table, "each", ("coin", "market"), where)
        minutes = self._number(table, "quiet_minutes", where, default=10.0)
        rungs = sorted((self._rung(t, where) for t in self._tables(table, "level", where)), key=lambda r: r.level)
        return Rule(
            id=rule_id,
            name=self._text(table, "name", where, default=rule_id),
            words=self._text(table, "words", where, default=""),
            each="coin" if each == "coin" else "market",
            quiet_ms=round(minutes * 60_000),
            rungs=tuple(self._of_place(rung, each, where) for rung in rungs),
        )

    def _of_place(self, rung: Rung, each: str, where: str) -> Rung:
        for condition in rung.conditions:
            if CATALOGUE[condition.indicator].where != each:
                place = CATALOGUE[condition.indicator].where
                raise self._wrong(
                    f"{where} is judged for each {each}, but {condition.indicator} belongs to the {place}",
                    condition.indicator,
                    "Put indicators of coins and of the market into separate rules.",
                )
        return rung

    def _rung(self, table: dict[str, Any], where: str) -> Rung:
        self._only(table, _LEVEL_KEYS, where)
        level = self._choice(table, "level", tuple(_LEVELS), where)
        conditions = tuple(self._condition(entry, where) for entry in self._tables(table, "all", where))
        return Rung(_LEVELS[level], conditions)

    def _condition(self, table: dict[str, Any], where: str) -> Condition:
        self._only(table, _CONDITION_KEYS, where)
        indicator = self._choice(table, "indicator", tuple(CATALOGUE), where)
        given = [comparison for comparison in _COMPARISONS if comparison in table]
        if len(given) != 1:
            raise self._wrong(
                f"{where} compares {indicator} with {len(given)} numbers, not one",
                indicator,
                f"Write one of {', '.join(_COMPARISONS)} with a number.",
            )
        own = self._number(table, "own_percentile", where) if "own_percentile" in table else None
        if own is not None and not 0 <= own <= 100:
            raise self._wrong(
                f"{where}: own_percentile is {own:g}", "own_percentile", "Write a number from 0 to 100."
            )
        hours = self._number(table, "of_hours", where, default=float(HISTORY_HOURS))
        if hours != HISTORY_HOURS:
            # One history a coin is kept; another length would silently be judged on the wrong past.
            raise self._wrong(f"{where}: of_hours is {hours:g}", "of_hours", f"Only {HISTORY_HOURS} hours are kept.")
        return Condition(
            indicator=indicator,
            comparison=given[0],
            bound=self._number(table, given[0], where),
            own_share=None if own is None else own / 100,
            known_hours=round(self._number(table, "known_hours", where, default=float(LEAST_HOURS))),
            until_known=self._number(table, "until_known", where) if "until_known" in table else None,
        )

    def _tables(self, table: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
        entries = table.get(key)
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
            raise self._wrong(f"{where} has no {key!r}", key, f"Add a list of tables called {key!r}.")
        return entries

    def _text(self, table: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self._wrong(f"{where} has no text {key!r}", key, f'Write {key} = "…".')
        return value

    def _number(self, table: dict[str, Any], key: str, where: str, default: float | None = None) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._wrong(f"{where}: {key} is {value!r}, not a number", key, "Write digits with a point.")
        return float(value)

    def _choice(self, table: dict[str, Any], key: str, choices: tuple[str, ...], where: str) -> str:
        value = self._text(table, key, where)
        if value in choices:
            return value
        raise self._wrong(f"{where}: {key} {value!r} is not known", value, _nearest(value, choices))

    def _only(self, table: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in keys:
                raise self._wrong(f"{where} has a key {key!r} that means nothing here", key, _nearest(key, keys))

    def _wrong(self, message: str, needle: str, remedy: str) -> BadInput:
        return BadInput(message, remedy, where=f"{self._source} line {self._line_of(needle)}")

    def _line_of(self, needle: str) -> int:
        """Return the line of `needle` within the rule being read, or of the rule itself if it is not there."""
        start = self._first(self._rule_id, 0) if self._rule_id else 0
        found = self._first(needle, start)
        return (found if found < len(self._lines) else min(start, max(0, len(self._lines) - 1))) + 1

    def _first(self, needle: str, start: int) -> int:
        for number in range(start, len(self._lines)):
            line = self._lines[number].lstrip()
            if needle in line and not line.startswith("#"):
                return number
        return len(self._lines)


def _nearest(value: str, choices: tuple[str, ...]) -> str:
    near = get_close_matches(value.upper() if choices[0].isupper() else value, choices, n=1, cutoff=0.3)
    return f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(choices)}."
