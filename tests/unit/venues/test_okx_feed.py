"""OKX's whole feed against loopback: channels, books that break and are asked for again, what is asked by REST."""

import json

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Book, FeedStatus, Gap, InsurancePool, Message, Ticker, VenueNotice
from desktop.venues.catalogue import VenueHosts, feeds
from desktop.venues.feed_parts import ALL_PARTS
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import Client, VenueServer
from tests.unit.venues.test_feed_channels import Rest, listed
from tests.unit.venues.test_okx_books import ASKS, AT_MS, BIDS, SWAP, push
from tests.unit.venues.test_okx_parse import POOL, PRICED
from tests.unit.venues.test_okx_parse import push as pushed
from tests.unit.venues.test_venue_feed import Reader, play
from tests.unit.venues.test_venue_listings import row

ANSWERS: dict[str, object] = {
    "/api/v5/market/tickers": {"code": "0", "msg": "", "data": [PRICED, {**PRICED, "instId": "GONE-USDT-SWAP"}]},
    "/api/v5/system/status": {"code": "0", "msg": "", "data": []},
    "/api/v5/public/instruments": {"code": "0", "msg": "", "data": [row(SWAP, "0.01", "BTC")]},
}


def _what(message: Message) -> str:
    if isinstance(message, Ticker):
        return "ticker"
    if isinstance(message, VenueNotice):
        return "notice"
    return "list" if isinstance(message, FeedStatus) and message.detail == "1 instruments" else ""


async def said(client: Client) -> tuple[str, list[str]]:
    """Return the next request: its kind and the channels it names."""
    while (text := await client.heard.get()) == "ping":
        pass
    asked = json.loads(text)
    return asked["op"], [arg["channel"] for arg in asked["args"]]


async def by_channel(server: VenueServer) -> tuple[Client, Client]:
    """Return the sockets of the main stream and of the books, whichever came first."""
    clients = {}
    for _ in range(2):
        client = await server.joined.get()
        _, channels = await said(client)
        clients["books" if channels == ["books"] else "main"] = client
        if "adl-warning" in channels:
            assert {"liquidation-orders", "status", "trades", "mark-price", "index-tickers"} <= set(channels)
    return clients["main"], clients["books"]


def test_a_broken_book_is_unknown_until_it_was_subscribed_anew() -> None:
    async def scene(clock: ManualClock) -> None:
        async with Rest(ANSWERS) as rest, VenueServer() as server:
            hosts = {"okx": VenueHosts(server.url, rest.url, parts=ALL_PARTS)}
            (feed,) = feeds(hosts, ["BTC"], clock, InstrumentTable())
            reader = Reader(feed)
            _, books = await by_channel(server)
            await listed(reader)  # before that nobody knows what a contract's size means
            books.send(push(10, -1, BIDS, ASKS).decode())
            first = await reader.next(Book)
            assert isinstance(first, Book)
            assert first.bids[0] == (80000.0, 1.0)
            books.send(push(20, 15, [], [], at_ms=AT_MS + 100).decode())
            gap = await reader.next(Gap)
            assert isinstance(gap, Gap)
            assert gap.channel == "books /ws/v5/public"
            unknown = await reader.next(Book)
            assert isinstance(unknown, Book)
            assert unknown.gap
            await clock.tick(1)
            assert await said(books) == ("unsubscribe", ["books"])
            assert await said(books) == ("subscribe", ["books"])
            books.send(push(30, -1, BIDS, ASKS, at_ms=AT_MS + 2_000).decode())
            mended = await reader.next(Book)
            assert isinstance(mended, Book)
            assert not mended.gap
            await reader.close()

    play(scene)


def test_prices_state_and_list_are_asked_and_the_fund_is_heard() -> None:
    async def scene(clock: ManualClock) -> None:
        async with Rest(ANSWERS) as rest, VenueServer() as server:
            hosts = {"okx": VenueHosts(server.url, rest.url, parts=ALL_PARTS)}
            table = InstrumentTable()
            (feed,) = feeds(hosts, ["BTC"], clock, table)
            reader = Reader(feed)
            lacking = {"ticker", "notice", "list"}
            while lacking:
                lacking.discard(_what(await reader.next()))
            assert table.trades("okx", SWAP)
            main, _ = await by_channel(server)
            main.send(json.dumps(pushed("adl-warning", POOL)))
            pool = await reader.next(InsurancePool)
            assert isinstance(pool, InsurancePool)
            assert (pool.state, pool.drop) == ("warning", 0.25)
            await reader.close()

    play(scene)


def test_a_world_without_the_parts_asks_for_the_main_stream_alone() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            (feed,) = feeds({"okx": VenueHosts(server.url)}, ["BTC"], clock, InstrumentTable())
            reader = Reader(feed)
            client = await server.joined.get()
            op, channels = await said(client)
            assert (op, "adl-warning" in channels, "status" in channels, "books" in channels) == (
                "subscribe",
                False,
                False,
                False,
            )
            await reader.close()
            assert len(server.clients) == 1

    play(scene)
