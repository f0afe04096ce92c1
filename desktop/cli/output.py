"""Where a sub-command's results go: JSON lines for programs, words for people."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from desktop.domain.errors import SeawallError
from desktop.domain.money import plain


def _plain_decimal(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    raise NotImplementedError(f"no JSON form for {type(value).__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_plain_decimal, decimal_format="string")


class Output:
    """Print results: with `as_json` one object a line on standard output and nothing else there."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def emit(self, facts: Mapping[str, object], words: str = "") -> None:
        """Print one result: `facts` as a JSON line, or `words` for a person."""
        if self.as_json:
            sys.stdout.write(_encoder.encode(facts).decode() + "\n")
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
            sys.stdout.write(_encoder.encode(facts).decode() + "\n")
        self.tell(str(error) + (f"\n{error.remedy}" if error.remedy else ""))
        return error.exit_code
