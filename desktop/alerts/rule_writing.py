"""Rules written down again, in the form that `rule_reader` reads: what comes back is the same rule."""

from __future__ import annotations

import json
from collections.abc import Iterable

from desktop.alerts.rules import COOL_DOWN_MS, MINUTE_MS, Condition, DayHours, Group, OtherRule, Part, Rule, Rung
from desktop.risk.history import LEAST_HOURS
from desktop.risk.reading import Level

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR_MS = 60 * MINUTE_MS
_USUAL_QUIET_MS = 10 * MINUTE_MS


def written(rules: Iterable[Rule]) -> str:
    """Return the rules as TOML, one table each."""
    return "\n".join("\n".join(_rule(rule)) + "\n" for rule in rules)


def _rule(rule: Rule) -> list[str]:
    lines = ["[[rule]]", f"id = {_text(rule.id)}", f"name = {_text(rule.name)}"]
    lines += [f"words = {_text(rule.words)}"] if rule.words else []
    lines.append(f"each = {_text(rule.each)}")
    lines += [f"{key} = {value}" for key, value in _options(rule) if value]
    for rung in rule.rungs:
        lines += ["", *_rung(rung)]
    return lines


def _options(rule: Rule) -> list[tuple[str, str]]:
    return [
        ("group", _text(rule.group) if rule.group else ""),
        ("follows", "true" if rule.follows else ""),
        ("off", "true" if rule.off else ""),
        ("coins", _names(rule.coins)),
        ("not_coins", _names(rule.not_coins)),
        ("venues", _names(rule.venues)),
        ("quiet_minutes", _number(rule.quiet_ms / MINUTE_MS) if rule.quiet_ms != _USUAL_QUIET_MS else ""),
        ("cool_down_hours", _number(rule.cool_down_ms / _HOUR_MS) if rule.cool_down_ms != COOL_DOWN_MS else ""),
        ("quiet_hours", _hours(rule.quiet)),
        ("override", _text(rule.override.name.lower()) if rule.override is not Level.CRITICAL else ""),
        ("hours", _hours(rule.schedule)),
        ("weekdays", _names(_WEEKDAYS[day] for day in rule.schedule.weekdays) if rule.schedule else ""),
        ("actions", _names(rule.actions)),
        ("remind", _list(f"{{ after_minutes = {_number(step.after_ms / MINUTE_MS)}{_also(step.actions)} }}"
                         for step in rule.ladder)),
    ]  # fmt: skip


def _also(actions: tuple[str, ...]) -> str:
    return f", actions = {_names(actions)}" if actions else ""


def _rung(rung: Rung) -> list[str]:
    lines = ["[[rule.level]]", f"level = {_text(rung.level.name.lower())}"]
    if rung.hold_ms:
        lines.append(f"for_minutes = {_number(rung.hold_ms / MINUTE_MS)}")
    if rung.actions:
        lines.append(f"actions = {_names(rung.actions)}")
    lines.append(f"{'all' if rung.needs_all else 'any'} = [")
    lines += [f"    {_part(part)}," for part in rung.conditions]
    return [*lines, "]"]


def _part(part: Part) -> str:
    match part:
        case Group():
            inner = ", ".join(_part(one) for one in part.parts)
            return f"{{ {'all' if part.needs_all else 'any'} = [{inner}] }}"
        case OtherRule():
            level = f", level = {_text(part.level.name.lower())}" if part.level is not Level.NOTABLE else ""
            return f"{{ rule = {_text(part.rule)}{level} }}"
        case Condition():
            return f"{{ {', '.join(_condition(part))} }}"


def _condition(one: Condition) -> list[str]:
    said = [f"indicator = {_text(one.indicator)}"]
    if one.comparison == "reaches":
        return [*said, f"reaches = {_text(Level(round(one.bound)).name.lower())}"]
    said.append(f"{one.comparison} = {_number(one.bound)}")
    if one.clear is not None:
        said.append(f"clear = {_number(one.clear)}")
    if one.own_share is not None:
        said.append(f"own_percentile = {_number(round(one.own_share * 100, 10))}")
    if one.known_hours != LEAST_HOURS:
        said.append(f"known_hours = {one.known_hours}")
    if one.until_known is not None:
        said.append(f"until_known = {_number(one.until_known)}")
    if one.change_ms:
        said.append(f"change_over_minutes = {_number(one.change_ms / MINUTE_MS)}")
    return said


def _text(words: str) -> str:
    # A JSON string is a TOML string, but for the one control character that TOML refuses bare.
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _names(names: Iterable[str]) -> str:
    return _list(_text(name) for name in names)


def _list(items: Iterable[str]) -> str:
    joined = ", ".join(items)
    return f"[{joined}]" if joined else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _hours(hours: DayHours | None) -> str:
    if hours is None or (hours.from_minute, hours.to_minute) == (0, 24 * 60):
        return ""
    start, stop = (f"{m // 60:02d}:{m % 60:02d}" for m in (hours.from_minute, hours.to_minute))
    return _text(f"{start}-{stop}")
