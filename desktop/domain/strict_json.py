"""JSON in which nothing is guessed: a name given twice, NaN, an endless number or bad text is refused."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from desktop.domain.errors import BadInput

_MOST_DIGITS = 100  # far above 2^256
_DEEPEST = 64
_TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


class Inexact(float):
    """A number with a point or an exponent; `text` is as it was written."""

    def __new__(cls, text: str) -> Inexact:
        made = super().__new__(cls, text)
        made.text = text
        return made

    text: str


def strict_json(data: bytes, *, where: str = "") -> object:
    """Return what the JSON text holds: dict, list, str, int, `Inexact`, bool or None.

    Raise BadInput naming byte or line for anything else than one sound JSON text in UTF-8.
    """
    try:
        text = data.decode()
        _check_depth(text)
        found: object = json.loads(
            text,
            object_pairs_hook=_each_once,
            parse_constant=_no_number,
            parse_int=_bounded,
            parse_float=Inexact,
        )
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start} is not UTF-8 text", "Save the file as UTF-8.", where=where) from None
    except json.JSONDecodeError as error:
        words = f"line {error.lineno}, column {error.colno} is not JSON: {error.msg}"
        raise BadInput(words, "Give one JSON text.", where=where) from None
    except _Refused as refused:
        raise BadInput(str(refused), "Mend it by hand; nothing is guessed here.", where=where) from None
    return found


class _Refused(Exception):
    pass


def _check_depth(text: str) -> None:
    """Refuse what is nested so deeply that reading it could exhaust the stack."""
    depth = 0
    for found in _TEXT_OR_BRACKET.finditer(text):
        mark = found[0]
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        if depth > _DEEPEST:
            raise _Refused("it is nested too deeply")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise _Refused(f"{name!r} stands there twice")
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise _Refused(f"{text} is no number")


def _bounded(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise _Refused(f"a number of {len(text)} digits is too large")
    return int(text)
