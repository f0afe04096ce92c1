"""Bybit's feed: linear contracts, their books, inverse ones, pools and the venue's state, each on its own socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from desktop.domain.instrument import Instrument
from desktop.engine.ports import Clock
from desktop.venues.answer_tally import AnswerTally
from desktop.venues.book_keeper import BookKeeper
from desktop.venues.book_memory import BookMemory
from desktop.venues.bybit import stream
from desktop.venues.bybit.poll import instruments_poll, status_poll, tickers_polls
from desktop.venues.feed_parts import FeedParts, VenueHosts
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.reading import frame_reader
from desktop.venues.socket_plan import SocketPlan
from desktop.venues.venue_feed import VenueFeed, Worker


def bybit_feed(where: VenueHosts, coins: Sequence[str], parts: FeedParts) -> VenueFeed:
    """Return the feed of these coins with what this world has of the venue.

    Which inverse contracts there are is known from the table it begins with: the venue's list that renews it names
    linear ones alone.
    """
    inverse = frozenset(one.symbol for one in parts.instruments.all() if _is_inverse(one))
    reader = frame_reader("bybit", parts.instruments)
    tally = AnswerTally()
    door = RestDoor(where.rest, parts.clock, rules=VENUE_RULES["bybit"], outbound=parts.outbound, tally=tally)
    symbols = partial(parts.symbols, "bybit")
    return VenueFeed(
        reader,
        parts.clock,
        lambda watched: _plans(where, symbols(watched), [one for c in watched if (one := f"{c}USD") in inverse]),
        coins,
        workers=lambda feed: _workers(where, feed, reader.books, symbols, door, parts.clock),
        closers=(door.close,),
        tap=parts.tap,
        limits=parts.limits,
        way_to=parts.outbound.way_to,
        tally=tally,
    )


def _is_inverse(one: Instrument) -> bool:
    return (one.venue, one.kind, one.part) == ("bybit", "inverse", "perp")


def _plans(where: VenueHosts, symbols: Sequence[str], inverse: Sequence[str]) -> list[SocketPlan]:
    made = [stream.linear_plan(where.ws, symbols)]
    if "books" in where.parts:
        made.append(stream.books_plan(where.ws, symbols))
    if "inverse" in where.parts:
        made.append(stream.inverse_plan(where.ws, inverse))
    if "insurance" in where.parts:
        made.append(stream.pools_plan(where.ws))
    if "status" in where.parts:
        made.append(stream.status_plan(where.ws))
    return made


def _workers(
    where: VenueHosts,
    feed: VenueFeed,
    books: BookMemory,
    symbols: Callable[[Sequence[str]], list[str]],
    door: RestDoor,
    clock: Clock,
) -> list[Worker]:
    async def ask(symbol: str) -> None:
        feed.ask_again(stream.BOOKS_CHANNEL, stream.book_topic(symbol))

    made: list[Worker] = []
    if "books" in where.parts:
        made.append(BookKeeper(books, clock, ask, symbols))
    if "tickers" in where.parts:
        made.extend(tickers_polls(door, clock, feed.take))
    if "instruments" in where.parts:
        made.append(instruments_poll(door, clock, feed.take, feed.watch_again))
    if "status" in where.parts:
        made.append(status_poll(door, clock, feed.take))
    return made
