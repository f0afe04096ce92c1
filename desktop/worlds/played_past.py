"""The past of a world that is played: its venues tell what the recording carries, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from desktop.domain.kept_values import DayValue, TradedMinutes
from desktop.domain.market import HourBar

MINUTE_MS = 60_000


class PlayedPast:
    """Minutes of prices, as `PublicPast`."""

    def __init__(self, minutes: Mapping[str, Sequence[HourBar]]) -> None:
        self._minutes = minutes

    def leave_out(self, venues: Collection[str]) -> None:
        """Do nothing: no venue is asked."""

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return nothing: the hours of a recording are read before it is played."""
        return []

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        """Return the recorded minutes within the span."""
        return [bar for bar in self._minutes.get(coin, ()) if since_ms - MINUTE_MS < bar.open_ms < until_ms]

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        """Return nothing: a recording carries no days."""
        return {}

    async def traded(self, coin: str, since_ms: int, until_ms: int) -> TradedMinutes:
        """Return minutes of which nothing is known: what is measured of them is in the recording itself."""
        unknown = np.full((until_ms - since_ms) // MINUTE_MS, np.nan)
        return TradedMinutes(since_ms, unknown, unknown, unknown, unknown, unknown)
