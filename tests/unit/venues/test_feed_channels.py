"""What runs beside the main stream: books, tickers, spot, insurance, status, each on a socket or poll of its own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import msgspec

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Book, FeedStatus, Gap, InsurancePool, Liquidation, Ticker, Trade, VenueNotice
from desktop.engine.market.market_state import VenueFeed as FeedHealth
from desktop.engine.ports import Feed
from desktop.storage.instrument_file import shipped_instruments
from desktop.venues.catalogue import VenueHosts, feeds
from desktop.venues.feed_parts import Part
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import Client, VenueServer
from tests.faults.bench import following
from tests.unit.venues.test_venue_feed import Reader, trade

AT_MS = 1_790_000_000_000


class Rest:
    """A venue's REST interface on loopback: `answers` by path; what was asked is kept."""

    def __init__(self, answers: dict[str, object]) -> None:
        self.answers = answers
        self.asked: asyncio.Queue[tuple[str, dict[str, list[str]]]] = asyncio.Queue()
        self.url = ""

    async def __aenter__(self) -> "Rest":
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def next(self, path: str) -> dict[str, list[str]]:
        while True:
            asked, query = await self.asked.get()
            if asked == path:
                return query

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()  # a feed that was closed before it asked
            return
        target = urlsplit(request.split()[1].decode())
        body = msgspec.json.encode(self.answers.get(target.path, {"code": -1, "msg": "no"}))
        status = "200 OK" if target.path in self.answers else "404 Not Found"
        writer.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()
        self.asked.put_nowait((target.path, parse_qs(target.query)))


def play(scene: Callable[[ManualClock], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20):
            await scene(ManualClock())

    asyncio.run(whole())


def feed_of(venue: str, hosts: VenueHosts, clock: ManualClock, table: InstrumentTable | None = None) -> Feed:
    (feed,) = feeds({venue: hosts}, ["BTC"], clock, InstrumentTable() if table is None else table)
    return feed


async def listed(reader: Reader) -> None:
    """Wait until the venue's list of contracts has been read."""
    status = await reader.next(FeedStatus)
    while not (isinstance(status, FeedStatus) and status.detail.endswith("instruments")):
        status = await reader.next(FeedStatus)


def parts(*names: Part) -> frozenset[Part]:
    return frozenset(names)


async def by_path(server: VenueServer, count: int) -> dict[str, Client]:
    return {client.path: client for client in [await server.joined.get() for _ in range(count)]}


def depth(first: int, last: int, before: int, at_ms: int = AT_MS) -> str:
    data = {"e": "depthUpdate", "E": at_ms, "T": at_ms, "s": "BTCUSDT", "U": first, "u": last, "pu": before}
    return json.dumps({"stream": "btcusdt@depth@500ms", "data": {**data, "b": [["80000.0", "1"]], "a": []}})


def test_a_binance_book_is_made_whole_by_rest_and_its_dead_socket_leaves_the_main_stream_alone() -> None:
    async def scene(clock: ManualClock) -> None:
        whole = {"lastUpdateId": 10, "E": AT_MS, "T": AT_MS, "bids": [["79999.0", "1"]], "asks": [["80001.0", "1"]]}
        async with VenueServer() as server, Rest({"/fapi/v1/depth": whole}) as rest:
            hosts = VenueHosts(server.url, rest.url, parts=parts("books"))
            reader = Reader(feed_of("binance", hosts, clock))
            clients = await by_path(server, 2)
            books = clients["/public/stream"]
            assert json.loads(await books.heard.get())["params"] == ["btcusdt@depth@500ms"]
            clients["/market/stream"].send(trade())
            await reader.next(Trade)
            books.send(depth(9, 12, 8))
            await clock.tick(2)
            assert await rest.next("/fapi/v1/depth") == {"symbol": ["BTCUSDT"], "limit": ["1000"]}
            book = await reader.next(Book)
            assert isinstance(book, Book)
            assert (book.bid, book.ask) == ("80000.0", "80001.0")
            health = FeedHealth("binance")
            health.start(clock.now_ms())
            health.beat(clock.now_ms())
            books.transport.disconnect(False)
            closed = await reader.next(FeedStatus)
            while isinstance(closed, FeedStatus) and closed.event != "closed":
                closed = await reader.next(FeedStatus)
            assert isinstance(closed, FeedStatus)
            assert closed.channel == "books /public/stream"
            gone = await reader.next(Book)
            assert isinstance(gone, Book)
            assert gone.gap
            health.status(closed, clock.now_ms())
            assert health.state(clock.now_ms()) == "live"
            await reader.close()

    play(scene)


def test_a_break_in_a_bybit_book_is_mended_by_subscribing_again() -> None:
    async def scene(clock: ManualClock) -> None:
        def pushed(kind: str, number: int) -> str:
            data = {"s": "BTCUSDT", "b": [["80000.0", "1"]], "a": [["80001.0", "1"]], "u": number, "seq": number}
            return json.dumps({"topic": "orderbook.1000.BTCUSDT", "type": kind, "ts": AT_MS, "data": data})

        async with VenueServer() as server:
            reader = Reader(feed_of("bybit", VenueHosts(server.url, parts=parts("books")), clock))
            clients = [await server.joined.get(), await server.joined.get()]
            asked = {json.loads(await client.heard.get())["args"][0]: client for client in clients}
            books = asked["orderbook.1000.BTCUSDT"]
            books.send(pushed("snapshot", 5))
            await reader.next(Book)
            books.send(pushed("delta", 8))
            gap = await reader.next(Gap)
            assert isinstance(gap, Gap)
            assert gap.reason == "updates after 5 of BTCUSDT's book are missing"
            await clock.tick(2)
            words = [json.loads(await books.heard.get()) for _ in range(2)]
            assert [(one["op"], one["args"]) for one in words] == [
                ("unsubscribe", ["orderbook.1000.BTCUSDT"]),
                ("subscribe", ["orderbook.1000.BTCUSDT"]),
            ]
            await reader.close()

    play(scene)


def exchange_info(*rows: tuple[str, str, str, str]) -> dict[str, object]:
    keys = ("symbol", "baseAsset", "contractType", "status")
    return {"symbols": [{**dict(zip(keys, row, strict=True)), "quoteAsset": "USDT", "filters": []} for row in rows]}


def test_tickers_come_of_what_the_venue_lists_as_trading_and_of_metals_apart() -> None:
    async def scene(clock: ManualClock) -> None:
        info = exchange_info(
            ("BTCUSDT", "BTC", "PERPETUAL", "TRADING"),
            ("XAUUSDT", "XAU", "TRADIFI_PERPETUAL", "TRADING"),
            ("TSLAUSDT", "TSLA", "TRADIFI_PERPETUAL", "TRADING"),
            ("OLDUSDT", "OLD", "PERPETUAL", "SETTLING"),
        )
        async with VenueServer() as server, Rest({"/fapi/v1/exchangeInfo": info}) as rest:
            hosts = VenueHosts(server.url, rest.url, server.url, parts=parts("tickers", "instruments"))
            table = InstrumentTable()
            reader = Reader(feed_of("binance", hosts, clock, table))
            clients = await by_path(server, 3)
            await listed(reader)
            assert table.is_complete("binance")
            symbols = ("TSLAUSDT", "OLDUSDT", "NEVERSEENUSDT", "XAUUSDT", "BTCUSDT")
            rows = [{"e": "24hrMiniTicker", "E": AT_MS, "s": one, "c": "5", "q": "1000"} for one in symbols]
            clients["/market/stream?streams=!miniTicker@arr"].send(
                json.dumps({"stream": "!miniTicker@arr", "data": rows}, separators=(",", ":"))
            )
            found = [await reader.next(Ticker), await reader.next(Ticker)]
            assert [(one.symbol, one.coin, one.part) for one in found if isinstance(one, Ticker)] == [
                ("XAUUSDT", "XAU", "metal"), ("BTCUSDT", "BTC", "perp"),
            ]  # fmt: skip
            spot = json.loads(await clients["/stream"].heard.get())["params"]
            assert spot == [
                f"{one}@miniTicker" for one in ("usdcusdt", "fdusdusdt", "paxgusdt", "btcusdt")
            ]  # fmt: skip
            row = {"e": "24hrMiniTicker", "E": AT_MS, "s": "USDCUSDT", "c": "0.9998", "q": "1000"}
            clients["/stream"].send(json.dumps({"stream": "usdcusdt@miniTicker", "data": row}))
            peg = await reader.next(Ticker)
            assert isinstance(peg, Ticker)
            assert (peg.coin, peg.part, peg.last, peg.turnover_usd) == ("USDC", "spot", "0.9998", 1000.0)
            await reader.close()

    play(scene)


def test_a_coin_the_venue_does_not_list_is_passed_over() -> None:
    async def scene(clock: ManualClock) -> None:
        info = exchange_info(("BTCUSDT", "BTC", "PERPETUAL", "TRADING"))
        async with VenueServer() as server, Rest({"/fapi/v1/exchangeInfo": info}) as rest:
            table = InstrumentTable()
            hosts = VenueHosts(server.url, rest.url, parts=parts("instruments"))
            reader = Reader(feed_of("binance", hosts, clock, table))
            client = await server.joined.get()
            await client.heard.get()
            await listed(reader)
            assert table.is_complete("binance")
            await reader.feed.watch(["NOTHERE"])
            assert json.loads(await client.heard.get())["method"] == "UNSUBSCRIBE"
            assert client.heard.empty()
            await reader.close()

    play(scene)


def test_bybit_tells_of_pools_maintenance_last_prices_and_pages_of_its_list() -> None:
    async def scene(clock: ManualClock) -> None:
        def answer(**result: object) -> dict[str, object]:
            return {"retCode": 0, "retMsg": "OK", "result": result, "time": AT_MS}

        def contract(symbol: str, base: str) -> dict[str, object]:
            names = {"symbol": symbol, "baseCoin": base, "quoteCoin": "USDT", "contractType": "LinearPerpetual"}
            return {**names, "status": "Trading", "fundingInterval": 480}

        answers: dict[str, object] = {
            # Without the watched coin in it, the main socket would rest as soon as this list has come.
            "/v5/market/instruments-info": answer(
                list=[contract("SHIB1000USDT", "SHIB1000"), contract("BTCUSDT", "BTC")], nextPageCursor=""
            ),
            "/v5/system/status": answer(list=[{"title": "Upgrade", "state": "ongoing", "begin": "1"}]),
            "/v5/market/tickers": answer(
                category="linear", list=[{"symbol": "SHIB1000USDT", "lastPrice": "0.01", "turnover24h": "2e6"}]
            ),
        }
        async with VenueServer() as server, Rest(answers) as rest:
            hosts = VenueHosts(server.url, rest.url, parts=parts("insurance", "status", "instruments"))
            table = InstrumentTable()
            reader = Reader(feed_of("bybit", hosts, clock, table))
            clients = [await server.joined.get() for _ in range(3)]
            notices: list[VenueNotice] = []
            while not (notices and table.is_complete("bybit")):
                message = await reader.next()
                if isinstance(message, VenueNotice):
                    notices.append(message)
            assert [(one.state, one.detail) for one in notices] == [("maintenance", "ongoing: Upgrade")]
            assert table.is_complete("bybit")
            assert table.find("bybit", "SHIB1000USDT").multiplier == 1000
            for client in clients:
                if json.loads(await client.heard.get())["args"][0] == "adlAlert.USDT":
                    pools = client
            row = {"c": "USDT", "s": "BTCUSDT", "b": "9000000.5", "pr": "-0.21", "i_pr": "-0.3"}
            for _ in range(2):
                pools.send(json.dumps({"topic": "adlAlert.USDT", "type": "snapshot", "ts": AT_MS, "data": [row]}))
            pools.send(json.dumps({"topic": "adlAlert.USDT", "ts": AT_MS, "data": [{**row, "pr": "-0.31"}]}))
            told = [await reader.next(InsurancePool), await reader.next(InsurancePool)]
            assert [(one.state, one.drop) for one in told if isinstance(one, InsurancePool)] == [
                ("warning", 0.21), ("adl", 0.31),
            ]  # fmt: skip
            await reader.close()

    play(scene)


def test_each_channel_says_now_and_then_that_data_comes() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            hosts = VenueHosts(server.url, "http://127.0.0.1:1", parts=parts("books"))
            reader = Reader(feed_of("binance", hosts, clock))
            clients = await by_path(server, 2)
            alive: list[str] = []
            for path in ("/public/stream", "/market/stream"):
                clients[path].send(depth(9, 12, 8) if path == "/public/stream" else trade())
                status = await reader.next(FeedStatus)
                while not (isinstance(status, FeedStatus) and status.event == "alive"):
                    status = await reader.next(FeedStatus)
                alive.append(status.channel)
            assert alive == ["books /public/stream", "/market/stream"]
            clients["/market/stream"].send(trade())
            clients["/market/stream"].send('{"result":null,"id":1}')
            assert isinstance(await reader.next(Trade), Trade)
            status = await reader.next(FeedStatus)
            assert isinstance(status, FeedStatus)
            assert status.event == "note", "not again within five seconds"
            await reader.close()

    play(scene)


def inverse_print(at_ms: int = AT_MS, side: str = "Buy") -> str:
    row = {"T": at_ms, "s": "BTCUSD", "S": side, "v": "40000", "p": "80000"}
    return json.dumps({"topic": "allLiquidation.BTCUSD", "type": "snapshot", "ts": at_ms, "data": [row]})


def test_forced_closings_of_inverse_contracts_come_by_a_socket_of_their_own_and_count_dollars() -> None:
    async def scene(clock: ManualClock) -> None:
        listed = {"retCode": 0, "result": {"list": [_linear("BTC"), _linear("ETH")], "nextPageCursor": ""}}
        async with VenueServer() as server, Rest({"/v5/market/instruments-info": listed}) as rest:
            hosts = VenueHosts(server.url, rest.url, parts=parts("inverse", "instruments"))
            table = shipped_instruments()
            reader = Reader(feed_of("bybit", hosts, clock, table))
            clients = await by_path(server, 2)
            socket = clients["/v5/public/inverse"]
            assert json.loads(await socket.heard.get())["args"] == ["allLiquidation.BTCUSD"]
            while not table.is_complete("bybit"):
                await reader.next()
            await reader.feed.watch(["BTC", "ETH", "PEPE"])
            assert json.loads(await socket.heard.get())["args"] == ["allLiquidation.ETHUSD"]
            for side in ("Buy", "Sell"):
                socket.send(inverse_print(side=side))
                found = await reader.next(Liquidation)
                assert isinstance(found, Liquidation)
                assert (found.coin, found.side) == ("BTC", "long" if side == "Buy" else "short")
                assert (found.usd, found.quantity, found.price_kind) == (40_000.0, "0.5", "bankruptcy")
            await reader.close()

    play(scene)


def _linear(coin: str) -> dict[str, object]:
    names = {"symbol": f"{coin}USDT", "baseCoin": coin, "quoteCoin": "USDT", "contractType": "LinearPerpetual"}
    return {**names, "status": "Trading", "fundingInterval": 480}


def test_a_quiet_socket_is_alive_by_its_pongs_and_dead_without() -> None:
    async def scene(clock: ManualClock) -> None:
        async with VenueServer() as server:
            table = shipped_instruments()
            feed = feed_of("bybit", VenueHosts(server.url, parts=parts("inverse")), clock, table)
            async with following(feed, clock) as bench:
                socket = (await by_path(server, 2))["/v5/public/inverse"]
                assert "allLiquidation.BTCUSD" in await socket.heard.get()
                for _ in range(6):
                    await bench.pass_until(lambda: not socket.heard.empty())
                    assert socket.heard.get_nowait() == '{"op":"ping"}'
                    socket.send('{"success":true,"ret_msg":"pong","conn_id":"1","op":"ping"}')
                assert not socket.gone.is_set()
                await bench.pass_until(lambda: bench.channel("inverse").state == "down")
                assert bench.channel("inverse").reason == "no data for 50 s"

    play(scene)


def test_a_forced_order_by_a_socket_beside_does_not_make_a_closed_stream_look_alive() -> None:
    feed = FeedHealth("bybit")
    feed.start(AT_MS)
    feed.status(FeedStatus("bybit", "/v5/public/linear", "connected", "", AT_MS), AT_MS)
    feed.beat(AT_MS)
    feed.status(FeedStatus("bybit", "/v5/public/linear", "closed", "gone", AT_MS + 1), AT_MS + 1)
    feed.told_ms = AT_MS + 2_000
    assert feed.state(AT_MS + 2_000) == "down"
    feed.status(FeedStatus("bybit", "/v5/public/linear", "alive", "data", AT_MS + 3_000), AT_MS + 3_000)
    assert feed.state(AT_MS + 3_000) == "live"
