"""Whole feeds: the catalogue's own, against loopback servers; time is moved by hand."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

import pytest

from desktop.domain.errors import WrongUsage
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.market import FeedStatus, Gap, Liquidation, Mark, Message, OpenInterest, Trade, Unparsed
from desktop.domain.raw_frame import RawFrame
from desktop.engine.ports import Feed
from desktop.venues.catalogue import LIVE_HOSTS, VenueHosts, feeds, symbol_of
from desktop.venues.mailbox import FreshPrints, Mailbox
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import VenueServer


def trade(price: str = "81000.10") -> str:
    data = {"e": "aggTrade", "E": 1, "a": 1, "s": "BTCUSDT", "p": price, "q": "0.5", "T": 1790000000150, "m": False}
    return json.dumps({"stream": "btcusdt@aggTrade", "data": data}, separators=(",", ":"))


def forced(filled: str = "2.0") -> str:
    order = {"s": "BTCUSDT", "S": "SELL", "q": filled, "p": "1", "ap": "80000.0", "z": filled, "T": 1790000000200}
    data = {"e": "forceOrder", "E": 1790000001200, "o": order}
    return json.dumps({"stream": "btcusdt@forceOrder", "data": data}, separators=(",", ":"))


BYBIT_TRADE = (
    '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1,'
    '"data":[{"T":1790000000150,"s":"BTCUSDT","S":"Sell","v":"1","p":"80000"}]}'
)


class Reader:
    """Reads a feed in the background and lets the test wait for a kind of message."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._task = asyncio.create_task(self._read())

    async def next(self, *kinds: type) -> Message:
        while True:
            message = await self._queue.get()
            if not kinds or isinstance(message, kinds):
                return message

    async def close(self) -> None:
        await self.feed.close()
        await self._task

    async def _read(self) -> None:
        async for batch in self.feed.messages():
            for message in batch:
                self._queue.put_nowait(message)


def play(scene: Callable[[ManualClock], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20):
            await scene(ManualClock())

    asyncio.run(whole())


def feed_of(hosts: dict[str, VenueHosts], clock: ManualClock, tapped: list[RawFrame] | None = None) -> Feed:
    tap = tapped.append if tapped is not None else None
    (feed,) = feeds(hosts, ["BTC"], clock, InstrumentTable(), tap)
    return feed


def test_binance_streams_come_by_the_market_route_while_its_rest_is_down() -> None:
    async def scene(clock: ManualClock) -> None:
        tapped: list[RawFrame] = []
        async with VenueServer() as server:
            # Nothing listens at the REST address: the stream must not care.
            reader = Reader(feed_of({"binance": VenueHosts(server.url, "http://127.0.0.1:1")}, clock, tapped))
            client = await server.joined.get()
            path = "/market/stream"
            assert client.path == path
            asked = json.loads(await client.heard.get())
            assert asked["params"] == ["btcusdt@aggTrade", "btcusdt@markPrice@1s", "btcusdt@forceOrder"]
            client.send(trade())
            got = await reader.next(Trade)
            assert isinstance(got, Trade)
            assert got.received_ns == clock.now_ms() * 1_000_000
            await clock.next_sleep(15.0)
            assert "GET /fapi/v1/openInterest?symbol=BTCUSDT" in [one.channel for one in tapped if one.event == "gap"]
            await reader.close()
            frames = [one for one in tapped if one.channel == path]
            assert [one.event for one in frames] == ["connected", ""]
            assert frames[1].frame == trade().encode()

    play(scene)


def test_binance_open_interest_is_valued_at_the_mark() -> None:
    async def scene(clock: ManualClock) -> None:
        body = b'{"openInterest":"100.5","symbol":"BTCUSDT","time":1790000000000}'

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            text = body if b"openInterest?symbol=BTCUSDT" in head else b"[]"
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(text), text))
            await writer.drain()
            writer.close()

        rest = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = rest.sockets[0].getsockname()[1]
        async with VenueServer() as server:
            reader = Reader(feed_of({"binance": VenueHosts(server.url, f"http://127.0.0.1:{port}")}, clock))
            first = await reader.next(OpenInterest)
            assert isinstance(first, OpenInterest)
            client = await server.joined.get()
            mark = {"e": "markPriceUpdate", "E": 1790000000000, "s": "BTCUSDT", "p": "80000", "r": "0.0001", "T": 0}
            client.send(json.dumps({"stream": "x", "data": mark}))
            await reader.next(Mark)
            await clock.next_sleep(15.0)
            await clock.advance(15.0)
            second = await reader.next(OpenInterest)
            assert isinstance(second, OpenInterest)
            assert (second.coins, second.usd) == ("100.5", 8_040_000.0)
            await reader.close()
        rest.close()
        await rest.wait_closed()

    play(scene)


def test_bybit_is_subscribed_and_its_deltas_are_made_whole() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            reader = Reader(feed_of({"bybit": VenueHosts(server.url)}, clock))
            client = await server.joined.get()
            assert client.path == "/v5/public/linear"
            asked = json.loads(await client.heard.get())
            assert asked["args"] == ["allLiquidation.BTCUSDT", "publicTrade.BTCUSDT", "tickers.BTCUSDT"]
            data = {"symbol": "BTCUSDT", "markPrice": "80000", "indexPrice": "80001", "fundingRate": "0.0001"}
            for kind, fields in (("snapshot", data), ("delta", {"symbol": "BTCUSDT", "markPrice": "79000"})):
                client.send(
                    json.dumps({"topic": "tickers.BTCUSDT", "type": kind, "data": fields, "ts": 1790000000000})
                )
            await reader.next(Mark)
            delta = await reader.next(Mark)
            assert isinstance(delta, Mark)
            assert (delta.mark, delta.index, delta.funding_rate) == ("79000", "80001", 0.0001)
            await reader.close()
            await client.gone.wait()

    play(scene)


def test_okx_is_subscribed_and_renewed_before_the_venue_closes_the_socket() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            reader = Reader(feed_of({"okx": VenueHosts(server.url, "http://127.0.0.1:1")}, clock))
            client = await server.joined.get()
            assert client.path == "/ws/v5/public"
            assert {"channel": "trades", "instId": "BTC-USDT-SWAP"} in json.loads(await client.heard.get())["args"]
            row = {"instId": "BTC-USDT-SWAP", "px": "80000", "sz": "5", "side": "buy", "ts": "1790000000150"}
            frame = json.dumps({"arg": {"channel": "trades", "instId": "BTC-USDT-SWAP"}, "data": [row]})
            client.send(frame)
            assert isinstance(await reader.next(Trade), Trade)
            client.send('{"event":"notice","code":"64008","msg":"the connection will soon be closed","connId":"a"}')
            while not (isinstance(one := await reader.next(FeedStatus), FeedStatus) and "64008" in one.detail):
                pass
            await clock.tick(1)
            new = await server.joined.get()
            new.send(frame)
            assert isinstance(await reader.next(Trade), Trade)
            await reader.close()

    play(scene)


def test_garbage_is_shown_and_the_stream_goes_on() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            reader = Reader(feed_of({"binance": VenueHosts(server.url, "http://127.0.0.1:1")}, clock))
            client = await server.joined.get()
            client.send("{")
            client.send(trade())
            assert isinstance(await reader.next(Unparsed), Unparsed)
            assert isinstance(await reader.next(Trade), Trade)
            await reader.close()

    play(scene)


def test_a_close_is_seen_at_once_and_the_hole_is_known_when_data_is_back() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            reader = Reader(feed_of({"bybit": VenueHosts(server.url)}, clock))
            client = await server.joined.get()
            row = {"T": 1790000000150, "s": "BTCUSDT", "S": "Sell", "v": "1", "p": "80000"}
            frame = json.dumps({"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1, "data": [row]})
            client.send(frame)
            await reader.next(Trade)
            last_ms = clock.now_ms()
            await clock.tick(3)
            client.transport.disconnect(False)
            status = await reader.next(FeedStatus)
            while isinstance(status, FeedStatus) and status.event != "closed":
                status = await reader.next(FeedStatus)
            first = await reader.next(Gap)
            assert isinstance(first, Gap)
            assert (first.since_ms, first.reason) == (last_ms, "the connection was lost")
            await clock.advance(await clock.next_sleep_between(0.25, 0.5))
            (await server.joined.get()).send(frame)
            whole = await reader.next(Gap)
            assert isinstance(whole, Gap)
            assert (whole.since_ms, whole.at_ms) == (last_ms, clock.now_ms())
            await reader.close()

    play(scene)


def test_a_print_on_both_sockets_of_a_renewal_counts_once() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            reader = Reader(feed_of({"binance": VenueHosts(server.url, "http://127.0.0.1:1")}, clock))
            old = await server.joined.get()
            old.send(trade())
            old.send(forced())
            assert isinstance(await reader.next(Liquidation), Liquidation)
            old.send('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}')
            await reader.next(FeedStatus)
            await clock.tick(1)
            new = await server.joined.get()
            new.send(forced())
            new.send(forced("3.0"))
            fresh = await reader.next(Liquidation)
            assert isinstance(fresh, Liquidation)
            assert fresh.quantity == "3.0"
            await reader.close()

    play(scene)


def test_equal_prints_of_one_push_are_two_and_of_a_later_push_none() -> None:
    prints = FreshPrints()
    one = Liquidation("bybit", "BTCUSDT", "BTC", "long", "1", "80000", "bankruptcy", 80000.0, 5)
    assert prints.fresh((one, one)) == (one, one)
    assert prints.fresh((one,)) == ()
    for number in range(25_000):
        other = Liquidation("bybit", "BTCUSDT", "BTC", "long", "1", "80000", "bankruptcy", 80000.0, number + 6)
        assert prints.fresh((other,)) == (other,)
    assert len(prints._recent) + len(prints._older) <= 20_002


def test_a_mailbox_nobody_reads_drops_and_says_so() -> None:
    async def scene() -> Sequence[Message] | None:
        box = Mailbox("binance", most_waiting=3)
        one = FeedStatus("binance", "/x", "alive", "", 0)
        for at_ms in (10, 11, 12, 13):
            box.put((one,), "/x", at_ms)
        box.close()
        return await box.fetch()

    assert asyncio.run(scene()) == [Gap("binance", "/x", "4 messages were dropped: the engine is too slow", 10, 13)]


def test_live_hosts_have_feeds_and_others_are_refused() -> None:
    async def scene(clock: ManualClock) -> None:
        made = feeds(LIVE_HOSTS, ["BTC", "ETH"], clock, InstrumentTable())
        assert [feed.venue for feed in made] == ["binance", "bybit", "okx", "hyperliquid"]
        for feed in made:
            await feed.close()
        with pytest.raises(WrongUsage, match="'kraken' has no feed"):
            feeds({"kraken": VenueHosts("wss://x")}, ["BTC"], clock, InstrumentTable())

    play(scene)


def test_a_coin_traded_by_the_thousand_is_found_under_its_symbol() -> None:
    from desktop.storage.instrument_file import shipped_instruments

    table = shipped_instruments()
    assert symbol_of("binance", "PEPE", table) == "1000PEPEUSDT"
    assert symbol_of("bybit", "SHIB", table) == "SHIB1000USDT"
    assert symbol_of("binance", "NEWCOIN", table) == "NEWCOINUSDT"
    assert symbol_of("okx", "PEPE", table) == "PEPE-USDT-SWAP"
    assert symbol_of("hyperliquid", "BTC", table) == "BTC"
    thousand = Instrument("hyperliquid", "kPEPE", "PEPE", None, "PEPE", Decimal(1000), "linear")
    assert symbol_of("hyperliquid", "PEPE", InstrumentTable([thousand])) == "kPEPE"


def test_coins_come_and_go_on_the_connection_that_stands() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            reader = Reader(feed_of({"bybit": VenueHosts(server.url)}, clock))
            client = await server.joined.get()
            await client.heard.get()
            await reader.feed.watch(["ETH", "BTC"])
            asked = json.loads(await client.heard.get())
            assert (asked["op"], asked["args"]) == (
                "subscribe", ["allLiquidation.ETHUSDT", "publicTrade.ETHUSDT", "tickers.ETHUSDT"]
            )  # fmt: skip
            await reader.feed.watch(["ETH"])
            asked = json.loads(await client.heard.get())
            assert (asked["op"], asked["args"][0]) == ("unsubscribe", "allLiquidation.BTCUSDT")
            client.transport.disconnect(False)
            await clock.tick(1)
            await clock.advance(await clock.next_sleep_between(0.25, 0.5))
            again = await server.joined.get()
            asked = json.loads(await again.heard.get())
            assert asked["args"] == ["allLiquidation.ETHUSDT", "publicTrade.ETHUSDT", "tickers.ETHUSDT"]
            assert server.asked == 2
            await reader.close()

    play(scene)


def test_a_feed_that_watches_nothing_connects_when_it_is_given_a_coin() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            (feed,) = feeds({"bybit": VenueHosts(server.url)}, [], clock, InstrumentTable())
            reader = Reader(feed)
            await asyncio.sleep(0)
            assert server.asked == 0
            await feed.watch(["SOL"])
            client = await server.joined.get()
            assert "tickers.SOLUSDT" in json.loads(await client.heard.get())["args"]
            await reader.close()

    play(scene)


def test_a_feed_that_rested_comes_back_with_one_gap_over_all_that_was_missed() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            reader = Reader(feed_of({"bybit": VenueHosts(server.url)}, clock))
            client = await server.joined.get()
            client.send(BYBIT_TRADE)
            await reader.next(Trade)
            heard_ms = clock.now_ms()
            await reader.feed.rest("this computer slept")
            await client.gone.wait()
            closed = await reader.next(Gap, FeedStatus)
            while isinstance(closed, FeedStatus) and closed.event != "closed":
                closed = await reader.next(Gap, FeedStatus)
            assert isinstance(closed, FeedStatus)
            assert closed.detail == "this computer slept"
            await reader.feed.rest("again")  # resting already
            await clock.advance(7200)
            await reader.feed.resume()
            again = await server.joined.get()
            again.send(BYBIT_TRADE)
            again.send(BYBIT_TRADE)
            gap = await reader.next(Gap)
            assert isinstance(gap, Gap)
            assert (gap.since_ms, gap.at_ms) == (heard_ms, clock.now_ms())
            assert gap.reason == "data is back: this computer slept"
            assert isinstance(await reader.next(Gap, Trade), Trade)
            await reader.close()

    play(scene)


def test_a_feed_may_rest_before_anybody_follows_it() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            feed = feed_of({"bybit": VenueHosts(server.url)}, clock)
            await feed.rest("offline")
            reader = Reader(feed)
            await asyncio.sleep(0)
            assert server.asked == 0
            await feed.resume()
            await server.joined.get()
            await reader.close()

    play(scene)
