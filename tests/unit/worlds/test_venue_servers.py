"""The practice venues over real sockets, with a clock that runs fast."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import httpx
import pytest
import zstandard

from desktop.domain.errors import BadInput
from desktop.engine.clock import FastClock
from desktop.storage.resource_files import resource
from desktop.worlds.practice.storm_recording import StormRecording, TimeShift, read_storm
from desktop.worlds.practice.venue_servers import VenueServers
from tests.fakes.websocket_client import WebsocketClient

START_MS = 1_800_000_000_000


@cache
def storm() -> StormRecording:
    return read_storm(resource("practice/storm.jsonl.zst"))


def with_servers(test: Callable[[VenueServers, FastClock], Awaitable[None]], speed: float = 120.0) -> None:
    async def run() -> None:
        clock = FastClock(speed, START_MS)
        servers = VenueServers(storm(), clock)
        await servers.start()
        try:
            await test(servers, clock)
        finally:
            await servers.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert others == set()

    asyncio.run(run())


def test_binance_sends_only_the_streams_asked_for_at_the_worlds_time() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        streams = "btcusdt@markPrice@1s/ethusdt@aggTrade"
        client = await WebsocketClient.connect(f"{servers.binance_sockets.url}/market/stream?streams={streams}")
        mark = await client.until(lambda m: m["stream"] == "btcusdt@markPrice@1s")
        await client.until(lambda m: m["stream"] == "ethusdt@aggTrade")
        assert {m["stream"] for m in client.heard} == {"btcusdt@markPrice@1s", "ethusdt@aggTrade"}
        assert START_MS <= mark["data"]["E"] <= clock.now_ms()
        assert mark["data"]["T"] - mark["data"]["E"] <= 2 * 3_600_000
        await client.close()

    with_servers(scene)


def test_binance_takes_a_subscription_on_the_open_socket() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        client = await WebsocketClient.connect(f"{servers.binance_sockets.url}/market/stream")
        client.say({"method": "SUBSCRIBE", "params": ["!forceOrder@arr"], "id": 7})
        assert await client.until(lambda m: "id" in m) == {"result": None, "id": 7}
        order = await client.until(lambda m: m.get("stream") == "!forceOrder@arr")
        assert order["data"]["e"] == "forceOrder"
        await client.close()

    with_servers(scene)


def test_binance_single_streams_are_bare() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        client = await WebsocketClient.connect(f"{servers.binance_sockets.url}/market/ws/solusdt@aggTrade")
        assert (await client.until(lambda m: True))["s"] == "SOLUSDT"
        await client.close()

    with_servers(scene)


def test_the_legacy_route_acknowledges_and_stays_mute() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        url = servers.binance_sockets.url
        mute = await WebsocketClient.connect(f"{url}/stream?streams=btcusdt@markPrice@1s")
        live = await WebsocketClient.connect(f"{url}/market/stream?streams=btcusdt@markPrice@1s")
        mute.say({"method": "SUBSCRIBE", "params": ["btcusdt@forceOrder"], "id": 1})
        await mute.until(lambda m: m == {"result": None, "id": 1})
        await live.until(lambda m: m["data"]["E"] > START_MS + 60_000)
        assert len(mute.heard) == 1
        await mute.close()
        await live.close()

    with_servers(scene)


def test_open_interest_is_answered_over_http() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        async with httpx.AsyncClient(base_url=servers.binance_rest.url) as http:
            first = (await http.get("/fapi/v1/openInterest", params={"symbol": "BTCUSDT"})).json()
            unknown = await http.get("/fapi/v1/openInterest", params={"symbol": "NONE"})
        assert first == {"openInterest": "61240.000", "symbol": "BTCUSDT", "time": first["time"]}
        assert START_MS <= first["time"] <= clock.now_ms()
        assert (unknown.status_code, unknown.json()["code"]) == (400, -1121)

    with_servers(scene)


def test_bybit_acknowledges_sends_a_snapshot_then_deltas_and_answers_pings() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        client = await WebsocketClient.connect(f"{servers.bybit_sockets.url}/v5/public/linear")
        client.say({"op": "subscribe", "args": ["tickers.BTCUSDT"], "req_id": "1"})
        ack = await client.until(lambda m: m.get("op") == "subscribe")
        assert (ack["success"], ack["req_id"]) == (True, "1")
        snapshot = await client.until(lambda m: m.get("type") == "snapshot")
        assert "singleOpenInterest" in snapshot["data"]
        delta = await client.until(lambda m: m.get("type") == "delta")
        assert delta["ts"] >= START_MS
        assert client.heard.index(snapshot) < client.heard.index(delta)
        client.say({"op": "ping"})
        assert (await client.until(lambda m: m.get("op") == "ping"))["ret_msg"] == "pong"
        await client.close()

    with_servers(scene)


def test_bybit_refuses_an_unknown_topic_and_bad_json() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        client = await WebsocketClient.connect(f"{servers.bybit_sockets.url}/v5/public/linear")
        client.say({"op": "subscribe", "args": ["liquidation.BTCUSDT"]})
        assert (await client.until(lambda m: m["op"] == "subscribe"))["success"] is False
        client.say_text("{")
        assert (await client.until(lambda m: "JSON" in m["ret_msg"]))["success"] is False
        await client.close()

    with_servers(scene)


def test_the_storm_waits_for_its_first_listener_and_goes_on_calmly_after_its_end() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        await clock.sleep(30)
        assert servers.started_ms is None
        streams = "btcusdt@markPrice@1s/btcusdt@aggTrade"
        client = await WebsocketClient.connect(f"{servers.binance_sockets.url}/market/stream?streams={streams}")
        late = await client.until(
            lambda m: "markPrice" in m["stream"] and m["data"]["E"] > (servers.started_ms or 0) + 640_000
        )
        assert 76_000 < float(late["data"]["p"]) < 84_000
        numbers = [m["data"]["a"] for m in client.heard if m["stream"].endswith("aggTrade")]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        await client.close()

    with_servers(scene, speed=300.0)


def test_the_hours_before_end_where_the_world_opens() -> None:
    async def scene(servers: VenueServers, clock: FastClock) -> None:
        bars = await servers.hours("BTC", 0)
        assert len(bars) == 720
        assert 0 <= bars[-1].open_ms + 3_600_000 - START_MS < 60_000
        assert len(await servers.hours("BTC", bars[-24].open_ms)) == 24
        assert await servers.hours("DOGE", 0) == []

    with_servers(scene)


def test_shift_moves_times_and_nothing_else() -> None:
    shift = TimeShift(1_767_276_000_000, 1_767_276_000_500)
    text = '{"T":1767276000100,"a":3100000001,"t":"1767276000200","p":"1767276000000.5","x":9767276000000}'
    moved = json.loads(shift.text(text))
    assert (moved["T"], moved["t"]) == (1_767_276_000_600, "1767276000700")
    assert (moved["a"], moved["x"]) == (3_100_000_001, 9_767_276_000_000)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "storm"),
        ("{\n", "line 1"),
        ('{"seawall_recording":1,"world":"synthetic","started_ns":1}\n[]\n', "line 2"),
    ],
)
def test_a_damaged_recording_is_named_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "storm.jsonl.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(text.encode()))
    with pytest.raises(BadInput) as refused:
        read_storm(path)
    assert where in refused.value.message
    assert "storm" in refused.value.where
