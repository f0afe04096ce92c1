"""The venues Seawall watches, where they are, and their feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from desktop.domain.errors import WrongUsage
from desktop.domain.instrument import InstrumentTable
from desktop.engine.ports import Clock, Feed
from desktop.venues.binance.poll import polls
from desktop.venues.binance.stream import market_plan
from desktop.venues.bybit.stream import linear_plan
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


class VenueHosts(msgspec.Struct, frozen=True):
    """Where a venue listens: base addresses without a slash at the end. `rest` may be empty where it is not asked."""

    ws: str
    rest: str = ""


LIVE_HOSTS: Mapping[str, VenueHosts] = {
    "binance": VenueHosts("wss://fstream.binance.com", "https://fapi.binance.com"),
    "bybit": VenueHosts("wss://stream.bybit.com", "https://api.bybit.com"),
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
    parts = _Parts(outbound or Outbound(clock), instruments, tap, limits)
    made: list[Feed] = []
    for venue, where in hosts.items():
        if venue not in _MAKERS:
            raise WrongUsage(f"{venue!r} has no feed", f"Feeds exist for {', '.join(_MAKERS)}.")
        made.append(_MAKERS[venue](where, coins, parts))
    return made


def symbol_of(venue: str, coin: str, instruments: InstrumentTable) -> str:
    """Return the venue's USDT contract of a coin (Hyperliquid's only one): PEPE is traded by the thousand."""
    if venue == "okx":
        return f"{coin}-USDT-SWAP"
    if venue == "hyperliquid":
        return f"k{coin}" if instruments.knows(venue, f"k{coin}") else coin
    for prefix, suffix in (("", ""), ("1000", ""), ("", "1000"), ("10000", ""), ("1000000", ""), ("1M", "")):
        symbol = f"{prefix}{coin}{suffix}USDT"
        if instruments.knows(venue, symbol):
            return symbol
    return f"{coin}USDT"


class _Parts(NamedTuple):
    """What every feed is made of."""

    outbound: Outbound
    instruments: InstrumentTable
    tap: Tap | None
    limits: SessionLimits | None

    def symbols(self, venue: str, coins: Sequence[str]) -> list[str]:
        """Return the venue's contracts of these coins."""
        return [symbol_of(venue, coin, self.instruments) for coin in coins]


def _binance(where: VenueHosts, coins: Sequence[str], parts: _Parts) -> Feed:
    clock = parts.outbound.clock
    door = RestDoor(where.rest, clock, rules=VENUE_RULES["binance"], outbound=parts.outbound)
    symbols = partial(parts.symbols, "binance")
    return VenueFeed(
        frame_reader("binance", parts.instruments),
        clock,
        lambda watched: [market_plan(where.ws, symbols(watched))],
        coins,
        workers=lambda take: polls(door, clock, take, symbols),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        proxy_for=parts.outbound.proxy_for,
    )


def _bybit(where: VenueHosts, coins: Sequence[str], parts: _Parts) -> Feed:
    return VenueFeed(
        frame_reader("bybit", parts.instruments),
        parts.outbound.clock,
        lambda watched: [linear_plan(where.ws, parts.symbols("bybit", watched))],
        coins,
        tap=parts.tap,
        limits=parts.limits,
        proxy_for=parts.outbound.proxy_for,
    )


def _okx(where: VenueHosts, coins: Sequence[str], parts: _Parts) -> Feed:
    clock = parts.outbound.clock
    door = RestDoor(where.rest, clock, rules=VENUE_RULES["okx"], outbound=parts.outbound)
    return VenueFeed(
        frame_reader("okx", parts.instruments),
        clock,
        lambda watched: [public_plan(where.ws, parts.symbols("okx", watched))],
        coins,
        workers=lambda take: okx_polls(door, clock, take),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        proxy_for=parts.outbound.proxy_for,
    )


def _hyperliquid(where: VenueHosts, coins: Sequence[str], parts: _Parts) -> Feed:
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
        workers=lambda take: hyperliquid_polls(door, clock, take, learned),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        proxy_for=parts.outbound.proxy_for,
    )
    return feed


_MAKERS: dict[str, Callable[[VenueHosts, Sequence[str], _Parts], Feed]] = {
    "binance": _binance,
    "bybit": _bybit,
    "okx": _okx,
    "hyperliquid": _hyperliquid,
}
