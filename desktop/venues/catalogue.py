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
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.hyperliquid.poll import polls as hyperliquid_polls
from desktop.venues.hyperliquid.stream import ws_plan
from desktop.venues.okx.poll import polls as okx_polls
from desktop.venues.okx.stream import public_plan
from desktop.venues.outbound import Outbound
from desktop.venues.reading import frame_reader
from desktop.venues.socket_session import SessionLimits
from desktop.venues.venue_feed import Tap, VenueFeed

LIVE_HOSTS: Mapping[str, VenueHosts] = {
    "binance": VenueHosts(
        "wss://fstream.binance.com",
        "https://fapi.binance.com",
        "wss://data-stream.binance.vision",
        "https://api.binance.com",
        ALL_PARTS,
    ),
    "bybit": VenueHosts("wss://stream.bybit.com", "https://api.bybit.com", parts=ALL_PARTS),
    "okx": VenueHosts("wss://ws.okx.com:8443", "https://www.okx.com"),
    "hyperliquid": VenueHosts("wss://api.hyperliquid.xyz", "https://api.hyperliquid.xyz"),
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


def _okx(where: VenueHosts, coins: Sequence[str], parts: FeedParts) -> Feed:
    clock = parts.outbound.clock
    door = RestDoor(where.rest, clock, rules=VENUE_RULES["okx"], outbound=parts.outbound)
    return VenueFeed(
        frame_reader("okx", parts.instruments),
        clock,
        lambda watched: [public_plan(where.ws, parts.symbols("okx", watched))],
        coins,
        workers=lambda feed: okx_polls(door, clock, feed.take),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        proxy_for=parts.outbound.proxy_for,
    )


def _hyperliquid(where: VenueHosts, coins: Sequence[str], parts: FeedParts) -> Feed:
    clock = parts.outbound.clock
    door = RestDoor(where.rest, clock, rules=VENUE_RULES["hyperliquid"], outbound=parts.outbound)
    vaults: list[str] = []

    def learned(children: tuple[str, ...]) -> None:
        vaults[:] = children
        feed.plan_again()

    feed = VenueFeed(
        frame_reader("hyperliquid", parts.instruments),
        clock,
        lambda watched: [ws_plan(where.ws, parts.symbols("hyperliquid", watched), vaults)],
        coins,
        workers=lambda feed: hyperliquid_polls(door, clock, feed.take, learned),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        proxy_for=parts.outbound.proxy_for,
    )
    return feed


_MAKERS: dict[str, Callable[[VenueHosts, Sequence[str], FeedParts], Feed]] = {
    "binance": binance_feed,
    "bybit": bybit_feed,
    "okx": _okx,
    "hyperliquid": _hyperliquid,
}
