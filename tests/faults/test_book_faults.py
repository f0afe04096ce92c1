"""Books out of order, on real sockets: what breaks a book is said, and it is whole again by itself."""

from __future__ import annotations

import json

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Book, Gap
from desktop.venues.catalogue import VenueHosts, feeds
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import Client, VenueServer
from tests.faults.bad_venue import BadVenue, Talk
from tests.faults.bench import Bench, following, play

AT_MS = ManualClock().now_ms()


def diff(first: int, last: int, before: int, at_ms: int = AT_MS) -> str:
    data = {"e": "depthUpdate", "E": at_ms, "T": at_ms, "s": "BTCUSDT", "U": first, "u": last, "pu": before}
    return json.dumps({"stream": "btcusdt@depth@500ms", "data": {**data, "b": [["79999.0", str(last)]], "a": []}})


class Rest:
    """Binance's REST interface: whole books with these numbers in turn, the last one again; nothing else is there."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = list(numbers)
        self.asked = 0

    async def __call__(self, talk: Talk) -> None:
        """Answer one request."""
        if b"/fapi/v1/depth" not in (await talk.head()).split(b"\r\n")[0]:
            await talk.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        number = self._numbers[min(self.asked, len(self._numbers) - 1)]
        self.asked += 1
        levels = {"bids": [["79999.0", "1"]], "asks": [["80001.0", "1"]]}
        body = json.dumps({"lastUpdateId": number, "E": AT_MS, "T": AT_MS, **levels}).encode()
        await talk.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def pushed(kind: str, number: int, at_ms: int = AT_MS) -> str:
    data = {"s": "BTCUSDT", "b": [["80000.0", "1"]], "a": [["80001.0", "1"]], "u": number, "seq": number}
    return json.dumps({"topic": "orderbook.1000.BTCUSDT", "type": kind, "ts": at_ms, "cts": at_ms, "data": data})


def books(bench: Bench) -> list[Book]:
    return [one for one in bench.heard if isinstance(one, Book)]


async def the_books_of(server: VenueServer, topic: str) -> Client:
    for _ in range(2):
        client = await server.joined.get()
        if topic in await client.heard.get():
            return client
    raise AssertionError("nobody asked for books")


def test_a_snapshot_older_than_the_stream_is_not_used_and_asked_for_again() -> None:
    async def scene() -> None:
        clock = ManualClock()
        whole = Rest(40, 55)
        async with VenueServer() as server, BadVenue(whole) as rest:
            hosts = VenueHosts(server.url, f"http://127.0.0.1:{rest.port}", parts=frozenset({"books"}))
            (feed,) = feeds({"binance": hosts}, ["BTC"], clock, InstrumentTable())
            async with following(feed, clock) as bench:
                client = await the_books_of(server, "depth")
                client.send(diff(50, 60, 49))
                await bench.pass_until(lambda: whole.asked == 1)
                assert books(bench) == []
                await bench.pass_until(lambda: books(bench) != [])
                assert whole.asked == 2
                assert (books(bench)[0].bids[0], books(bench)[0].gap) == ((79999.0, 60.0), False)

    play(scene)


def test_diffs_that_come_twice_or_late_change_nothing_and_a_missing_one_is_a_gap_that_is_mended() -> None:
    async def scene() -> None:
        clock = ManualClock()
        whole = Rest(10, 31)
        async with VenueServer() as server, BadVenue(whole) as rest:
            hosts = VenueHosts(server.url, f"http://127.0.0.1:{rest.port}", parts=frozenset({"books"}))
            (feed,) = feeds({"binance": hosts}, ["BTC"], clock, InstrumentTable())
            async with following(feed, clock) as bench:
                client = await the_books_of(server, "depth")
                client.send(diff(9, 12, 8))
                await bench.pass_until(lambda: books(bench) != [])
                for again in (diff(9, 12, 8), diff(13, 15, 12), diff(13, 15, 12), diff(9, 12, 8)):
                    client.send(again)
                client.send(diff(16, 17, 15, AT_MS + 1_000))
                await bench.until(lambda: books(bench)[-1].bids[0] == (79999.0, 17.0))
                assert [gap for gap in bench.gaps() if "book" in gap.reason] == []
                client.send(diff(30, 32, 29, AT_MS + 1_100))
                await bench.until(lambda: books(bench)[-1].gap)
                (gap,) = [gap for gap in bench.gaps() if "book" in gap.reason]
                assert gap.reason == "updates after 17 of BTCUSDT's book are missing"
                assert bench.channel("books").reason == gap.reason
                await bench.pass_until(lambda: not books(bench)[-1].gap)
                assert books(bench)[-1].bids[0] == (79999.0, 32.0)

    play(scene)


def test_a_break_in_a_pushed_book_is_a_gap_until_a_new_snapshot_comes() -> None:
    async def scene() -> None:
        clock = ManualClock()
        async with VenueServer() as server:
            hosts = VenueHosts(server.url, parts=frozenset({"books"}))
            (feed,) = feeds({"bybit": hosts}, ["BTC"], clock, InstrumentTable())
            async with following(feed, clock) as bench:
                client = await the_books_of(server, "orderbook")
                client.send(pushed("delta", 4))
                client.send(pushed("snapshot", 5))
                await bench.until(lambda: books(bench) != [])
                for number in (6, 6, 9):
                    client.send(pushed("delta", number, AT_MS + 100 * number))
                await bench.until(lambda: books(bench)[-1].gap)
                assert [type(one) for one in bench.heard if isinstance(one, Gap)] == [Gap]
                assert "updates after 6" in bench.channel("books").reason
                await clock.tick(2)
                words = [json.loads(await client.heard.get())["op"] for _ in range(2)]
                assert words == ["unsubscribe", "subscribe"]
                client.send(pushed("snapshot", 20, AT_MS + 2_000))
                await bench.until(lambda: not books(bench)[-1].gap)

    play(scene)
