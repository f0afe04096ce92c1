"""The whole feed against loopback: vaults are asked for first, then their fills are followed."""

import asyncio
import json

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Liquidation
from desktop.venues.catalogue import VenueHosts, feeds
from desktop.venues.hyperliquid.stream import ws_plan
from desktop.venues.hyperliquid.vaults import PARENT
from tests.fakes.manual_clock import ManualClock
from tests.fakes.venue_server import VenueServer
from tests.unit.venues.test_hyperliquid_parse import FILL, VAULT, filled
from tests.unit.venues.test_venue_feed import Reader, play


def test_each_coin_and_each_vault_is_asked_for_by_itself() -> None:
    plan = ws_plan("wss://x", ["BTC", "ETH"], [f"0x{number:040x}" for number in range(12)])
    assert plan.url == "wss://x/ws"
    asked = [json.loads(text) for text in plan.sayings]
    assert asked[0] == {"method": "subscribe", "subscription": {"type": "trades", "coin": "BTC"}}
    users = [one["subscription"]["user"] for one in asked if one["subscription"]["type"] == "userFills"]
    assert users == [f"0x{number:040x}" for number in range(10)]
    assert len(asked) == 2 * 3 + 10


def test_no_more_is_asked_for_than_the_venue_allows() -> None:
    plan = ws_plan("wss://x", [f"C{number}" for number in range(500)], [VAULT])
    assert len(plan.topics) == 991
    assert plan.topics[-1] == f"userFills {VAULT}"


def test_the_vaults_are_asked_for_and_their_fills_followed_on_the_connection_that_stands() -> None:
    async def scene(clock: ManualClock) -> None:
        details = {"vaultAddress": PARENT, "relationship": {"type": "parent", "data": {"childAddresses": [VAULT]}}}
        go = asyncio.Event()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line.split(b":")[1]) for line in head.lower().splitlines() if b"content-length" in line)
            asked = json.loads(await reader.readexactly(length))
            text = b"[]"
            if asked["type"] == "vaultDetails":
                await go.wait()
                text = json.dumps(details).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(text), text))
            await writer.drain()
            writer.close()

        rest = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = rest.sockets[0].getsockname()[1]
        async with VenueServer() as server:
            hosts = {"hyperliquid": VenueHosts(server.url, f"http://127.0.0.1:{port}", parts=frozenset({"books"}))}
            (feed,) = feeds(hosts, ["BTC"], clock, InstrumentTable())
            reader = Reader(feed)
            client = await server.joined.get()
            kinds = [json.loads(await client.heard.get())["subscription"]["type"] for _ in range(3)]
            assert kinds == ["trades", "activeAssetCtx", "l2Book"]
            go.set()
            asked = json.loads(await client.heard.get())
            assert asked == {"method": "subscribe", "subscription": {"type": "userFills", "user": VAULT}}
            client.send(json.dumps(filled(FILL)))
            closed = await reader.next(Liquidation)
            assert isinstance(closed, Liquidation)
            assert (closed.side, closed.usd) == ("long", 40_000.0)
            await reader.close()
        rest.close()
        await rest.wait_closed()

    play(scene)
