"""Where a sub-command's results go: JSON lines for programs, words for people."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from desktop.domain.errors import SeawallError
from desktop.domain.money import plain

_encode = msgspec.json.Encoder().encode


def _plain(value: object) -> object:
    """Return the value with every amount in it as plain digits: the encoder would write 1E-8."""
    match value:
        case Decimal():
            return plain(value)
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    return value


def _line(facts: Mapping[str, object]) -> str:
    return _encode({name: _plain(one) for name, one in facts.items()}).decode() + "\n"


class Output:
    """Print results: with `as_json` one object a line on standard output and nothing else there."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def emit(self, facts: Mapping[str, object], words: str = "") -> None:
        """Print one result: `facts` as a JSON line, or `words` for a person."""
        if self.as_json:
            sys.stdout.write(_line(facts))
        elif words:
            sys.stdout.write(words + "\n")

    def tell(self, words: str) -> None:
        """Say something to the person, on standard error."""
        sys.stderr.write(words + "\n")

    def fail(self, error: SeawallError) -> int:
        """Say what failed and what to do next; return the exit code."""
        if self.as_json:
            code = error.exit_code
            facts = {"kind": "error", "code": code, "message": error.message, "remedy": error.remedy}
            sys.stdout.write(_line(facts))
        self.tell(str(error) + (f"\n{error.remedy}" if error.remedy else ""))
        return error.exit_code
