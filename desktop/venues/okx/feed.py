"""OKX's feed: the public channels on one socket, books on another, and what is said only when asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from desktop.venues.answer_tally import AnswerTally
from desktop.venues.book_keeper import BookKeeper
from desktop.venues.book_memory import BookMemory
from desktop.venues.feed_parts import FeedParts, VenueHosts
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.okx import stream
from desktop.venues.okx.poll import instruments_poll, status_poll, tickers_poll
from desktop.venues.reading import frame_reader
from desktop.venues.socket_plan import SocketPlan
from desktop.venues.venue_feed import VenueFeed, Worker


def okx_feed(where: VenueHosts, coins: Sequence[str], parts: FeedParts) -> VenueFeed:
    """Return the feed of these coins with what this world has of the venue."""
    reader = frame_reader("okx", parts.instruments)
    tally = AnswerTally()
    door = RestDoor(where.rest, parts.clock, rules=VENUE_RULES["okx"], outbound=parts.outbound, tally=tally)
    symbols = partial(parts.symbols, "okx")

    def plans(watched: Sequence[str]) -> list[SocketPlan]:
        made = [stream.public_plan(where.ws, symbols(watched), where.parts)]
        if "books" in where.parts:
            made.append(stream.books_plan(where.ws, symbols(watched)))
        return made

    return VenueFeed(
        reader,
        parts.clock,
        plans,
        coins,
        workers=lambda feed: _workers(feed, where, door, reader.books, parts),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        way_to=parts.outbound.way_to,
        tally=tally,
    )


def _workers(feed: VenueFeed, where: VenueHosts, door: RestDoor, books: BookMemory, parts: FeedParts) -> list[Worker]:
    made: list[Worker] = []
    if "books" in where.parts:

        async def ask(symbol: str) -> None:
            feed.ask_again(stream.BOOKS_CHANNEL, stream.book_topic(symbol))

        made.append(BookKeeper(books, parts.clock, ask, partial(parts.symbols, "okx")))
    if "tickers" in where.parts:
        made.append(tickers_poll(door, parts.clock, feed.take))
    if "instruments" in where.parts:
        made.append(instruments_poll(door, parts.clock, feed.take, feed.watch_again))
    if "status" in where.parts:
        made.append(status_poll(door, parts.clock, feed.take))
    return made
