"""Binance's feed: contracts, books, last prices of all contracts, and spot prices, each on a socket of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from desktop.engine.ports import Clock
from desktop.venues.answer_tally import AnswerTally
from desktop.venues.asking import Asking
from desktop.venues.binance import stream
from desktop.venues.binance.poll import instruments_poll, polls, status_poll, whole_book
from desktop.venues.book_keeper import BookKeeper
from desktop.venues.book_memory import BookMemory
from desktop.venues.feed_parts import FeedParts, VenueHosts
from desktop.venues.host_rules import BINANCE_SPOT, VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.reading import frame_reader
from desktop.venues.socket_plan import SocketPlan
from desktop.venues.venue_feed import VenueFeed, Worker


def binance_feed(where: VenueHosts, coins: Sequence[str], parts: FeedParts) -> VenueFeed:
    """Return the feed of these coins with what this world has of the venue."""
    reader = frame_reader("binance", parts.instruments)
    tally = AnswerTally()
    door = RestDoor(where.rest, parts.clock, rules=VENUE_RULES["binance"], outbound=parts.outbound, tally=tally)
    spot_door = RestDoor(where.spot_rest, parts.clock, rules=BINANCE_SPOT, outbound=parts.outbound, tally=tally)
    symbols = partial(parts.symbols, "binance")
    return VenueFeed(
        reader,
        parts.clock,
        lambda watched: _plans(where, watched, symbols(watched)),
        coins,
        workers=lambda feed: _workers(where, feed, reader.books, symbols, (door, spot_door), parts.clock),
        closers=(door.close, spot_door.close),
        tap=parts.tap,
        limits=parts.limits,
        way_to=parts.outbound.way_to,
        tally=tally,
    )


def _plans(where: VenueHosts, coins: Sequence[str], symbols: Sequence[str]) -> list[SocketPlan]:
    made = [stream.market_plan(where.ws, symbols)]
    if "books" in where.parts:
        made.append(stream.books_plan(where.ws, symbols))
    if "tickers" in where.parts:
        made.append(stream.tickers_plan(where.ws))
    if where.spot_ws:
        made.append(stream.spot_plan(where.spot_ws, coins))
    return made


def _workers(
    where: VenueHosts,
    feed: VenueFeed,
    books: BookMemory,
    symbols: Callable[[Sequence[str]], list[str]],
    doors: tuple[RestDoor, RestDoor],
    clock: Clock,
) -> list[Worker]:
    door, spot_door = doors
    made: list[Worker] = [*polls(door, clock, feed.take, symbols)]
    if "books" in where.parts:
        asking = Asking("binance", door, clock, feed.take)
        made.append(BookKeeper(books, clock, lambda one: asking.ask(whole_book(one)), symbols))
    if "instruments" in where.parts:
        made.append(instruments_poll(door, clock, feed.take, feed.watch_again))
    if "status" in where.parts:
        made.append(status_poll(spot_door, clock, feed.take))
    return made
