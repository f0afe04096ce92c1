"""Ten minutes at 20,000 messages a second: is a liquidation lost, does memory stay flat, does the engine keep up?

A second process speaks Binance's wire form over a real websocket on loopback: trades, marks and forced orders of
several coins. The feed and the market desk of the product read it, judge the shipped rules, tick, and make the
window's pictures as in the program; the clock runs six times as fast, so that ten minutes are an hour of event time.
Every ten seconds it prints what was folded, resident memory, and how old the oldest message was when it was folded.
At the end: forced orders sent and counted, how far the sender fell behind its plan (then the engine is slower than
the stream), and memory from a minute after the start to the end as a ratio.

    python benchmarks/soak.py [--seconds 600] [--rate 20000] [--speed 6] [--coins 12]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

FORCED_EVERY = 200
MARK_EVERY = 25
COINS = ("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "LINK", "AVAX", "LTC", "DOT", "UNI")
STEP_SECONDS = 0.005
BURST = 400


def resident_mb(pid: int | str = "self") -> float:
    """Return resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def frame(number: int, at_ms: int, coins: int) -> str:
    """Return the next message: mostly trades, some marks, some forced orders, each different from all others."""
    symbol = f"{COINS[number % coins]}USDT"
    price = f"{1000 + (number * 7919) % 100_000 / 100:.2f}"
    if number % FORCED_EVERY == 0:
        order = f'"S":"SELL","o":"LIMIT","f":"IOC","q":"1.{number}","p":"{price}","ap":"{price}","X":"FILLED"'
        return (
            f'{{"stream":"{symbol.lower()}@forceOrder","data":{{"e":"forceOrder","E":{at_ms},"o":{{"s":"{symbol}",'
            f'{order},"l":"0.1","z":"1.{number}","T":{at_ms}}}}}}}'
        )
    if number % MARK_EVERY == 0:
        return (
            f'{{"stream":"{symbol.lower()}@markPrice@1s","data":{{"e":"markPriceUpdate","E":{at_ms},"s":"{symbol}",'
            f'"p":"{price}","i":"{price}","P":"{price}","r":"0.00010000","T":{at_ms + 3_600_000}}}}}'
        )
    return (
        f'{{"stream":"{symbol.lower()}@aggTrade","data":{{"e":"aggTrade","E":{at_ms},"a":{number},"s":"{symbol}",'
        f'"p":"{price}","q":"0.016","f":1,"l":2,"T":{at_ms},"m":true}}}}'
    )


async def serve(rate: int, seconds: float, speed: float, coins: int, epoch_ms: int) -> None:
    """Print the port, then send on the first connection at this rate; print how it went as JSON."""
    import picows

    opened: asyncio.Future[picows.WSTransport] = asyncio.get_running_loop().create_future()

    class Listener(picows.WSListener):
        def on_ws_connected(self, transport: picows.WSTransport) -> None:
            if not opened.done():
                opened.set_result(transport)

    server = await picows.ws_create_server(lambda _request: Listener(), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    transport = await opened
    begin = time.monotonic()
    start_ms = epoch_ms
    sent = forced = 0
    worst = 0.0
    total = int(rate * seconds)
    while sent < total:
        due = min(total, int((time.monotonic() - begin) * rate))
        stop = min(due, sent + BURST)
        at_ms = start_ms + int((time.monotonic() - begin) * 1000 * speed)
        for number in range(sent, stop):
            forced += number % FORCED_EVERY == 0
            transport.send(picows.WSMsgType.TEXT, frame(number, at_ms, coins).encode())
        sent = max(sent, stop)
        worst = max(worst, (due - sent) / rate)
        if transport.underlying_transport.get_write_buffer_size() > 1 << 20:
            await transport.wait_disconnected() if transport.is_disconnected else await asyncio.sleep(STEP_SECONDS)
        elif sent >= due:
            await asyncio.sleep(STEP_SECONDS)
        else:
            await asyncio.sleep(0)
    while transport.underlying_transport.get_write_buffer_size():  # noqa: ASYNC110 (nothing tells of it)
        await asyncio.sleep(STEP_SECONDS)
    await asyncio.sleep(1.0)
    print(
        json.dumps({"sent": sent, "forced": forced, "seconds": time.monotonic() - begin, "behind": worst}), flush=True
    )
    transport.disconnect()
    server.close()


class Watch:
    """What the engine's side saw."""

    def __init__(self) -> None:
        self.folded = self.forced = 0
        self.worst_age_s = 0.0
        self.curve: list[float] = []


async def consume(port: int, speed: float, coins: int, watch: Watch, done: asyncio.Event) -> None:
    """Read, fold, judge, tick and draw until `done`."""
    from desktop.domain.market import Liquidation, TradeRun
    from desktop.engine.clock import FastClock
    from desktop.engine.market.market_desk import MarketDesk
    from desktop.storage.instrument_file import shipped_instruments
    from desktop.storage.rule_files import shipped_rules
    from desktop.venues.catalogue import VenueHosts, feeds

    clock = FastClock(speed, time.time_ns() // 1_000_000)
    watched = COINS[:coins]
    feed = feeds({"binance": VenueHosts(f"ws://127.0.0.1:{port}", "http://127.0.0.1:9")}, watched, clock,
                 shipped_instruments())[0]  # fmt: skip
    desk = MarketDesk(watched, shipped_rules(), ("binance",))

    async def follow() -> None:
        async for batch in feed.messages():
            now_ms = clock.now_ms()
            desk.fold_all(batch, now_ms)
            for message in batch:
                watch.forced += type(message) is Liquidation
                watch.folded += message.count if type(message) is TradeRun else 1
            received_ns = getattr(batch[0], "received_ns", 0)
            if received_ns:
                watch.worst_age_s = max(watch.worst_age_s, (now_ms - received_ns / 1e6) / 1000 / speed)

    async def beat() -> None:
        while True:
            desk.tick(clock.now_ms())
            desk.pictures.coin_views(clock.now_ms())
            desk.pictures.chart("BTC", 60_000, clock.now_ms())
            await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(follow()), asyncio.create_task(beat())]
    await done.wait()
    await feed.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def run(options: argparse.Namespace) -> None:
    """Start the sender, consume, print the curve and the verdict."""
    words = [sys.executable, __file__, "--serve", "--rate", str(options.rate), "--seconds", str(options.seconds)]
    words += [
        "--speed",
        str(options.speed),
        "--coins",
        str(options.coins),
        "--epoch-ms",
        str(time.time_ns() // 10**6),
    ]
    sender = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 (before anything runs)
    assert sender.stdout is not None
    port = int(sender.stdout.readline())
    watch, done = Watch(), asyncio.Event()
    task = asyncio.create_task(consume(port, options.speed, options.coins, watch, done))
    ended = asyncio.create_task(asyncio.to_thread(sender.stdout.readline))
    begin, before = time.monotonic(), 0
    print(f"{'s':>5}{'messages/s':>12}{'forced':>9}{'RSS MB':>9}{'oldest s':>10}")
    while not ended.done():
        await asyncio.wait((ended,), timeout=10.0)
        passed = time.monotonic() - begin
        watch.curve.append(resident_mb())
        print(
            f"{passed:5.0f}{(watch.folded - before) / 10:12.0f}{watch.forced:9}{watch.curve[-1]:9.1f}"
            f"{watch.worst_age_s:10.2f}",
            flush=True,
        )
        before = watch.folded
    report = json.loads(await ended)
    done.set()
    await task
    sender.wait()
    warm = watch.curve[min(6, len(watch.curve) - 1)]
    print(
        f"sent {report['sent']:,} in {report['seconds']:.0f} s, folded {watch.folded:,}; forced orders sent "
        f"{report['forced']:,}, counted {watch.forced:,}; sender at most {report['behind']:.2f} s behind its plan; "
        f"memory after warm-up x{watch.curve[-1] / warm:.3f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--speed", type=float, default=6.0)
    parser.add_argument("--coins", type=int, default=12, choices=range(1, len(COINS) + 1))
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--epoch-ms", type=int, default=0)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.rate, options.seconds, options.speed, options.coins, options.epoch_ms))
    else:
        asyncio.run(run(options))


if __name__ == "__main__":
    main()
