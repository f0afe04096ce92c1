"""Facts from outside the venues: read in the documented forms, each with its own date, each source by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from desktop.domain.context_names import CONTEXT_UNITS
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import ContextPoint, FeedStatus, Gap, Message, Unparsed
from desktop.domain.raw_frame import RawFrame
from desktop.venues.context.dated_rows import MOST_ROWS
from desktop.venues.context.feed import ContextKeys, context_feed, live_sources
from desktop.venues.context.sources import (
    CHANNELS,
    FEAR_GREED,
    FEES,
    GAS_PRICE,
    KEYED,
    KEYLESS,
    MEMPOOL,
    STABLECOINS,
    ContextSource,
    parse,
)
from desktop.venues.outbound import Outbound
from desktop.venues.reading import FrameReaders
from desktop.venues.venue_feed import VenueFeed
from desktop.worlds.practice.context_server import SAID_BY, PracticeContext, practice_sources
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, HttpServer, json_answer, text_answer
from tests.fakes.manual_clock import ManualClock

NOW_MS = 1_790_000_000_000
VIX, GVZ, OVX = (question.channel for question in KEYLESS["cboe"].questions)
BTC_FLOW, ETH_FLOW = (question.channel for question in KEYED["coinglass"].questions)
SOSO_BTC, SOSO_ETH = (question.channel for question in KEYED["sosovalue"].questions)


def read(channel: str, body: bytes | object) -> tuple[Message, ...]:
    frame = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse(frame, channel=channel, received_ns=NOW_MS * 1_000_000, instruments=InstrumentTable())


def facts(channel: str, body: bytes | object) -> dict[str, float]:
    found = read(channel, body)
    assert all(isinstance(one, ContextPoint) for one in found), found
    return {one.name: one.value for one in found if isinstance(one, ContextPoint)}


def dated(channel: str, body: bytes | object) -> list[tuple[str, str, float]]:
    return [
        (one.name, datetime.fromtimestamp(one.as_of_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M"), one.value)
        for one in read(channel, body)
        if isinstance(one, ContextPoint)
    ]


def trouble(channel: str, body: bytes | object) -> str:
    (found,) = read(channel, body)
    assert isinstance(found, Unparsed), found
    assert (found.venue, found.channel) == ("context", channel)
    return found.reason


# --- what is so now ---------------------------------------------------------------------------------------------


def coin(symbol: str, price: object, supply: float) -> dict[str, object]:
    return {"symbol": symbol, "pegType": "peggedUSD", "price": price, "circulating": {"peggedUSD": supply}, "new": 1}


def test_stablecoins_tell_price_and_supply_and_leave_out_what_is_null() -> None:
    body = {
        "peggedAssets": [
            coin("USDT", 0.9991, 150e9),
            coin("USDT", 0.2, 5.0),
            coin("USDC", None, 60e9),
            coin("USDe", 0.65, 6e9),
            coin("EURS", 1.1, 1e8),
        ]
    }
    assert facts(STABLECOINS.channel, body) == {
        "PEG_USDT": 0.9991,
        "SUPPLY_USDT": 150e9,
        "SUPPLY_USDC": 60e9,
        "PEG_USDE": 0.65,
    }


def test_chain_fees_and_queue() -> None:
    fees = {"fastestFee": 30, "halfHourFee": 21.5, "hourFee": 12, "economyFee": 2, "minimumFee": 1}
    assert facts(FEES.channel, fees) == {"BTC_FEE": 21.5}
    assert facts(MEMPOOL.channel, {"count": 7, "vsize": 98_000_000, "total_fee": 1}) == {"BTC_MEMPOOL": 98e6}
    assert facts(GAS_PRICE.channel, {"jsonrpc": "2.0", "id": 1, "result": "0x3b9aca00"}) == {"ETH_FEE": 1.0}


@pytest.mark.parametrize(
    ("channel", "body", "words"),
    [
        (STABLECOINS.channel, {"peggedAssets": []}, "none of the great stablecoins"),
        (STABLECOINS.channel, {"message": "gone"}, "peggedAssets"),
        (FEES.channel, {"halfHourFee": -1}, "cannot be"),
        (FEES.channel, {"halfHourFee": "21"}, "halfHourFee"),
        (MEMPOOL.channel, b"\xff\xfe", ""),
        (
            GAS_PRICE.channel,
            {"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "limit"}},
            "-32005: limit",
        ),
        (GAS_PRICE.channel, {"jsonrpc": "2.0", "id": 1, "result": "lots"}, "not a number"),
        (GAS_PRICE.channel, {"jsonrpc": "2.0", "id": 1, "result": "0x" + "f" * 60}, "cannot be"),
        ("GET /elsewhere", {}, "not a channel of context"),
    ],
)
def test_what_cannot_be_read_is_said(channel: str, body: bytes | object, words: str) -> None:
    assert words in trouble(channel, body)


# --- daily figures ----------------------------------------------------------------------------------------------


def test_cboe_files_of_both_forms_are_read_by_their_own_dates() -> None:
    vix = b"DATE,OPEN,HIGH,LOW,CLOSE\r\n01/29/2026,17.0,18.0,16.5,17.4\r\n01/30/2026,17.4,22.0,17.0,21.7\r\n"
    assert dated(VIX, vix) == [("VIX", "2026-01-29 00:00", 17.4), ("VIX", "2026-01-30 00:00", 21.7)]
    assert dated(GVZ, b"\xef\xbb\xbfDATE,GVZ\n01/30/2026,31.25\n") == [("GVZ", "2026-01-30 00:00", 31.25)]
    assert dated(OVX, b"DATE,OVX\n01/30/2026,40\n")[0][0] == "OVX"


def test_only_the_newest_rows_of_a_long_file_are_read() -> None:
    rows = [f"{1 + day % 28:02d}" for day in range(3000)]
    lines = [f"{1 + number // 28 % 12:02d}/{day}/{2000 + number // 336},{number}" for number, day in enumerate(rows)]
    broken_long_ago = ["DATE,GVZ", "broken", *lines]
    found = dated(GVZ, "\n".join(broken_long_ago).encode())
    assert len(found) == MOST_ROWS
    assert found[-1][2] == 2999


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html>", "not the head of a price file"),
        (b"", "not the head"),
        (b"DATE,GVZ\n", "no day"),
        (b"DATE,GVZ\n30/01/2026,31\n", "line 2 is '30/01/2026', not a date"),
        (b"DATE,GVZ\n01/30/2026,.\n", "line 2 is '.', not a number"),
        (b"DATE,GVZ\n01/30/2026,nan\n", "not a number"),
        (b"DATE,GVZ\n01/30/2026,-3\n", "cannot be"),
        (b"DATE,OPEN,HIGH,LOW,CLOSE\n01/30/2026,1\n", "line 2 has 2 fields"),
        (b"DATE,GVZ\n\xff\n", "UTF-8"),
    ],
)
def test_a_file_that_is_none_is_not_read(body: bytes, words: str) -> None:
    assert words in trouble(GVZ, body)


def test_fear_and_greed_by_day() -> None:
    body = {
        "name": "Fear and Greed Index",
        "data": [
            {"value": "16", "value_classification": "Extreme Fear", "timestamp": "1769904000"},
            {"value": "20", "value_classification": "Extreme Fear", "timestamp": "1769817600"},
        ],
    }
    assert dated(FEAR_GREED.channel, body) == [
        ("FEAR_GREED", "2026-01-31 00:00", 20.0),
        ("FEAR_GREED", "2026-02-01 00:00", 16.0),
    ]
    assert "cannot be" in trouble(FEAR_GREED.channel, {"data": [{"value": "101", "timestamp": "1769904000"}]})


def test_flows_of_funds_from_either_source() -> None:
    coinglass = {
        "code": "0",
        "data": [
            {"timestamp": 1769731200000, "flow_usd": -509_700_000, "price_usd": 84000, "etf_flows": []},
            {"timestamp": 1769817600000, "flow_usd": "12.5", "price_usd": 84000},
            {"timestamp": 1769904000000, "flow_usd": None},
        ],
    }
    rows = [("ETF_FLOW_BTC", "2026-01-30 00:00", -509_700_000.0), ("ETF_FLOW_BTC", "2026-01-31 00:00", 12.5)]
    assert dated(BTC_FLOW, coinglass) == rows
    assert dated(ETH_FLOW, coinglass)[0][0] == "ETF_FLOW_ETH"
    days = [{"date": "2026-01-30", "totalNetInflow": -509_700_000, "cumNetInflow": 1}]
    assert dated(SOSO_BTC, {"code": 0, "msg": None, "data": days}) == rows[:1]
    assert dated(SOSO_ETH, {"code": 0, "data": {"list": days}})[0][:2] == ("ETF_FLOW_ETH", "2026-01-30 00:00")


@pytest.mark.parametrize(
    ("channel", "body", "words"),
    [
        (BTC_FLOW, {"code": "401", "msg": "Upgrade plan"}, "code 401: Upgrade plan"),
        (BTC_FLOW, {"code": "0", "data": [{"timestamp": 1769731200000, "flow_usd": "?"}]}, "not a number"),
        (BTC_FLOW, {"code": "0", "data": [{"timestamp": 1769731200000, "flow_usd": 1e15}]}, "cannot be"),
        (SOSO_BTC, {"code": 40101, "msg": "bad key", "data": None}, "code 40101: bad key"),
        (SOSO_BTC, {"code": 0, "data": [{"date": "30.01.2026", "totalNetInflow": 1}]}, "not a date"),
    ],
)
def test_a_refusal_is_no_flow(channel: str, body: object, words: str) -> None:
    assert words in trouble(channel, body)


def test_days_of_metals_and_shares_are_weekdays_with_their_closes() -> None:
    gold, silver = (question.channel for question in KEYLESS["metals"].questions)
    (shares,) = (question.channel for question in KEYLESS["shares"].questions)
    friday_ms = 1769731200000
    days = [[friday_ms + day * 86_400_000, "1", "2", "0.5", f"{4_000 + day}", "9"] for day in range(4)]
    rows = [("GOLD", "2026-01-30 00:00", 4_000.0), ("GOLD", "2026-02-02 00:00", 4_003.0)]
    assert dated(gold, days) == rows
    assert [row[0] for row in dated(silver, days)] == ["SILVER"] * 2
    candles = [{"t": day[0], "c": day[4], "o": "1"} for day in days]
    assert [row[1:] for row in dated(shares, candles)] == [row[1:] for row in rows]
    for bad in ("0", "-1", "nan", "", "1e300"):
        assert "close" in trouble(gold, [[friday_ms, "1", "2", "0.5", bad]])
    assert "no day" in trouble(gold, [days[1]])


# --- the feed ---------------------------------------------------------------------------------------------------


def test_every_channel_names_facts_that_have_a_unit_and_every_question_has_a_channel() -> None:
    assert frozenset().union(*CHANNELS.values()) <= CONTEXT_UNITS.keys()
    asked = {question.channel for one in (*KEYLESS.values(), *KEYED.values()) for question in one.questions}
    assert asked | {GAS_PRICE.channel} == CHANNELS.keys()


def test_keys_decide_who_is_asked_and_are_never_written_out() -> None:
    assert live_sources(ContextKeys(), "").keys() == KEYLESS.keys()
    both = ContextKeys("cg-secret", "soso-secret")
    assert live_sources(both, "").keys() - KEYLESS.keys() == {"coinglass"}
    assert live_sources(ContextKeys(sosovalue="x"), "").keys() - KEYLESS.keys() == {"sosovalue"}
    assert live_sources(ContextKeys(), "http://127.0.0.1:8545").keys() - KEYLESS.keys() == {"ethereum"}
    assert "secret" not in repr(both)


class Listener:
    """Follows a feed in the background."""

    def __init__(self, feed: VenueFeed) -> None:
        self.feed = feed
        self.names: set[str] = set()
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._task = asyncio.create_task(self._follow())

    async def until(self, wanted: Callable[[Message], bool]) -> Message:
        while not wanted(found := await self._heard.get()):
            pass
        return found

    async def close(self) -> None:
        await self.feed.close()
        await self._task

    async def _follow(self) -> None:
        async for batch in self.feed.messages():
            for message in batch:
                if isinstance(message, ContextPoint):
                    self.names.add(message.name)
                self._heard.put_nowait(message)


def play(
    answer: Callable[[HttpRequest], HttpAnswer], scene: Callable[[HttpServer, ManualClock], Awaitable[None]]
) -> None:
    async def whole() -> None:
        server = HttpServer(answer)
        await server.start()
        async with asyncio.timeout(20):
            await scene(server, ManualClock())
        await server.close()

    asyncio.run(whole())


def test_one_dead_source_is_a_gap_of_its_own_channel_and_the_others_go_on() -> None:
    clock = ManualClock()
    practice = PracticeContext(clock)
    broken = True

    def answer(request: HttpRequest) -> HttpAnswer:
        if request.path == FEAR_GREED.path and broken:
            return HttpAnswer(200, b"<html>Just a moment", "text/html")
        return practice.answer(request)

    async def scene(server: HttpServer, _: ManualClock) -> None:
        nonlocal broken
        tapped: list[RawFrame] = []
        feed = context_feed(practice_sources(server.url), Outbound(clock), tap=tapped.append, said_by=SAID_BY)
        listener = Listener(feed)
        gap = await listener.until(lambda one: isinstance(one, Gap))
        assert isinstance(gap, Gap)
        assert gap.channel == FEAR_GREED.channel
        assert "a web page instead of data" in gap.reason
        everything = frozenset().union(*(CHANNELS[q.channel] for one in KEYLESS.values() for q in one.questions))
        others = everything - {"FEAR_GREED"}
        if not listener.names >= others:
            await listener.until(lambda one: listener.names >= others)
        broken = False
        await clock.next_sleep(300.0)
        await clock.advance(300)
        found = await listener.until(lambda one: isinstance(one, ContextPoint) and one.name == "FEAR_GREED")
        assert isinstance(found, ContextPoint)
        assert found.source == "practice, made up"
        await listener.close()
        readers = FrameReaders(InstrumentTable())
        read_again = [message for raw in tapped for message in readers.read(raw)]
        assert {type(message) for message in read_again} == {ContextPoint, FeedStatus, Gap}
        assert {message.name for message in read_again if isinstance(message, ContextPoint)} == everything

    play(answer, scene)


def test_practice_tells_every_fact_that_needs_no_key() -> None:
    async def scene(server: HttpServer, clock: ManualClock) -> None:
        listener = Listener(context_feed(practice_sources(server.url), Outbound(clock), said_by=SAID_BY))
        names = frozenset().union(*(CHANNELS[q.channel] for one in KEYLESS.values() for q in one.questions))
        heard: set[str] = set()

        def all_heard(message: Message) -> bool:
            assert isinstance(message, ContextPoint), message
            assert message.source == SAID_BY
            heard.add(message.name)
            return heard == names

        await listener.until(all_heard)
        await listener.close()

    play(PracticeContext(ManualClock()).answer, scene)


def test_a_key_goes_with_its_requests_and_a_nodes_path_stands_in_no_message() -> None:
    asked: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpAnswer:
        asked.append(request)
        return (
            text_answer("nothing here", 404) if request.method == "POST" else json_answer({"code": "0", "data": []})
        )

    async def scene(server: HttpServer, clock: ManualClock) -> None:
        keys = ContextKeys(coinglass="cg-secret")
        sources = {
            "coinglass": ContextSource(server.url, KEYED["coinglass"].questions, 60, key_header="CG-API-KEY"),
            "ethereum": ContextSource(f"{server.url}/v3/node-secret?x=1", (GAS_PRICE,), 60),
        }
        tapped: list[RawFrame] = []
        listener = Listener(context_feed(sources, Outbound(clock), keys=keys, tap=tapped.append))
        gap = await listener.until(lambda one: isinstance(one, Gap))
        assert isinstance(gap, Gap)
        await listener.until(lambda one: isinstance(one, Unparsed) and one.channel == ETH_FLOW)
        await listener.close()
        assert "secret" not in repr(tapped)
        assert "secret" not in repr(gap)

    play(answer, scene)
    by_method = {request.method: request for request in asked}
    assert by_method["GET"].headers["cg-api-key"] == "cg-secret"
    assert (by_method["POST"].path, by_method["POST"].query) == ("/v3/node-secret", "x=1")
