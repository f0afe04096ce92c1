"""Hyperliquid's feed: one socket for coins and vaults, and what is said only when asked."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.venues.answer_tally import AnswerTally
from desktop.venues.feed_parts import FeedParts, VenueHosts
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.hyperliquid.poll import contexts_poll, instruments_poll, vaults_poll
from desktop.venues.hyperliquid.stream import ws_plan
from desktop.venues.reading import frame_reader
from desktop.venues.socket_plan import SocketPlan
from desktop.venues.venue_feed import VenueFeed, Worker


def hyperliquid_feed(where: VenueHosts, coins: Sequence[str], parts: FeedParts) -> VenueFeed:
    """Return the feed of these coins with what this world has of the venue.

    Which vaults trade is asked at the start and daily; their fills are followed from then on.
    """
    tally = AnswerTally()
    door = RestDoor(where.rest, parts.clock, rules=VENUE_RULES["hyperliquid"], outbound=parts.outbound, tally=tally)
    vaults: list[str] = []

    def plans(watched: Sequence[str]) -> list[SocketPlan]:
        return [ws_plan(where.ws, parts.symbols("hyperliquid", watched), vaults, where.parts)]

    return VenueFeed(
        frame_reader("hyperliquid", parts.instruments),
        parts.clock,
        plans,
        coins,
        workers=lambda feed: _workers(feed, where, door, vaults, parts),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        way_to=parts.outbound.way_to,
        tally=tally,
    )


def _workers(feed: VenueFeed, where: VenueHosts, door: RestDoor, vaults: list[str], parts: FeedParts) -> list[Worker]:
    def learned(children: tuple[str, ...]) -> None:
        vaults[:] = children
        feed.plan_again()

    made: list[Worker] = [vaults_poll(door, parts.clock, feed.take, learned)]
    if "tickers" in where.parts:
        made.append(contexts_poll(door, parts.clock, feed.take))
    if "instruments" in where.parts:
        made.append(instruments_poll(door, parts.clock, feed.take, feed.watch_again))
    return made
