"""Supports as the program computes them: the lowest prices it knows of, who says so, and whether they are broken.

No level is taken from news: what is written there is often stale, and sometimes broken before it is printed.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.risk.reading import Reading

WINDOWS = {"LEVEL_24H": "24-hour low", "LEVEL_7D": "7-day low", "LEVEL_30D": "30-day low"}
SOURCE = "lowest price in Seawall's own record"


class Support(msgspec.Struct, frozen=True):
    """One level: its price, how far the price stands over it (a fraction; below zero: broken), and who says it."""

    name: str
    low: float
    distance: float
    source: str = SOURCE

    @property
    def broken(self) -> bool:
        """Whether the price is under it."""
        return self.distance < 0

    @property
    def words(self) -> str:
        """Say it in one line."""
        away = f"{abs(self.distance) * 100:.1f} %"
        how = f"broken, the price is {away} under it" if self.broken else f"holds, {away} under the price"
        return f"{self.name} {self.low:,.6g} ({self.source}): {how}"


def supports(price: float | None, reading: Callable[[str], Reading]) -> tuple[Support, ...]:
    """Return the levels that are known, the shortest window first. They follow from price and distance alone."""
    found = []
    for indicator, name in WINDOWS.items():
        distance = reading(indicator)
        if price is not None and distance.votes and distance.value is not None and distance.value > -1:
            found.append(Support(name, price / (1 + distance.value), distance.value))
    return tuple(found)
