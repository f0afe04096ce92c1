"""Tables of a rule file, asked one key at a time: what is off is said with its line and the nearest word."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from typing import Any

from desktop.domain.errors import BadInput

_DAY_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_ID_KEY = re.compile(r"""\s*["']?id["']?\s*=""")
_DAY_MINUTES = 24 * 60


class WrittenText:
    """The text as it was written. `rule_id` is the rule being read: what is wrong is looked for from its line on."""

    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source
        self.rule_id = ""

    def wrong(self, message: str, needle: str, remedy: str) -> BadInput:
        """Return the error, with the line of `needle` within the rule being read."""
        return BadInput(message, remedy, where=f"{self._source} line {self.line_of(needle)}")

    def line_of(self, needle: str) -> int:
        """Return the line (from 1) of `needle` within the rule being read, or of the rule if it is not there."""
        start = self._rule_line() if self.rule_id else 0
        quoted = self._first(f'"{needle}"', start)
        found = quoted if quoted < len(self._lines) else self._first(needle, start)
        return (found if found < len(self._lines) else min(start, max(0, len(self._lines) - 1))) + 1

    def _rule_line(self) -> int:
        # The id is also written where other rules name it: only the line that begins with the key counts.
        for number, line in enumerate(self._lines):
            if _ID_KEY.match(line) and self.rule_id in line:
                return number
        return 0

    def _first(self, needle: str, start: int) -> int:
        for number in range(start, len(self._lines)):
            line = self._lines[number].lstrip()
            if needle in line and not line.startswith("#"):
                return number
        return len(self._lines)


class Table:
    """One table of the document; `what` names it in errors."""

    def __init__(self, values: dict[str, Any], written: WrittenText, what: str) -> None:
        self._values = values
        self._written = written
        self._what = what

    def called(self, what: str) -> Table:
        """Return the same table under another name."""
        return Table(self._values, self._written, what)

    def has(self, key: str) -> bool:
        """Return whether the key is there."""
        return key in self._values

    def wrong(self, message: str, needle: str, remedy: str) -> BadInput:
        """Return an error about this table."""
        return self._written.wrong(f"{self._what}: {message}", needle, remedy)

    def only(self, keys: tuple[str, ...]) -> None:
        """Raise BadInput for a key that means nothing here."""
        for key in self._values:
            if key not in keys:
                raise self.wrong(f"the key {key!r} means nothing here", key, nearest(key, keys))

    def tables(self, key: str) -> list[Table]:
        """Return the tables listed under the key; there must be one at least."""
        entries = self._values.get(key)
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
            raise self.wrong(f"has no {key!r}", key, f"Add a list of tables called {key!r}.")
        return [Table(entry, self._written, self._what) for entry in entries]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; it may be missing only with a default."""
        value = self._values.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self.wrong(f"has no text {key!r}", key, f'Write {key} = "…".')
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return a text that must be one of these."""
        value = self.text(key, default)
        if value in choices:
            return value
        raise self.wrong(f"{key} {value!r} is not known", value, nearest(value, choices))

    def names(self, key: str, choices: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts (none where the key is missing), each one of `choices` if these are given."""
        values = self._values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            raise self.wrong(f"{key} is {values!r}, not a list of names", key, f'Write {key} = ["…", "…"].')
        for value in values:
            if choices is not None and value not in choices:
                raise self.wrong(f"{key} names {value!r}, which is not known", value, nearest(value, choices))
        return tuple(values)

    def number(
        self, key: str, default: float | None = None, *, least: float = -math.inf, most: float = math.inf
    ) -> float:
        """Return a finite number within these limits; it may be missing only with a default."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(f"{key} is {value!r}, not a number", key, "Write digits with a point.")
        if not least <= value <= most:
            raise self.wrong(f"{key} is {value:g}", key, f"Write a number from {least:g} to {most:g}.")
        return float(value)

    def maybe(self, key: str, least: float = -math.inf, most: float = math.inf) -> float | None:
        """Return a number, or None where the key is missing."""
        return self.number(key, least=least, most=most) if key in self._values else None

    def switch(self, key: str) -> bool:
        """Return true or false; false where the key is missing."""
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} is {value!r}", key, "Write true or false.")
        return value

    def day_time(self, key: str) -> tuple[int, int]:
        """Return the minutes after midnight of a time such as 23:00-07:00."""
        value = self.text(key)
        found = _DAY_TIME.fullmatch(value)
        if found is None:
            raise self.wrong(f"{key} is {value!r}", key, 'Write a time such as "23:00-07:00".')
        hours, minutes, to_hours, to_minutes = (int(part) for part in found.groups())
        start, stop = hours * 60 + minutes, to_hours * 60 + to_minutes
        if start == stop or max(start, stop) > _DAY_MINUTES:
            raise self.wrong(f"{key} is {value!r}, which is no time of the day", key, 'Write such as "23:00-07:00".')
        return start, stop


def nearest(value: str, choices: tuple[str, ...]) -> str:
    """Return a hint: the nearest of the choices, or all of them."""
    if not choices:
        return "There is none to choose from."
    near = get_close_matches(value.upper() if choices[0].isupper() else value, choices, n=1, cutoff=0.3)
    return f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(choices)}."
