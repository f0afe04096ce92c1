"""Positions of a person, as the window sees them."""

from __future__ import annotations

from desktop.engine.own.own_views import PositionView
from desktop.risk.reading import Reading, State, unknown


def position(
    coin: str, distance: float | None, *, venue: str = "bybit", survives: bool | None = False
) -> PositionView:
    """Return a long position whose liquidation lies so far away (a fraction of the mark)."""
    known = unknown("no tiers") if distance is None else Reading(distance, State.LIVE, 1)
    return PositionView(
        venue="bybit",
        coin=coin,
        side="long",
        quantity="1",
        entry=100.0,
        mark=Reading(100.0, State.LIVE, 1),
        liquidation=None if distance is None else 100.0 * (1 - distance),
        liquidation_source="computed",
        computed_liquidation=None,
        distance=known,
        notional_usd=100.0,
        equity_usd=20.0,
        survives=survives,
    )
