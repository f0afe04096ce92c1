"""What a venue's public liquidation feed leaves out: a total is never more than the sum of what was told."""

from __future__ import annotations

from typing import Final, Literal

Completeness = Literal["all", "sample", "partial", "none"]

LIQUIDATION_FEEDS: Final[dict[str, Completeness]] = {
    "binance": "sample",
    "bybit": "all",
    "okx": "sample",
    "hyperliquid": "partial",
}
"""Binance tells the largest order per symbol and second, OKX at most one per contract and second, Hyperliquid only
what its own vaults took part in; Bybit says that it tells all (documentation of 2026)."""


def completeness_of(venue: str) -> Completeness:
    """Return how complete this venue's liquidations are; `none` for a venue without such a feed."""
    return LIQUIDATION_FEEDS.get(venue, "none")
