"""Venues as they write themselves."""

from __future__ import annotations

from typing import Final

_NAMES: Final[dict[str, str]] = {
    "binance": "Binance",
    "bybit": "Bybit",
    "okx": "OKX",
    "hyperliquid": "Hyperliquid",
    "kucoin": "KuCoin",
    "gate": "Gate",
    "bitget": "Bitget",
    "htx": "HTX",
}


def venue_name(venue: str) -> str:
    """Return the venue as it writes itself; one that is not known with a capital."""
    return _NAMES.get(venue.lower(), venue.capitalize())
