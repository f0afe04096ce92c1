"""Where a sub-command's results go: JSON lines for programs, words for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
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
    plain_facts = {name: _plain(one) for name, one in facts.items()}
    try:
        return _encode(plain_facts).decode() + "\n"
    except UnicodeEncodeError:
        # The name of a file may hold bytes that are no text; this encoder has an escape for them.
        return json.dumps(msgspec.to_builtins(plain_facts), separators=(",", ":")) + "\n"


class OutputLost(SeawallError):
    """Standard output takes nothing more, and the results are not whole."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: {error.strerror or error}", "Give it room, then run the command again.")


class Output:
    """Print results: with `as_json` one object a line on standard output and nothing else there."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def emit(self, facts: Mapping[str, object], words: str = "") -> None:
        """Print one result: `facts` as a JSON line, or `words` for a person.

        Raise BrokenPipeError if the reader went away, OutputLost if the output takes nothing more.
        """
        if self.as_json:
            _write(_line(facts))
        elif words:
            _write(words + "\n")

    def finish(self) -> None:
        """See that everything printed has left. Raise as `emit` does."""
        _write("", flush=True)

    def tell(self, words: str) -> None:
        """Say something to the person, on standard error; if nobody takes it, the results still count."""
        with suppress(OSError):
            sys.stderr.write(words + "\n")

    def fail(self, error: SeawallError) -> int:
        """Say what failed and what to do next; return the exit code."""
        if self.as_json:
            code = error.exit_code
            facts = {"kind": "error", "code": code, "message": error.message, "remedy": error.remedy}
            with suppress(OSError):
                sys.stdout.write(_line(facts))
        self.tell(str(error) + (f"\n{error.remedy}" if error.remedy else ""))
        return error.exit_code


def _write(text: str, *, flush: bool = False) -> None:
    try:
        sys.stdout.write(text)
        if flush:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(error) from error
