"""Venues in sequence: one after the other, each passing its own limit of forced selling."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from desktop.risk.windows import MINUTE_MS

SEQUENCE_MS = 15 * MINUTE_MS


class Sequence(msgspec.Struct, frozen=True):
    """Venues in the order of their first crossing within the window; `span_ms` from the first to the last."""

    venues: tuple[str, ...]
    span_ms: int | None


def in_sequence(crossed_ms: Mapping[str, int], window_ms: int = SEQUENCE_MS) -> Sequence:
    """Return the venues that crossed within the window after the first one (its end included)."""
    if not crossed_ms:
        return Sequence((), None)
    first_ms = min(crossed_ms.values())
    inside = sorted((at, venue) for venue, at in crossed_ms.items() if at - first_ms <= window_ms)
    return Sequence(tuple(venue for _, venue in inside), inside[-1][0] - first_ms)
