"""Books and last prices of the practice venues, as the program's own feeds see them."""

import asyncio
from collections.abc import Callable

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Book, Gap, Message, Ticker
from desktop.domain.raw_frame import RawFrame
from desktop.engine.clock import FastClock
from desktop.engine.ports import Feed
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.resource_files import resource
from desktop.venues.catalogue import VenueHosts, feeds
from desktop.venues.reading import frame_reader
from desktop.worlds.practice.beside_streams import BesideStreams
from desktop.worlds.practice.storm_recording import read_storm
from desktop.worlds.practice.venue_servers import VenueServers

START_MS = 1_800_000_000_000
WHOLE = "GET /fapi/v1/depth?symbol=BTCUSDT&limit=1000"


def test_the_programs_own_feeds_see_whole_books_and_warm_last_prices() -> None:
    heard: list[Message] = []

    async def follow(feed: Feed, done: Callable[[], bool]) -> None:
        async for batch in feed.messages():
            heard.extend(batch)
            if done():
                return

    async def scene() -> None:
        clock = FastClock(20.0, START_MS)
        servers = VenueServers(read_storm(resource("practice/storm.jsonl.zst")), clock)
        await servers.start()
        binance = VenueHosts(
            servers.binance_sockets.url, servers.binance_rest.url, parts=frozenset({"books", "tickers"})
        )
        bybit = VenueHosts(servers.bybit_sockets.url, parts=frozenset({"books"}))
        made = feeds({"binance": binance, "bybit": bybit}, ["BTC"], clock, shipped_instruments())
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            for feed in made:
                group.create_task(follow(feed, lambda: len(good_books()) > 3 and bool(tickers())))
        for feed in made:
            await feed.close()
        await servers.close()

    def good_books() -> list[Book]:
        return [one for one in heard if isinstance(one, Book) and not one.gap]

    def tickers() -> list[Ticker]:
        return [one for one in heard if isinstance(one, Ticker)]

    asyncio.run(scene())
    assert {book.venue for book in good_books()} == {"binance", "bybit"}
    assert [one for one in heard if isinstance(one, Gap)] == []
    for book in good_books():
        middle = (book.bids[0][0] + book.asks[0][0]) / 2
        assert book.bids[-1][0] < middle * 0.981
        assert book.asks[-1][0] > middle * 1.019
    assert len({one.symbol for one in tickers()}) > 20
    assert min(one.at_ms for one in tickers()) <= START_MS - 2 * 3_600_000


def test_a_storm_takes_most_of_the_book_away_and_lets_other_coins_fall() -> None:
    made = BesideStreams()
    reader = frame_reader("binance", InstrumentTable())
    forced = '{"stream":"btcusdt@forceOrder","data":{}}'

    def reads(channel: str, frame: str) -> Message | None:
        found = reader.read(RawFrame(START_MS * 1_000_000, "binance", channel, frame.encode()))
        return found[-1] if found else None

    def depth_at(second: int) -> float:
        book: Message | None = None
        for one in made.second(START_MS + second * 1000):
            if one.stream.startswith("btcusdt"):
                book = reads("books /public/stream", one.frame)
        assert isinstance(book, Book)
        return sum(price * size for price, size in book.bids)

    whole = made.whole_depth("BTCUSDT", START_MS)
    assert whole is not None
    reads(WHOLE, whole)
    quiet = depth_at(1)
    for second in range(2, 90):
        for _ in range(2):
            made.hear("binance", "btcusdt@forceOrder", forced)
        depth_at(second)
    assert depth_at(90) < 0.35 * quiet
    assert made.whole_depth("NEVERUSDT", START_MS) is None
