"""What ends with a key's term, venue by venue, as each venue documents it."""

from __future__ import annotations

from typing import Final

GO_ON_READING: Final = frozenset({"binance"})
"""Venues where a key that is bound to no address loses the right to trade and to withdraw, and goes on reading."""


def goes_on_reading(venue: str) -> bool:
    """Return whether the venue's key still reads after its term; False for a venue that ends the whole key."""
    return venue in GO_ON_READING
