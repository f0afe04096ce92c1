"""The venues Seawall watches, where they are, and their feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from desktop.domain.errors import WrongUsage
from desktop.domain.instrument import InstrumentTable
from desktop.engine.ports import Clock, Feed
from desktop.venues.binance.feed import binance_feed
from desktop.venues.bybit.feed import bybit_feed
from desktop.venues.feed_parts import ALL_PARTS, FeedParts
from desktop.venues.feed_parts import VenueHosts as VenueHosts
from desktop.venues.feed_parts import symbol_of as symbol_of
from desktop.venues.hyperliquid.feed import hyperliquid_feed
from desktop.venues.okx.feed import okx_feed
from desktop.venues.outbound import Outbound
from desktop.venues.socket_session import SessionLimits
from desktop.venues.venue_feed import Tap

LIVE_HOSTS: Mapping[str, VenueHosts] = {
    "binance": VenueHosts(
        "wss://fstream.binance.com",
        "https://fapi.binance.com",
        "wss://data-stream.binance.vision",
        "https://api.binance.com",
        ALL_PARTS,
    ),
    "bybit": VenueHosts("wss://stream.bybit.com", "https://api.bybit.com", parts=ALL_PARTS),
    "okx": VenueHosts("wss://ws.okx.com:8443", "https://www.okx.com", parts=ALL_PARTS),
    "hyperliquid": VenueHosts("wss://api.hyperliquid.xyz", "https://api.hyperliquid.xyz", parts=ALL_PARTS),
}


def feeds(
    hosts: Mapping[str, VenueHosts],
    coins: Sequence[str],
    clock: Clock,
    instruments: InstrumentTable,
    tap: Tap | None = None,
    limits: SessionLimits | None = None,
    outbound: Outbound | None = None,
) -> list[Feed]:
    """Return a feed for each venue of `hosts`, watching the USDT contracts of these coins. Call on the engine's loop.

    `tap` gets every raw frame before it is parsed. `outbound` is how all that asks within a world gets out. Raise
    WrongUsage for a venue without a feed.
    """
    parts = FeedParts(outbound or Outbound(clock), instruments, tap, limits)
    made: list[Feed] = []
    for venue, where in hosts.items():
        if venue not in _MAKERS:
            raise WrongUsage(f"{venue!r} has no feed", f"Feeds exist for {', '.join(_MAKERS)}.")
        made.append(_MAKERS[venue](where, coins, parts))
    return made


_MAKERS: dict[str, Callable[[VenueHosts, Sequence[str], FeedParts], Feed]] = {
    "binance": binance_feed,
    "bybit": bybit_feed,
    "okx": okx_feed,
    "hyperliquid": hyperliquid_feed,
}
