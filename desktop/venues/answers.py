"""Errors that hosts hide in their answers: a code in an envelope with status 200, or a web page instead of data."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from desktop.venues.host_rules import Envelope

_LONGEST_WORDS = 200
_TOO_FAST: Mapping[Envelope, frozenset[str]] = {
    "bybit": frozenset({"10006", "10018"}),
    "okx": frozenset({"50011", "50013", "50061"}),
    "coinglass": frozenset({"429"}),
    "sosovalue": frozenset({"429", "42901"}),
}
_WRONG_KEY: Mapping[Envelope, frozenset[str]] = {
    "coinglass": frozenset({"401", "403"}),
    "sosovalue": frozenset({"401", "40101"}),
}


class Failure(msgspec.Struct, frozen=True):
    """What a host says went wrong, in its own code and words."""

    code: str
    words: str
    too_fast: bool = False
    wrong_key: bool = False


class _Bybit(msgspec.Struct, frozen=True):
    code: int | str | None = msgspec.field(default=None, name="retCode")
    words: str | None = msgspec.field(default=None, name="retMsg")


class _Coded(msgspec.Struct, frozen=True):
    code: int | str | None = None
    words: str | None = msgspec.field(default=None, name="msg")


_bybit = msgspec.json.Decoder(_Bybit)
_coded = msgspec.json.Decoder(_Coded)


def failure_of(body: bytes, envelope: Envelope) -> Failure | None:
    """Return the failure that an answer with status 200 says in its envelope; None where it says none.

    An answer that should have an envelope and has none is left to whoever reads it.
    """
    if envelope == "none":
        return None
    found = _read(body, _bybit if envelope == "bybit" else _coded)
    if found is None or found.code is None or str(found.code) == "0":
        return None
    code = str(found.code)
    return Failure(
        code[:_LONGEST_WORDS],
        (found.words or "")[:_LONGEST_WORDS],
        code in _TOO_FAST.get(envelope, ()),
        code in _WRONG_KEY.get(envelope, ()),
    )


def words_of(body: bytes) -> str:
    """Return ' (code: words)' of an error answer in one of the known forms, else nothing."""
    for decoder in (_bybit, _coded):
        found = _read(body, decoder)
        if found is not None and found.code is not None:
            return f" ({found.code}: {found.words or ''}"[:_LONGEST_WORDS].rstrip(": ") + ")"
    return ""


def is_web_page(body: bytes) -> bool:
    """Return whether these bytes begin like HTML or XML: no data that Seawall asks for does."""
    return body[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _read(
    body: bytes, decoder: msgspec.json.Decoder[_Bybit] | msgspec.json.Decoder[_Coded]
) -> _Bybit | _Coded | None:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
