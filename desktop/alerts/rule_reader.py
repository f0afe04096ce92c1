"""Rules as people write them: TOML in, frozen rules out, and errors that name the line.

The form is described at the top of `resources/rules/cascade.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from desktop.alerts.facts import CHANNEL_NAMES, PLACES, Place, known_fact, known_names
from desktop.alerts.rule_checks import check_rules, linked
from desktop.alerts.rule_text import Table, WrittenText
from desktop.alerts.rules import (
    COMPARISONS,
    MINUTE_MS,
    Condition,
    DayHours,
    Group,
    OtherRule,
    Part,
    Reminder,
    Rule,
    Rung,
)
from desktop.domain.errors import BadInput
from desktop.risk.history import HISTORY_HOURS, LEAST_HOURS
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Level

LEVEL_NAMES = {"notable": Level.NOTABLE, "warning": Level.WARNING, "critical": Level.CRITICAL}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RULE_KEYS = ("id", "name", "words", "each", "group", "follows", "off", "coins", "not_coins", "venues", "level",
              "quiet_minutes", "for_minutes", "cool_down_hours", "quiet_hours", "override", "hours", "weekdays",
              "actions", "remind")  # fmt: skip
_LEVEL_KEYS = ("level", "all", "any", "for_minutes", "actions")
_CONDITION_KEYS = ("indicator", *COMPARISONS, "reaches", "own_percentile", "of_hours", "known_hours", "until_known",
                   "clear", "change_over_minutes")  # fmt: skip
_MOST_CHANGE_MINUTES = 24 * 60


def parse_rules(text: str, source: str = "rules", channels: tuple[str, ...] = CHANNEL_NAMES) -> tuple[Rule, ...]:
    """Return the rules written in `text`; `channels` are the names its actions may use.

    Raise BadInput naming source and line where the text is no TOML, a key, an indicator, a rule or a channel is not
    known (with the nearest that is), a number is missing, thresholds contradict each other, or rules run in a circle.
    """
    written = WrittenText(text, source)
    return linked(_Reader(written, channels).rules(_document(text, source)), written)


def parse_own_rules(
    text: str, shipped: Sequence[Rule], source: str = "rules", channels: tuple[str, ...] = CHANNEL_NAMES
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Return the rules written in `text`, and all rules in force with them: a shipped one of the same id gives way.

    They may name shipped rules, and shipped ones that name a changed rule follow it. A text without any rule is none.
    Raise BadInput as `parse_rules` does.
    """
    document = _document(text, source)
    if not document:
        return (), tuple(shipped)
    written = WrittenText(text, source)
    own = {rule.id: rule for rule in _Reader(written, channels).rules(document)}
    merged = [own.get(rule.id, rule) for rule in shipped]
    merged += [rule for rule in own.values() if all(rule.id != other.id for other in shipped)]
    every = {rule.id: rule for rule in linked(merged, written)}
    return tuple(every[rule_id] for rule_id in own), tuple(every.values())


def _document(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{source} is not TOML: {error}", "Mend the line it names.", where=source) from None
    except RecursionError:
        raise BadInput(f"{source} is nested too deep", "Write flat tables.", where=source) from None


class _Reader:
    """Turns the document into rules."""

    def __init__(self, written: WrittenText, channels: tuple[str, ...]) -> None:
        self._written = written
        self._channels = channels

    def rules(self, document: dict[str, Any]) -> tuple[Rule, ...]:
        whole = Table(document, self._written, "the file")
        whole.only(("rule",))
        rules = tuple(self._rule(table) for table in whole.tables("rule"))
        check_rules(rules, self._written)
        return rules

    def _rule(self, table: Table) -> Rule:
        rule_id = table.called("a rule").text("id")
        self._written.rule_id = rule_id
        table = table.called(f"rule {rule_id!r}")
        table.only(_RULE_KEYS)
        each: Place = next(place for place in PLACES if place == table.choice("each", PLACES))
        hold_minutes = table.number("for_minutes", default=0.0, least=0.0)
        rungs = sorted((self._rung(t, each, hold_minutes) for t in table.tables("level")), key=lambda r: r.level)
        return Rule(
            id=rule_id,
            name=table.text("name", default=rule_id),
            words=table.text("words", default=""),
            each=each,
            quiet_ms=round(table.number("quiet_minutes", default=10.0, least=0.0) * MINUTE_MS),
            rungs=tuple(rungs),
            group=table.text("group", default=""),
            follows=table.switch("follows"),
            off=table.switch("off"),
            coins=table.names("coins"),
            not_coins=table.names("not_coins"),
            venues=table.names("venues"),
            cool_down_ms=round(table.number("cool_down_hours", default=6.0, least=0.0) * 60 * MINUTE_MS),
            quiet=_day_hours(table, "quiet_hours"),
            override=LEVEL_NAMES[table.choice("override", tuple(LEVEL_NAMES), default="critical")],
            schedule=_schedule(table),
            actions=table.names("actions", self._channels),
            ladder=self._ladder(table),
        )

    def _ladder(self, table: Table) -> tuple[Reminder, ...]:
        if not table.has("remind"):
            return ()
        steps = []
        for step in table.tables("remind"):
            step.only(("after_minutes", "actions"))
            after_ms = round(step.number("after_minutes", least=1.0) * MINUTE_MS)
            steps.append(Reminder(after_ms, step.names("actions", self._channels)))
        return tuple(steps)

    def _rung(self, table: Table, each: Place, hold_minutes: float) -> Rung:
        table.only(_LEVEL_KEYS)
        key = self._one_list(table)
        parts = tuple(self._part(entry, each, nested=False) for entry in table.tables(key))
        return Rung(
            level=LEVEL_NAMES[table.choice("level", tuple(LEVEL_NAMES))],
            conditions=parts,
            needs_all=key == "all",
            hold_ms=round(table.number("for_minutes", default=hold_minutes, least=0.0) * MINUTE_MS),
            actions=table.names("actions", self._channels),
        )

    def _one_list(self, table: Table) -> str:
        if table.has("all") and table.has("any"):
            raise table.wrong(
                "a level has both 'all' and 'any'", "any", "Nest one in the other: all = [{ any = [ … ] }]."
            )
        return "any" if table.has("any") else "all"

    def _part(self, table: Table, each: Place, *, nested: bool) -> Part:
        if table.has("all") or table.has("any"):
            if nested:
                raise table.wrong("a list lies two deep", "any", "Put deeper conditions into a rule of their own.")
            table.only(("all", "any"))
            key = self._one_list(table)
            inner = tuple(self._part(entry, each, nested=True) for entry in table.tables(key))
            return Group(key == "all", tuple(part for part in inner if not isinstance(part, Group)))
        if table.has("rule"):
            table.only(("rule", "level"))
            level = table.choice("level", tuple(LEVEL_NAMES), default="notable")
            return OtherRule(table.text("rule"), LEVEL_NAMES[level])
        return self._condition(table, each)

    def _condition(self, table: Table, each: Place) -> Condition:
        table.only(_CONDITION_KEYS)
        indicator = table.choice("indicator", known_names())
        self._check_place(table, indicator, each)
        if table.has("reaches"):
            return self._reaching(table, indicator)
        given = [comparison for comparison in COMPARISONS if table.has(comparison)]
        if len(given) != 1:
            words = f"{indicator} is compared with {len(given)} numbers, not one"
            raise table.wrong(words, indicator, f"Write one of {', '.join(COMPARISONS)} with a number.")
        own = table.maybe("own_percentile", 0.0, 100.0)
        change = table.number("change_over_minutes", default=0.0, least=0.0, most=float(_MOST_CHANGE_MINUTES))
        if own is not None and change:
            words = "own_percentile is kept of values, not of their changes"
            raise table.wrong(words, "change_over_minutes", "Leave one of the two out.")
        self._check_history(table)
        return Condition(
            indicator=indicator,
            comparison=given[0],
            bound=table.number(given[0]),
            own_share=None if own is None else own / 100,
            known_hours=round(table.number("known_hours", default=float(LEAST_HOURS), least=1.0)),
            until_known=table.maybe("until_known"),
            clear=table.maybe("clear"),
            change_ms=round(change * MINUTE_MS),
        )

    def _reaching(self, table: Table, indicator: str) -> Condition:
        table.only(("indicator", "reaches"))
        level = LEVEL_NAMES[table.choice("reaches", tuple(LEVEL_NAMES))]
        levels = CATALOGUE[indicator].levels if indicator in CATALOGUE else None
        if levels is None or levels.bounds[level - 1] is None:
            words = f"{indicator} has no level {level.name.lower()}"
            raise table.wrong(words, indicator, "Compare it with a number: at_least, above, at_most or below.")
        return Condition(indicator, "reaches", float(level))

    def _check_place(self, table: Table, indicator: str, each: Place) -> None:
        """Refuse what cannot be told for one coin or venue; facts of market and desk can be told anywhere."""
        place = known_fact(indicator).where
        if place in (each, "market", "desk"):
            return
        words = f"is judged for each {each}, but {indicator} belongs to the {place}"
        raise table.wrong(words, indicator, f'Write a rule with each = "{place}" and name it in this one.')

    def _check_history(self, table: Table) -> None:
        hours = table.number("of_hours", default=float(HISTORY_HOURS))
        if hours != HISTORY_HOURS:
            # One history a coin is kept; another length would silently be judged on the wrong past.
            raise table.wrong(f"of_hours is {hours:g}", "of_hours", f"Only {HISTORY_HOURS} hours are kept.")


def _day_hours(table: Table, key: str) -> DayHours | None:
    return DayHours(*table.day_time(key)) if table.has(key) else None


def _schedule(table: Table) -> DayHours | None:
    if not table.has("hours") and not table.has("weekdays"):
        return None
    start, stop = table.day_time("hours") if table.has("hours") else (0, 24 * 60)
    return DayHours(start, stop, tuple(_WEEKDAYS.index(day) for day in table.names("weekdays", _WEEKDAYS)))
