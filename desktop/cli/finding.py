"""What one check of the doctor found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

FindingState = Literal["ok", "missing", "unknown"]


class Finding(msgspec.Struct, frozen=True):
    """What was found, in words, and what to do about it. `needed`: the window or the wallet does not work without."""

    state: FindingState
    found: str
    remedy: str = ""
    needed: bool = False


class Check(msgspec.Struct, frozen=True):
    """One thing to look at, by name, for at most `patience_s` seconds on a thread of its own. It may find several."""

    name: str
    look: Callable[[], Finding | Sequence[Finding]]
    patience_s: float = 10.0


def ok(found: str, remedy: str = "") -> Finding:
    """Return a finding that all is well; `remedy` is what could still be better."""
    return Finding("ok", found, remedy)


def missing(found: str, remedy: str, *, needed: bool = False) -> Finding:
    """Return a finding that something is not there or not usable."""
    return Finding("missing", found, remedy, needed)


def unknown(found: str, remedy: str = "") -> Finding:
    """Return a finding that could not be decided."""
    return Finding("unknown", found, remedy)
