"""Receiving over loopback: the program's own client (picows) beside aiohttp's, and what a message costs by coins.

A server in a process of its own sends the same mixed frames as fast as they are taken. Both clients hand each message
to the same reader. Prints messages a second and CPU time a message (median of interleaved rounds); then what reading
and folding one message costs while 3, 50 and 500 coins are watched. aiohttp is no part of the program: where it is
not installed, that half is left out and says so. Its client stops reading whenever 64 kB wait; where the machine is
slow to let the sender go on after that, its messages a second tell of the machine, and the CPU time is the fairer
number.

    python benchmarks/receive.py [--rounds 5] [--messages 60000]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import hashlib
import importlib.util
import multiprocessing
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from feed_frames import AT_MS, binance_frames, trade_frame

from desktop.domain.raw_frame import RawFrame
from desktop.engine.clock import WallClock
from desktop.engine.market.market_desk import MarketDesk
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.rule_files import shipped_rules
from desktop.venues.reading import frame_reader
from desktop.venues.socket_line import SocketLine

_CHUNK = 64 * 1024
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_COINS = (3, 50, 500)
_TOGETHER = (1, 100)
_FOLDED = 20_000
Client = Callable[[str, int], Awaitable[None]]


def mixed_frames(count: int) -> list[bytes]:
    """Return frames as in a storm: mostly trades."""
    kinds = binance_frames(random.Random(5))
    trades, orders, marks = kinds["binance aggTrade"], kinds["binance forceOrder"], kinds["binance markPrice"]
    made = []
    for number in range(count):
        kind = orders if number % 15 == 0 else marks if number % 10 == 0 else trades
        made.append(kind[number % len(kind)])
    return made


def _on_the_wire(frames: list[bytes]) -> bytes:
    """Return the frames as unmasked text messages of the websocket protocol (RFC 6455)."""
    made = bytearray()
    for frame in frames:
        length = len(frame)
        made += b"\x81" + (bytes([length]) if length < 126 else b"\x7e" + length.to_bytes(2, "big")) + frame
    return bytes(made)


def serve(pipe: Connection, count: int) -> None:
    """Serve in a process of its own until the pipe says that it is enough."""
    wire = _on_the_wire(mixed_frames(count))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        key = next(
            line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key")
        )
        accept = base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()
        upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n" + upgrade.encode())
        try:
            for at in range(0, len(wire), _CHUNK):
                writer.write(wire[at : at + _CHUNK])
                await writer.drain()
            await reader.read()
        except ConnectionError:
            pass  # a client that has all it wanted goes
        writer.close()

    async def whole() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        server.close()

    asyncio.run(whole())


def _taker(count: int, done: asyncio.Event) -> Callable[[Sequence[bytes]], None]:
    read = frame_reader("binance", shipped_instruments()).read
    taken = 0

    def take(messages: Sequence[bytes]) -> None:
        nonlocal taken
        for message in messages:  # one by one, as aiohttp brings them
            read(RawFrame(AT_MS * 1_000_000, "binance", "/market/stream", message))
        taken += len(messages)
        if taken == count:
            done.set()

    return take


async def by_picows(url: str, count: int) -> None:
    """Receive and read all messages with the program's own client."""
    done = asyncio.Event()
    line = SocketLine(_taker(count, done))
    await line.open(url, WallClock(), 5.0)
    await done.wait()
    await line.close()


async def by_aiohttp(url: str, count: int) -> None:
    """Receive and read all messages with aiohttp's client."""
    aiohttp: Any = importlib.import_module("aiohttp")
    done = asyncio.Event()
    take = _taker(count, done)
    async with aiohttp.ClientSession() as session, session.ws_connect(url, compress=0, max_msg_size=0) as socket:
        async for message in socket:
            take((message.data.encode(),))
            if done.is_set():
                return


def measured(client: Client, url: str, count: int) -> tuple[float, float]:
    """Return (messages a second, CPU microseconds a message) of one run."""
    gc.collect()
    begin, cpu = time.perf_counter(), time.process_time()
    asyncio.run(client(url, count))
    return count / (time.perf_counter() - begin), (time.process_time() - cpu) / count * 1e6


def cost_by_coins(coins: int, together: int) -> Callable[[], float]:
    """Return what measures ns to read and fold a trade, so many at a time, while so many coins are watched."""
    names = [f"C{number}" for number in range(coins)]
    desk = MarketDesk(names, shipped_rules(), ("binance",))
    reader = frame_reader("binance", shipped_instruments())
    rng = random.Random(3)
    frames = [trade_frame(rng, f"{rng.choice(names)}USDT", number) for number in range(_FOLDED)]

    def run() -> float:
        read, fold = reader.read_all, desk.fold_all
        begin = time.perf_counter_ns()
        for start in range(0, len(frames), together):
            fold(read(frames[start : start + together], "/market/stream", AT_MS * 1_000_000), AT_MS)
        return (time.perf_counter_ns() - begin) / len(frames)

    return run


def compare_clients(rounds: int, count: int) -> None:
    """Print both clients."""
    clients: dict[str, Client] = {"picows": by_picows}
    if importlib.util.find_spec("aiohttp") is None:
        print("aiohttp is not installed: it is left out (pip install aiohttp beside the program to compare)")
    else:
        clients["aiohttp"] = by_aiohttp
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, count), daemon=True)
    process.start()
    url = f"ws://127.0.0.1:{ours.recv()}/"
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in clients}
    for _ in range(rounds):
        for name, client in clients.items():
            taken[name].append(measured(client, url, count))
    ours.send(None)
    process.join(10)
    rates = {name: median(rate for rate, _ in runs) for name, runs in taken.items()}
    for name, runs in taken.items():
        cpu = median(cost for _, cost in runs)
        share = rates[name] / rates["picows"]
        print(
            f"{name:8} {rates[name]:10,.0f} messages a second received and read, {cpu:5.2f} us CPU each ({share:.2f})"
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=60_000)
    args = parser.parse_args()
    compare_clients(args.rounds, args.messages)
    runs = {(together, coins): cost_by_coins(coins, together) for together in _TOGETHER for coins in _COINS}
    costs: dict[tuple[int, int], list[float]] = {case: [] for case in runs}
    for _ in range(args.rounds + 1):
        for case, run in runs.items():
            costs[case].append(run())
    for (together, coins), taken in costs.items():
        cost, least = median(taken[1:]), median(costs[together, _COINS[0]][1:])
        print(
            f"{coins:4} coins watched, {together:3} trades at a time: {cost:6.0f} ns to read and fold one "
            f"({cost / least:.2f})"
        )


if __name__ == "__main__":
    main()
